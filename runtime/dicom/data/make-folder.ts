// Makes a folder and those around it, step by step: mkdir's own `recursive` never returns where the
// file system takes no new entry but says that there is none (/proc).
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DataError } from './data-error.ts';
import { errorCode } from './file-walk.ts';

/**
 * @param mode of the folders that are made
 * @throws DataError `DATA_FILE`
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  let folder = resolve(path);
  while (!isFolder(folder, path)) {
    missing.push(folder);
    folder = dirname(folder);
  }
  for (const one of missing.reverse()) {
    try {
      mkdirSync(one, { mode });
    } catch (error) {
      // why: somebody else may have made it meanwhile
      if (!isFolder(one, path)) throw cannotMake(path, `${one}: ${errorCode(error)}`);
    }
  }
}

function isFolder(path: string, wanted: string): boolean {
  try {
    if (statSync(path).isDirectory()) return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw cannotMake(wanted, `${path}: ${errorCode(error)}`);
  }
  throw cannotMake(wanted, `${path} is a file`);
}

function cannotMake(path: string, why: string): DataError {
  return new DataError(
    'DATA_FILE',
    `${path}: no folder can be made there (${why})`,
    'name a folder that you may write to',
  );
}
