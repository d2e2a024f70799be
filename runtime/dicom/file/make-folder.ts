// A folder that a user named: made, or refused with its name.
import { statSync } from 'node:fs';
import { makeFolders } from '../../make-folders.ts';
import { DataError } from '../element/data-error.ts';
import { errorCode } from './file-walk.ts';

/**
 * @param mode of the folders that are made
 * @throws DataError `DATA_FILE`
 */
export function makeFolder(path: string, mode = 0o777): void {
  try {
    makeFolders(path, mode);
  } catch (error) {
    throw cannotMake(path, errorCode(error));
  }
  if (!statSync(path).isDirectory()) throw cannotMake(path, 'it is a file');
}

function cannotMake(path: string, why: string): DataError {
  return new DataError(
    'DATA_FILE',
    `${path}: no folder can be made there (${why})`,
    'name a folder that you may write to',
  );
}
