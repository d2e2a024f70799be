// Makes a folder and those around it, step by step: mkdir's own `recursive` never returns where the
// file system takes no new entry but says that there is none (/proc).
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * @param mode of the folders that are made
 * @throws what mkdir throws; nothing when the folder is there
 */
export function makeFolders(path: string, mode = 0o777): void {
  const folder = resolve(path);
  if (existsSync(folder)) return;
  makeFolders(dirname(folder), mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // why: somebody else may have made it meanwhile
    if (!existsSync(folder)) throw error;
  }
}

// Windows knows names that are devices, and drops dots and spaces at the end.
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const NOT_IN_NAMES = /[<>:"|?*]/;

/** Why Windows has no file of this name, or null. */
export function windowsFault(name: string): string | null {
  if (DEVICE.test(name)) return 'it is the name of a device on Windows';
  const character = NOT_IN_NAMES.exec(name)?.[0];
  if (character !== undefined) return `Windows has no ${character} in names`;
  return /[. ]$/.test(name) ? 'Windows drops the dot or space at its end' : null;
}
