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
