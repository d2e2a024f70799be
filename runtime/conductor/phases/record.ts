// From here on everything that the threads report is recorded.
import { Recorder } from '../records/recorder.ts';
import type { Run } from '../run.ts';
import type { PreparedRun, RecordedRun, RunBook } from '../run-types.ts';
import type { Loaded } from '../share.ts';

export function record(run: Run, prepared: PreparedRun, book: RunBook): RecordedRun {
  const { options, loaded } = prepared.context;
  const { stopper, screen, cores, crew } = run.settings;
  const recorder = new Recorder({
    sinks: book.sinks,
    screen,
    stopper,
    placeOf: run.placeOf,
    discretion: run.discretion,
    ...{ cores, title: options.title },
    scenarios: options.scenarios,
    ...sourceOf(run),
  });
  run.recorder = recorder;
  if (crew?.load === undefined) {
    for (const ms of fileReads(loaded)) recorder.sample('dicom_file_read', {}, ms);
  }
  if (crew !== undefined) crew.tellWorkers = (worker, word) => run.fleet.tellShared(worker, word);
  run.events.attach(crew?.attach(recorder, book.sinks.engine) ?? recorder);
  return { ...prepared, book, recorder };
}

/** Who carries the load, as the recorder asks it. */
function sourceOf({ fleet, settings: { crew } }: Run) {
  const { load, tee } = crew ?? {};
  if (load !== undefined) {
    return {
      threads: () => [],
      counts: () => load.counts(),
      takePeakVUs: () => load.takePeakVUs(),
      tellInstance: () => undefined,
      pace: (second: number) => load.pace(second),
      generator: load.generator,
      agents: () => load.shown(),
    };
  }
  return {
    threads: () => fleet.readings(),
    counts: () => fleet.counts(),
    takePeakVUs: () => fleet.takePeakVUs(),
    tellInstance: () => fleet.tellInstance(),
    ...(tee === undefined ? {} : { tee }),
  };
}

/** Files are read at init, before anything can be recorded. */
function fileReads({ declarations }: Loaded): readonly number[] {
  return declarations.flatMap((one) => (one.kind === 'pool' ? (one.pool.readMs ?? []) : []));
}
