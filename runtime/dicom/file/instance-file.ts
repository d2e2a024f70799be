// The file that an instance is kept in as it comes, named by its SOP Instance UID.
import { openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** A handle and its path. What is there goes, also a link: nothing is written through it. */
export function openInstanceFile(
  folder: string,
  sopInstance: string,
): { readonly handle: number; readonly file: string } {
  makeFolder(folder);
  const file = join(folder, `${sopInstance.replace(/[^\d.]/g, '_')}.dcm`);
  rmSync(file, { force: true });
  return { handle: openSync(file, 'wx', 0o600), file };
}
