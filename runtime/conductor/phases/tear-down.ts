// The script's teardown(), also after a run that was stopped.
import type { Run } from '../run.ts';
import type { RunContext, SetupData } from '../run-types.ts';

/** Runs teardown(); not after a set-up that failed. What it throws ends the run with its code. */
export async function tearDown(run: Run, context: RunContext, setupJson: SetupData): Promise<void> {
  const { options, loaded } = context;
  if (setupJson === undefined) return;
  if (options.noTeardown || !loaded.exports.includes('teardown')) return;
  const own = () => callTeardown(run, context, setupJson);
  await (run.settings.crew?.teardown(own) ?? own());
}

async function callTeardown(
  run: Run,
  { options }: RunContext,
  setupJson: string | null,
): Promise<void> {
  run.settings.screen.stage('teardown');
  const timeoutMs = options.teardownTimeoutMs;
  try {
    await run.fleet.hook({ kind: 'teardown', setupJson, timeoutMs });
  } catch (error) {
    run.phaseFailed(error);
  }
}
