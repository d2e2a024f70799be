// From here on everything that the threads report is recorded.
import { Recorder } from '../records/recorder.ts';
import type { Run } from '../run.ts';
import type { PreparedRun, RecordedRun, RunBook } from '../run-types.ts';
import type { Loaded } from '../share.ts';

export function record(run: Run, prepared: PreparedRun, book: RunBook): RecordedRun {
  const { options, loaded } = prepared.context;
  const { stopper, screen, cores } = run.settings;
  const { fleet } = run;
  const recorder = new Recorder({
    sinks: book.sinks,
    screen,
    stopper,
    placeOf: run.placeOf,
    discretion: run.discretion,
    ...{ cores, title: options.title },
    threads: () => fleet.readings(),
    scenarios: options.scenarios,
    counts: () => fleet.counts(),
    takePeakVUs: () => fleet.takePeakVUs(),
    tellInstance: () => fleet.tellInstance(),
  });
  run.recorder = recorder;
  for (const ms of fileReads(loaded)) recorder.sample('dicom_file_read', {}, ms);
  run.events.attach(recorder);
  return { ...prepared, book, recorder };
}

/** Files are read at init, before anything can be recorded. */
function fileReads({ declarations }: Loaded): readonly number[] {
  return declarations.flatMap((one) => (one.kind === 'pool' ? (one.pool.readMs ?? []) : []));
}
