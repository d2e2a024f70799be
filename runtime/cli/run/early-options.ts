// What the init pass needs of the configuration before the script's own options are known.
import { resolve } from 'node:path';
import { Problems } from '../../config/values/problems.ts';
import { resolveOptions } from '../../config/resolve.ts';
import type { ConfigInput } from '../../config/resolve.ts';
import { scriptEnv } from '../../config/sources/script-env.ts';
import { DicomRunError } from '../../errors.ts';

export interface EarlyOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly dataRoot?: string;
  readonly workerHeapBytes?: number | null;
}

type Given = Omit<ConfigInput, 'scriptOptions' | 'exports' | 'checkThresholds' | 'scriptHosts'>;

/**
 * `__ENV`, the heap of the workers, and the data folder, which is relative to where the command was
 * typed. Mistakes are not reported here: they are found again, with the script's own, when
 * everything is known.
 */
export function earlyOptions(given: Given, cwd: string): EarlyOptions {
  const { scenario: _, ...flags } = given.flags;
  try {
    const options = resolveOptions({ ...given, flags, scriptOptions: null, exports: null });
    const { dataRoot, env, workerHeapBytes } = options;
    const known = { env, workerHeapBytes };
    return dataRoot === null ? known : { ...known, dataRoot: resolve(cwd, dataRoot) };
  } catch (error) {
    if (!(error instanceof DicomRunError)) throw error;
    return { env: scriptEnv(given, {}, new Problems(), []) };
  }
}
