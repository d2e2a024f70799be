// `__ENV` of the script: configuration `env` < `.env` files < real environment < `-e KEY=VALUE`.
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Flags } from '../flag-table.ts';
import type { Problems } from '../values/problems.ts';
import type { EnvFile } from './variables.ts';

export interface EnvInput {
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly envFiles: readonly EnvFile[];
  /** Where the command was typed. */
  readonly cwd?: string;
}

/** Names a file, as DICOM_ROOT_DIR names a folder: from where the command was typed, not the script. */
const FILE = 'TEST_DICOM_FILE';

/** Also what the init pass gets, before the script's options are known. */
export function scriptEnv(
  input: EnvInput,
  configured: Readonly<Record<string, string>>,
  problems: Problems,
  warnings: string[],
): Record<string, string> {
  const env: Record<string, string> = { ...configured };
  for (const { text } of input.envFiles) Object.assign(env, parseEnv(text));
  for (const [key, value] of Object.entries(input.env)) {
    if (value !== undefined) env[key] = value;
  }
  for (const [key, value] of pairs(input, problems)) {
    env[key] = value;
    if (/^(DICOMRUN|COMPASS|CFIND)_/.test(key)) {
      warnings.push(`-e ${key} is seen by the script only; set the variable itself to configure`);
    }
  }
  const file = env[FILE] ?? '';
  if (file !== '' && input.cwd !== undefined) env[FILE] = resolve(input.cwd, file);
  return env;
}

function pairs(input: EnvInput, problems: Problems): [string, string][] {
  const given = input.flags.env;
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return list.flatMap((item: unknown): [string, string][] => {
    const [, key = '', value] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?$/s.exec(String(item)) ?? [];
    const taken = value ?? input.env[key];
    if (key !== '' && taken !== undefined) return [[key, taken]];
    const at = { name: 'flag --env', origin: 'command line' };
    problems.value(at, 'KEY=VALUE, or the name of a variable that is set', item);
    return [];
  });
}
