// What the script does once before the load: setup(), and vuInit() of the VUs that wait for it.
import { executorOf } from '../../executors/index.ts';
import type { Run } from '../run.ts';
import type { RunContext, SetupData } from '../run-types.ts';
import { StoppedError } from '../stopper.ts';

/** Runs setup() and warms the VUs up. A set-up that fails ends the run; it does not throw. */
export async function setUp(run: Run, context: RunContext): Promise<SetupData> {
  const own = () => callSetup(run, context);
  const setupJson = await (run.settings.crew?.setup(own) ?? own());
  if (run.settings.stopper.end === null) await warmUp(run, context, setupJson ?? null);
  return setupJson;
}

async function callSetup(run: Run, { options, loaded }: RunContext): Promise<SetupData> {
  if (options.noSetup || !loaded.exports.includes('setup')) return null;
  run.settings.screen.stage('setup');
  try {
    return await run.until(run.fleet.hook({ kind: 'setup', timeoutMs: options.setupTimeoutMs }));
  } catch (error) {
    if (error instanceof StoppedError) run.fleet.giveUpHook();
    else run.phaseFailed(error);
    return undefined;
  }
}

/** Only arrival rates have VUs before t0, and only a vuInit makes them worth waiting for. */
async function warmUp(
  run: Run,
  { loaded, options }: RunContext,
  setupJson: string | null,
): Promise<void> {
  if (run.settings.crew?.load !== undefined) return;
  const open = options.scenarios.some((one) => executorOf(one).preAllocatedVUs !== undefined);
  if (!open || !loaded.exports.includes('vuInit')) return;
  await run.until(run.fleet.warm(setupJson)).catch((error: unknown) => {
    if (!(error instanceof StoppedError)) run.settings.stopper.fault(error);
  });
}
