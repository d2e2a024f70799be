// The outputs that `--out` asks for. Each is loaded only when it is used.
import type { Options } from '../../config/types.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { outputNamed } from '../../outputs/index.ts';
import type { OutputPlace } from '../../outputs/kind.ts';
import type { Output } from '../../outputs/output.ts';
import { SampleLog } from '../../runlog/sample-log.ts';

/** Started, ready to follow the run log. @throws DicomRunError 104 */
export async function startOutputs(
  options: Options,
  place: OutputPlace,
): Promise<readonly Output[]> {
  const sampleLog = sharedSampleLog(place);
  const outputs: Output[] = [];
  for (const config of options.outputs) {
    const kind = outputNamed(config.kind);
    if (kind === undefined) throw new Error(`no output "${config.kind}"`);
    outputs.push(await kind.open({ ...place, config, sampleLog, loadModule }));
  }
  await Promise.all(outputs.map((output) => output.start()));
  return outputs;
}

/** Where others carry the load, single samples are theirs. @throws DicomRunError 104 */
export function refuseSinks(outputs: readonly Output[]): void {
  const wants = outputs.find(({ sink }) => sink !== undefined);
  if (wants === undefined) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_SAMPLES',
    message: `output ${wants.name}: asks for single samples, which stay on the agents`,
    hint: 'an output without `samples: true` gets a row a second; --out json makes a file on each agent',
  });
}

/** Several outputs in raw mode read one log of all samples. */
function sharedSampleLog(place: OutputPlace): () => SampleLog {
  let log: SampleLog | null = null;
  return () => (log ??= new SampleLog(place.folder, place.first, place.warn));
}

async function loadModule(file: string): Promise<unknown> {
  const { loadConfigFile } = await import('../../../bundler/config-file.ts');
  return loadConfigFile(file);
}
