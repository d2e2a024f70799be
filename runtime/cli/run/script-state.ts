// Which state of a script was run: a report names it, and does not carry the text, which may hold
// passwords.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Setting } from '../../runlog/format.ts';

const SHOWN_DIGITS = 16;
const GIT_MS = 2_000;

/** `SHA-256 0123456789abcdef, git 1a2b3c4`: of the file, and the commit of its folder if there is one. */
export async function scriptState(file: string, shown: string): Promise<Setting> {
  const [hash, commit] = await Promise.all([hashOf(file), commitOf(dirname(file))]);
  const parts = [
    ...(hash === '' ? [] : [`SHA-256 ${hash}`]),
    ...(commit === '' ? [] : [`git ${commit}`]),
  ];
  return { path: 'script', value: shown, origin: parts.join(', ') };
}

async function hashOf(file: string): Promise<string> {
  try {
    const digest = createHash('sha256').update(await readFile(file));
    return digest.digest('hex').slice(0, SHOWN_DIGITS);
  } catch {
    // why: bundling says what is wrong with the file
    return '';
  }
}

/** '' without git, or outside of a repository. `rev-parse` runs nothing that the folder configures. */
function commitOf(folder: string): Promise<string> {
  return new Promise((resolve) => {
    const words = ['-C', folder, 'rev-parse', '--short', 'HEAD'];
    execFile('git', words, { timeout: GIT_MS }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : ''),
    );
  });
}
