// Files of results: their owner's alone, whole or not there, and never written through a link that
// somebody left in their place.
import {
  closeSync,
  copyFileSync,
  constants,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const OWNER_ONLY = 0o600;

/** What takes a file to its name. */
interface Move {
  readonly rename: (from: string, to: string) => void;
  readonly platform: string;
}

/** Replaces a file. @throws what the disk says; then nothing is left of it */
export function writeOwnFile(
  path: string,
  text: string,
  move: Move = { rename: renameSync, platform: process.platform },
): void {
  const beside = join(dirname(path), `.${process.pid}-${Math.random().toString(36).slice(2)}.part`);
  try {
    writeFileSync(beside, text, { mode: OWNER_ONLY, flag: 'wx' });
    moveOver(beside, path, move);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** On Windows a file that a browser or a scanner has open takes no other in its place, but a new text. */
function moveOver(from: string, to: string, { rename, platform }: Move): void {
  try {
    rename(from, to);
  } catch (error) {
    const isHeld = ['EPERM', 'EACCES', 'EBUSY'].includes((error as { code?: string }).code ?? '');
    if (platform !== 'win32' || !isHeld) throw error;
    copyFileSync(from, to);
    rmSync(from, { force: true });
  }
}

/** To be read as every file is that this user makes. */
export const AS_USUAL = 0o666;

/**
 * A file that somebody named: through links too, as far as they are their own or the system's.
 *
 * @throws what the disk says, with the path; then no half of it is left
 */
export function writeNamedFile(path: string, text: string | Uint8Array, mode = OWNER_ONLY): void {
  mustBeOurLink(path);
  const fd = openSync(path, 'w', mode);
  try {
    writeFileSync(fd, text);
  } catch (error) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) rmSync(path);
    // why: of an open file the system names none
    throw Object.assign(error as Error, { path });
  } finally {
    closeSync(fd);
  }
}

/** Opens a file of results to append to it. @throws ELOOP at a link */
export function openToAppend(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants;
  return openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, OWNER_ONLY);
}

function mustBeOurLink(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() !== true || process.getuid === undefined) return;
  if (found.uid === process.getuid() || found.uid === 0) return;
  throw new Error(`it is a link that belongs to somebody else (user ${found.uid})`);
}
