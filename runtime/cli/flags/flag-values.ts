// Values of flags that are a command's own and no option of the configuration.
import { readAETitle } from '../../config/values/address.ts';
import { readDuration, readInteger } from '../../config/values/values.ts';
import { Problems } from '../../config/values/problems.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';

/** `30s`, `2m`, `250ms`. @throws DicomRunError 104 */
export function readDurationMs(flag: string, text: string): number {
  const problems = new Problems();
  const at = { name: `flag ${flag}`, origin: 'command line' };
  const ns = readDuration({ problems, at }, text);
  return must(problems, ns) / 1e6;
}

/** A whole number of at least `min`. @throws DicomRunError 104 */
export function readCount(flag: string, text: string, min = 0): number {
  const problems = new Problems();
  const at = { name: `flag ${flag}`, origin: 'command line' };
  return must(problems, readInteger({ problems, at }, text, { min }));
}

/** A port, 0 for any free one. @throws DicomRunError 104 */
export function readPort(flag: string, text: string): number {
  const problems = new Problems();
  const at = { name: `flag ${flag}`, origin: 'command line' };
  const port = must(problems, readInteger({ problems, at }, text, { min: 0 }));
  if (port <= 65_535) return port;
  problems.value(at, 'a port, 0 to 65535', port);
  throw new DicomRunError(ExitCode.CONFIG, problems.list);
}

/** An AE title without its insignificant spaces. @throws DicomRunError 104 */
export function readTitle(flag: string, text: string): string {
  const problems = new Problems();
  const at = { name: `flag ${flag}`, origin: 'command line' };
  return must(problems, readAETitle({ problems, at }, text));
}

function must<T>(problems: Problems, value: T | undefined): T {
  if (value === undefined || problems.list.length > 0) {
    throw new DicomRunError(ExitCode.CONFIG, problems.list);
  }
  return value;
}
