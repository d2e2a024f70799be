// The outputs that `--out` asks for.
import type { Options } from '../config/types.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { Output } from '../outputs/output.ts';

/** Started, ready to follow the run log in `folder`. @throws DicomRunError 104 */
export async function startOutputs(
  options: Options,
  _folder: string,
  _warn: (text: string) => void,
): Promise<readonly Output[]> {
  const outputs: Output[] = [];
  for (const config of options.outputs) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_OUTPUT',
      message: `--out ${config.kind}: this build cannot write it`,
    });
  }
  for (const output of outputs) await output.start();
  return outputs;
}
