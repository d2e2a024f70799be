// The outputs that `--out` asks for. Each is loaded only when it is used.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Options, OutputConfig } from '../../config/types.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Output } from '../../outputs/output.ts';
import type { RunRecord } from '../../runlog/format.ts';
import { SampleLog } from '../../runlog/sample-log.ts';

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
  const samples = sharedSampleLog(place);
  const outputs: Output[] = [];
  for (const config of options.outputs) outputs.push(await createOutput(config, place, samples));
  await Promise.all(outputs.map((output) => output.start()));
  return outputs;
}

/** Several outputs in raw mode read one log of all samples. */
function sharedSampleLog(place: OutputPlace): () => SampleLog {
  let log: SampleLog | null = null;
  return () => (log ??= new SampleLog(place.folder, place.first, place.warn));
}

async function createOutput(
  config: OutputConfig,
  place: OutputPlace,
  sampleLog: () => SampleLog,
): Promise<Output> {
  const { folder, first, warn } = place;
  switch (config.kind) {
    case 'influxdb': {
      const { createInfluxOutput } = await import('../../outputs/influxdb/influxdb.ts');
      return createInfluxOutput({
        url: influxUrl(config),
        dir: folder,
        onMessage: warn,
        sampleLog,
      });
    }
    case 'json': {
      const { createJsonOutput } = await import('../../outputs/json.ts');
      return createJsonOutput({ path: pathOf(config, folder, 'samples.json'), t0: first.t0 });
    }
    case 'csv': {
      const { createCsvOutput } = await import('../../outputs/csv.ts');
      return createCsvOutput({ path: pathOf(config, folder, 'samples.csv'), t0: first.t0 });
    }
    case 'module': {
      const [{ createCustomOutput }, { loadConfigFile }] = await Promise.all([
        import('../../outputs/custom.ts'),
        import('../../../bundler/config-file.ts'),
      ]);
      mustBeThere(config.to);
      const module = { default: await loadConfigFile(resolve(config.to)) };
      const place = { file: config.to, module, run: first, dir: folder };
      return createCustomOutput({ ...place, onMessage: warn, sampleLog });
    }
  }
}

function mustBeThere(file: string): void {
  if (existsSync(resolve(file))) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_OUTPUT',
    message: `flag --out: the output "${file}" does not exist`,
    hint: 'check the path; `dicomrun help outputs` shows how one is written',
  });
}

function pathOf(config: OutputConfig, folder: string, name: string): string {
  return config.to === '' ? join(folder, name) : config.to;
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
