// Finds files: a folder (recursively), single files, or a glob. Symbolic links are followed, loops
// are not.
import { existsSync, readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { DataError } from '../element/data-error.ts';

export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Paths that could not be looked at, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

const hasWildcards = (path: string): boolean => /[*?[{]/.test(path);

/** Whether a path has wildcards (`*`, `?`, `[…]`, `{a,b}`) and is no file or folder of that name. */
function isGlob(path: string, base: string): boolean {
  return hasWildcards(path) && !existsSync(resolve(base, path));
}

/**
 * All files of a path, in order of path.
 *
 * @param path a file, a folder or a glob, relative to `base`
 */
export function findFiles(path: string, base: string): FoundFiles {
  const full = isAbsolute(path) ? path : resolve(base, path);
  const walk: Walk = { files: [], unreadable: [], seen: new Set(), matches: () => true };
  if (!isGlob(path, base)) {
    visit(full, walk);
  } else {
    const root = globRoot(full);
    visit(root, { ...walk, matches: globMatcher(full) });
  }
  walk.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return walk;
}

/**
 * All files of several paths, in order of path within each.
 *
 * @throws DataError `DATA_NO_FILES` for a path that is not there, or when no file is left
 */
export function findAllFiles(paths: readonly string[], base: string): FoundFiles {
  const found = paths.map((path) => ({ path, ...findFiles(path, base) }));
  const files = found.flatMap((one) => one.files);
  const absent = found.filter(({ path, files: own, unreadable }) => {
    const isThere = unreadable.every((one) => one.path !== resolve(base, path));
    return own.length === 0 && (isGlob(path, base) || !isThere);
  });
  const wanted = absent.length > 0 ? absent : files.length === 0 ? found : [];
  if (wanted.length === 0) return { files, unreadable: found.flatMap((one) => one.unreadable) };
  throw new DataError('DATA_NO_FILES', noFiles(wanted, base), NO_FILES_HINT);
}

const NO_FILES_HINT =
  'name files, or folders with all that is below; `dicomrun generate --out DIR` makes some';

function noFiles(found: readonly ({ readonly path: string } & FoundFiles)[], base: string): string {
  const [first] = found;
  const paths = found.map(({ path }) => `"${path}"`).join(', ');
  if (first === undefined || isGlob(first.path, base)) return `no file fits ${paths}`;
  const reason = first.unreadable[0]?.reason;
  if (reason === undefined) return `no file in ${paths}`;
  return reason === 'ENOENT' || reason === 'ENOTDIR'
    ? `there is no file or folder ${paths}`
    : `${paths} cannot be read (${reason})`;
}

interface Walk {
  readonly files: FoundFile[];
  readonly unreadable: { path: string; reason: string }[];
  /** Real paths of folders that were entered. */
  readonly seen: Set<string>;
  readonly matches: (path: string) => boolean;
}

function visit(path: string, walk: Walk): void {
  try {
    const stat = statSync(path);
    if (stat.isFile()) {
      if (walk.matches(path)) walk.files.push({ path, bytes: stat.size });
      return;
    }
    if (!stat.isDirectory()) {
      // why: to read a FIFO or a device may take for ever
      if (walk.matches(path)) walk.unreadable.push({ path, reason: notRegular(stat) });
      return;
    }
    const real = realpathSync(path);
    if (walk.seen.has(real)) return;
    walk.seen.add(real);
    for (const name of readdirSync(path)) visit(join(path, name), walk);
  } catch (error) {
    walk.unreadable.push({ path, reason: errorCode(error) });
  }
}

/** What stands where a file should. */
export function notRegular(stat: Stats): string {
  if (stat.isFIFO()) return 'a FIFO, no regular file';
  if (stat.isSocket()) return 'a socket, no regular file';
  return stat.isDirectory() ? 'a folder, no file' : 'a device, no regular file';
}

/** `ENOENT`, `EACCES`, … */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'unknown error';
}

/** The folder before the first wildcard. */
function globRoot(pattern: string): string {
  const parts = pattern.split(/[\\/]/);
  const first = parts.findIndex(hasWildcards);
  const root = parts.slice(0, first).join(sep);
  return root === '' ? dirname(pattern) : root;
}

/**
 * Whether paths of this system fit a pattern. On Windows both may be written with either slash, and
 * case makes no difference.
 *
 * @internal
 */
export function globMatcher(pattern: string, separator: string = sep): (path: string) => boolean {
  if (separator === '/') {
    const wanted = globPattern(pattern);
    return (path) => wanted.test(path);
  }
  const slashes = (path: string): string => path.replaceAll(separator, '/').toLowerCase();
  const wanted = globPattern(slashes(pattern));
  return (path) => wanted.test(slashes(path));
}

function globPattern(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const rest = pattern.slice(i);
    const character = pattern[i] ?? '';
    const set = /^\[(!?)([^\]/]+)\]/.exec(rest);
    const choice = /^\{([^}]*)\}/.exec(rest);
    if (rest.startsWith('**/')) {
      source += '(?:.*/)?';
      i += 2;
    } else if (rest.startsWith('**')) {
      source += '.*';
      i += 1;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (set !== null) {
      source += `[${set[1] === '!' ? '^' : ''}${(set[2] ?? '').replace(/\\/g, '\\\\')}]`;
      i += set[0].length - 1;
    } else if (choice !== null) {
      source += `(?:${(choice[1] ?? '').split(',').map(escape).join('|')})`;
      i += choice[0].length - 1;
    } else source += escape(character);
  }
  return new RegExp(`^${source}$`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
