// Reads the files that configuration comes from; what they mean is the business of runtime/config.
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { FlagValues } from './given-flags.ts';
import type { Terminal } from '../terminal.ts';
import { readTextFile } from '../text-file.ts';

/** A `.env` file as it stands. */
export interface EnvText {
  readonly name: string;
  readonly text: string;
}

export interface ConfigSources {
  readonly envFiles: readonly EnvText[];
  readonly configFile: {
    readonly name: string;
    readonly value: unknown;
    readonly folder: string;
  } | null;
  /** Where the command was typed. */
  readonly cwd?: string;
}

/**
 * `.env` of the working directory, or the files of `--env-file`; `dicomrun.config.*` from the
 * script's folder upward, or the file of `--config`.
 */
export async function readSources(
  flags: FlagValues,
  scriptFile: string | null,
  terminal: Terminal,
): Promise<ConfigSources> {
  return {
    envFiles: readEnvFiles(flags['env-file'], terminal.cwd),
    configFile: await readConfigFile(flags['config'], scriptFile, terminal.cwd),
    cwd: terminal.cwd,
  };
}

function readEnvFiles(given: FlagValues[string] | undefined, cwd: string): readonly EnvText[] {
  if (given === undefined) {
    const own = resolve(cwd, '.env');
    return existsSync(own) ? [{ name: '.env', text: readTextFile(own) }] : [];
  }
  const names = Array.isArray(given) ? (given as readonly string[]) : [String(given)];
  return names.map((name) => ({ name, text: readText(resolve(cwd, name), name, '--env-file') }));
}

async function readConfigFile(
  given: FlagValues[string] | undefined,
  scriptFile: string | null,
  cwd: string,
): Promise<ConfigSources['configFile']> {
  const folder = scriptFile === null ? cwd : dirname(resolve(cwd, scriptFile));
  const { findConfigFile, loadConfigFile } = await import('../../../bundler/config-file.ts');
  const file = given === undefined ? findConfigFile(folder) : resolve(cwd, String(given));
  if (file === null) return null;
  if (given !== undefined) readText(file, String(given), '--config');
  else refuseForeign(file, scriptFile === null ? null : resolve(cwd, scriptFile));
  const name = given === undefined ? file : String(given);
  return { name, value: await loadConfigFile(file), folder: dirname(file) };
}

/**
 * A configuration file is a program, run unsandboxed. One that merely lies above the script, where
 * others may write (`/tmp`), runs only if it is ours, root's, or of whoever owns the script.
 */
export function refuseForeign(file: string, scriptFile: string | null): void {
  const self = process.getuid?.();
  if (self === undefined) return;
  const owner = statSync(file).uid;
  const script = scriptFile === null ? undefined : statSync(scriptFile, { throwIfNoEntry: false });
  if (owner === self || owner === 0 || owner === script?.uid) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_FILE',
    message: `${file}: belongs to another user (uid ${owner}), neither to you nor to the owner of the script; it was not run`,
    hint: `if you trust it: --config ${file}`,
  });
}

function readText(path: string, name: string, flag: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_FILE',
      message: `${flag} ${name}: the file ${why}`,
      hint: 'check the path; it is relative to the current folder',
    });
  }
}
