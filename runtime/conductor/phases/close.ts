// The end: the last tick, the verdict, the summary and every file closed.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Summary } from '../../metrics/summary.ts';
import type { Run } from '../run.ts';
import type { RecordedRun, RunEnd } from '../run-types.ts';
import type { EndReason } from '../stopper.ts';

/** The last tick: from here on nothing is recorded, and how the run ended is certain. */
export async function lastTick(
  run: Run,
  { recorder }: RecordedRun,
  durationMs: number,
): Promise<EndReason> {
  const tick = Promise.resolve().then(() => recorder.finish(durationMs));
  await run.survive<unknown>(tick, undefined);
  return run.settings.stopper.verdict();
}

/** Ends the outputs, writes the summary, closes every file. */
export async function close(run: Run, recorded: RecordedRun, end: RunEnd): Promise<Summary> {
  const { book } = recorded;
  return book.close(await finish(run, recorded, end));
}

/** Who interrupts the end of the outputs does not want to wait for a slow one. */
async function finish(run: Run, { book, recorder }: RecordedRun, end: RunEnd): Promise<Summary> {
  const { stopper } = run.settings;
  const hurry = () => book.outputs.forEach((output) => output.hurry?.());
  const off = stopper.end === null ? stopper.onStop(hurry) : null;
  try {
    return await book.finish(end, recorder);
  } finally {
    off?.();
  }
}

/** Not even a summary could be made; what was recorded is there. */
export function unfinished(error: unknown, folder: string): DicomRunError {
  const message = error instanceof Error ? error.message : String(error);
  const hint = `what was recorded until then: dicomrun report ${folder}`;
  return new DicomRunError(ExitCode.INTERNAL, { code: 'INTERNAL', message, hint }, error);
}
