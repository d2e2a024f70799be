// The InfluxDB output of a run, and the replay of a finished one: the same uploader over the logs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { OutputResult } from '../../metrics/summary.ts';
import { RUNLOG_FILE, SAMPLES_FILE } from '../../runlog/format.ts';
import type { SampleLog } from '../../runlog/sample-log.ts';
import type { Output, SampleSink } from '../output.ts';
import { createInfluxClient } from './client.ts';
import { PointMaker } from './points.ts';
import { RawPointMaker } from './raw-points.ts';
import { describeTarget, parseInfluxTarget, targetArgument } from './target.ts';
import type { InfluxTarget } from './target.ts';
import { createUploader } from '../upload/uploader.ts';
import type { UploadSource } from '../upload/uploader.ts';

export interface InfluxOutputOptions {
  /** What stands after `influxdb=`. */
  readonly url: string;
  /** The run's folder, with run.ndjson. */
  readonly dir: string;
  readonly onMessage: (message: string) => void;
  /** Needed with mode=raw and mode=samples: where every sample goes first. */
  readonly sampleLog?: () => SampleLog;
}

/** Follows a run that is going on. With `mode=raw` or `samples` it takes every sample through `sink`. */
export function createInfluxOutput(options: InfluxOutputOptions): Output {
  const target = parseInfluxTarget(options.url);
  const uploader = uploaderOf(target, options);
  if (target.mode === 'views' || options.sampleLog === undefined) return uploader;
  return withSampleLog(uploader, options.sampleLog());
}

/** The uploader reads the log of all samples; the first output that wants it also feeds it. */
export function withSampleLog(uploader: Output, log: SampleLog): Output {
  const sink: SampleSink = {
    series: (thread, series) => log.series(thread, series),
    samples: (batch) => log.samples(batch),
  };
  const feeds = log.claim();
  return {
    name: uploader.name,
    destination: uploader.destination,
    ...(feeds ? { sink } : {}),
    start: () => uploader.start(),
    wake: () => {
      log.flush();
      uploader.wake();
    },
    finish: async (drainMs, behind) => {
      log.flush();
      const result = await uploader.finish(drainMs, behind);
      if (feeds) log.close();
      return result;
    },
    hurry: () => uploader.hurry?.(),
  };
}

/** Imports a finished (or killed) run; doing so twice adds nothing. */
export async function replayToInfluxdb(
  dir: string,
  url: string,
  onMessage: (message: string) => void,
  drainMs = REPLAY_DRAIN_MS,
): Promise<OutputResult> {
  const target = parseInfluxTarget(url);
  const needed = target.mode === 'views' ? RUNLOG_FILE : SAMPLES_FILE;
  if (!existsSync(join(dir, needed))) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'RUNLOG_UNREADABLE',
      message: `${join(dir, needed)}: not there`,
      hint:
        target.mode === 'views'
          ? 'give the folder of a run, results/<run>'
          : `only a run with such an output keeps every sample; leave mode=${target.mode} away`,
    });
  }
  const uploader = uploaderOf(target, { url, dir, onMessage });
  await uploader.start();
  return uploader.finish(drainMs);
}

/** What brings the logs of a folder to where the URL says; without its secrets. */
export function replayCommand(dir: string, to: InfluxTarget | string): string {
  const target = typeof to === 'string' ? parseInfluxTarget(to) : to;
  return `dicomrun replay ${dir} --out ${targetArgument(target)}`;
}

/** A replay may take its time, but not wait for ever for a server that is not there. */
const REPLAY_DRAIN_MS = 10 * 60_000;

function uploaderOf(target: InfluxTarget, options: InfluxOutputOptions): Output {
  const { dir, onMessage } = options;
  const sources: UploadSource[] = [];
  if (target.mode !== 'samples') {
    const rows = new PointMaker();
    sources.push({ file: join(dir, RUNLOG_FILE), points: (record) => rows.points(record) });
  }
  if (target.mode !== 'views') {
    const samples = new RawPointMaker();
    sources.push({ file: join(dir, SAMPLES_FILE), points: (record) => samples.points(record) });
  }
  return createUploader({
    client: createInfluxClient(target),
    destination: describeTarget(target),
    sources,
    dir,
    onMessage,
    replayCommand: replayCommand(dir, target),
  });
}
