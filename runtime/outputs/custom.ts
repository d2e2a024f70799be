// `--out ./my-output.ts`: an output of the user. It gets the same points as InfluxDB, batch by
// batch, each until it has taken it; the run never waits for it.
import { join } from 'node:path';
import { DicomRunError, ExitCode } from '../errors.ts';
import { RUNLOG_FILE, SAMPLES_FILE } from '../runlog/format.ts';
import type { RunRecord } from '../runlog/format.ts';
import type { SampleLog } from '../runlog/sample-log.ts';
import { withSampleLog } from './influxdb/influxdb.ts';
import { PointMaker } from './influxdb/points.ts';
import { RawPointMaker } from './influxdb/raw-points.ts';
import { createUploader } from './upload/uploader.ts';
import type { UploadSource } from './upload/uploader.ts';
import type { Output } from './output.ts';
import type { Point, UploadClient, WriteOutcome } from './upload/client.ts';

/** What the default export of the file makes: `export default (run) => ({ points(list) { … } })`. */
export interface UserOutput {
  /** For the FILES section; default: the file's name. */
  readonly name?: string;
  /** `true`: one point per sample (field `value`) instead of one row a second and view. */
  readonly samples?: boolean;
  /** Once, before the first points. A throw ends the run before it starts. */
  start?(): void | Promise<void>;
  /**
   * Up to 5,000 points, in order, one call at a time. After a throw the same points come again
   * later, so that none is lost; `return { refused: 'why' }` for points it will never take.
   */
  points(
    points: readonly Point[],
  ): void | { readonly refused: string } | Promise<void | { readonly refused: string }>;
  /** Once, after the last points. */
  stop?(): void | Promise<void>;
}

export type UserOutputFactory = (run: {
  readonly id: string;
  readonly script: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Wall clock of t0, ms since the epoch. */
  readonly t0: number;
  /** The run's folder. */
  readonly dir: string;
}) => UserOutput | Promise<UserOutput>;

export interface CustomOutputOptions {
  /** As written after `--out`. */
  readonly file: string;
  /** The loaded module. */
  readonly module: unknown;
  readonly run: RunRecord;
  readonly dir: string;
  readonly onMessage: (message: string) => void;
  readonly sampleLog: () => SampleLog;
}

/** Throws `CONFIG_OUTPUT` when the module is not an output. */
export async function createCustomOutput(options: CustomOutputOptions): Promise<Output> {
  const { run, dir, file } = options;
  const user = await makeUserOutput(options);
  const uploader = createUploader({
    client: clientOf(user),
    name: user.name ?? file,
    destination: file,
    files: filesOf(file),
    sources: [sourceOf(user, dir)],
    dir,
    onMessage: options.onMessage,
  });
  const output = user.samples === true ? withSampleLog(uploader, options.sampleLog()) : uploader;
  return {
    name: output.name,
    destination: output.destination,
    ...(output.sink === undefined ? {} : { sink: output.sink }),
    start: async () => {
      try {
        await user.start?.();
      } catch (error) {
        throw notAnOutput(file, `start() failed: ${text(error)}`);
      }
      await output.start();
    },
    wake: () => output.wake(),
    hurry: () => output.hurry?.(),
    finish: async (drainMs, behind) => {
      const result = await output.finish(drainMs, behind);
      try {
        await user.stop?.();
      } catch (error) {
        options.onMessage(`output ${file} (run ${run.id}): stop() failed: ${text(error)}`);
      }
      return result;
    },
  };
}

async function makeUserOutput(options: CustomOutputOptions): Promise<UserOutput> {
  const { file, module, run, dir } = options;
  const factory =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : null;
  if (typeof factory !== 'function') throw notAnOutput(file, 'it has no default function');
  let made: UserOutput;
  try {
    const { id, script, tags, t0 } = run;
    made = await (factory as UserOutputFactory)({ id, script, tags, t0, dir });
  } catch (error) {
    throw notAnOutput(file, text(error));
  }
  if (typeof made?.points !== 'function') throw notAnOutput(file, 'it makes nothing with points()');
  return made;
}

function sourceOf(user: UserOutput, dir: string): UploadSource {
  if (user.samples === true) {
    const maker = new RawPointMaker();
    return { file: join(dir, SAMPLES_FILE), points: (record) => maker.points(record) };
  }
  const maker = new PointMaker();
  return { file: join(dir, RUNLOG_FILE), points: (record) => maker.points(record) };
}

/** The uploader's view of it: a throw means later, `refused` means never. */
function clientOf(user: UserOutput): UploadClient {
  const write = async (points: readonly Point[]): Promise<WriteOutcome> => {
    try {
      const answer = await user.points(points);
      return answer === undefined ? { kind: 'written' } : { kind: 'refused', why: answer.refused };
    } catch (error) {
      return { kind: 'retry', why: text(error) };
    }
  };
  return { write, prepare: () => Promise.resolve({ kind: 'written' }) };
}

/** Cursor and refused points, named after the output, so that several do not share them. */
function filesOf(file: string): { readonly cursor: string; readonly rejected: string } {
  const name = file.replace(/^.*[/\\]/, '').replace(/[^A-Za-z0-9_-]+/g, '-');
  return { cursor: `${name}.cursor.json`, rejected: `${name}.rejected.jsonl` };
}

function notAnOutput(file: string, why: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_OUTPUT',
    message: `output ${file}: ${why}`,
    hint: 'export default () => ({ points(list) { … } }); see dicomrun help outputs',
  });
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
