// The load itself: from t0 until the last VU has ended or somebody asked for the end.
import { DicomRunError, ExitCode } from '../../errors.ts';
import { epochNow } from '../records/epoch.ts';
import type { Run } from '../run.ts';
import type { RecordedRun, RunContext, RunTime, SetupData } from '../run-types.ts';
import { Scraper } from '../scrape.ts';

/** Between `start` and t0: for the messages to arrive in every thread. */
const HEAD_START_MS = 20;
const HEAD_START_PER_WORKER_MS = 5;
const MAX_HEAD_START_MS = 100;

/** When the plan begins, epoch ms: soon, with time for the outputs to start and the word to spread. */
export async function beginning(run: Run, { workers, options }: RunContext): Promise<number> {
  const { crew } = run.settings;
  if (crew !== undefined) return crew.t0();
  // An output may need a file or a module.
  const wanted = HEAD_START_MS + HEAD_START_PER_WORKER_MS * workers;
  const headStart = options.outputs.length > 0 ? MAX_HEAD_START_MS : wanted;
  return epochNow() + Math.min(MAX_HEAD_START_MS, headStart);
}

/** Runs the plan from `t0` on; nothing of it when the end was asked for already. */
export async function drive(
  run: Run,
  recorded: RecordedRun,
  { t0, setupJson }: { readonly t0: number; readonly setupJson: SetupData },
): Promise<RunTime> {
  const { recorder, book } = recorded;
  const begun = run.settings.stopper.end === null;
  recorder.start(t0, book.outputs);
  const runs = () => run.survive(runWorkers(run, recorded, t0, setupJson ?? null), null);
  const remoteMs = begun ? await runs() : null;
  const durationMs = remoteMs ?? Math.max(0, epochNow() - t0);
  const endedAt = t0 + durationMs;
  recorder.ended(durationMs);
  run.settings.crew?.done?.(durationMs);
  return { t0, endedAt, durationMs };
}

/** Resolves with the length of the load where others carried it. */
async function runWorkers(
  run: Run,
  recorded: RecordedRun,
  t0: number,
  setupJson: string | null,
): Promise<number | null> {
  const { stopper, screen, crew } = run.settings;
  const load = crew?.load;
  const { hangTimeoutMs } = recorded.context.options;
  screen.stage('running');
  run.acceptors?.start(t0);
  const off = stopper.onStop((end) => {
    screen.stage('stopping', end.reason);
    const why = end.code === ExitCode.INTERRUPTED ? 'interrupt' : 'abort';
    if (load === undefined) run.fleet.stop(why);
    else load.stop(why, end.reason);
  });
  const scraper = newScraper(recorded);
  scraper.start();
  try {
    if (load !== undefined) return await load.run(t0);
    await run.fleet.run(t0, setupJson, hangTimeoutMs);
    return null;
  } catch (error) {
    if (!(error instanceof DicomRunError)) throw error;
    screen.problem(error);
    stopper.stop(error.exitCode, error.message);
    return null;
  } finally {
    off();
    await scraper.stop();
  }
}

function newScraper({ context, embedded, recorder }: RecordedRun): Scraper {
  return new Scraper(context.options, embedded, {
    sample: (metric, tags, value) => recorder.sample(metric, tags, value),
    warn: (text) => recorder.warn(text),
  });
}
