// The outputs that `--out` asks for. Each is loaded only when it is used.
import type { Options, OutputConfig } from '../config/types.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { Output } from '../outputs/output.ts';
import type { RunRecord } from '../runlog/format.ts';

/** The run that an output follows. */
export interface OutputPlace {
  /** Folder with the run log. */
  readonly folder: string;
  /** First record of the log. */
  readonly first: RunRecord;
  readonly warn: (text: string) => void;
}

/** Started, ready to follow the run log. @throws DicomRunError 104 */
export async function startOutputs(
  options: Options,
  place: OutputPlace,
): Promise<readonly Output[]> {
  const outputs = await Promise.all(options.outputs.map((config) => createOutput(config, place)));
  await Promise.all(outputs.map((output) => output.start()));
  return outputs;
}

async function createOutput(config: OutputConfig, place: OutputPlace): Promise<Output> {
  if (config.kind === 'influxdb') return influxOutput(config, place);
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_OUTPUT',
    message: `--out ${config.kind}: not an output of this version`,
    hint: 'influxdb=URL; the run log run.ndjson holds all numbers in any case',
  });
}

async function influxOutput(config: OutputConfig, place: OutputPlace): Promise<Output> {
  const [{ createInfluxOutput }, { SampleLog }] = await Promise.all([
    import('../outputs/influxdb/influxdb.ts'),
    import('../runlog/sample-log.ts'),
  ]);
  return createInfluxOutput({
    url: influxUrl(config),
    dir: place.folder,
    onMessage: place.warn,
    sampleLog: () => new SampleLog(place.folder, place.first, place.warn),
  });
}

/** The URL as it was written, put together again from its parts. */
export function influxUrl({ to, options }: OutputConfig): string {
  const { username, password, mode, ...rest } = options;
  const url = new URL(to);
  if (username !== undefined) url.username = username;
  if (password !== undefined) url.password = password;
  if (mode === 'raw') url.searchParams.set('mode', 'raw');
  for (const [key, value] of Object.entries(rest)) url.searchParams.set(key, value);
  return url.href;
}
