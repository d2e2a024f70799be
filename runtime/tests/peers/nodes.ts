// Other versions of Node.js, brought by `npm run peers` into a folder that git ignores.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../.peers', import.meta.url));

/** Where the executable of a major version is, or null. */
export function nodeOf(major: number): string | null {
  const file = join(FOLDER, `node-${major}`, 'node');
  if (existsSync(file)) return file;
  return process.versions.node.startsWith(`${major}.`) ? process.execPath : null;
}

/** As `requirePeer`: a missing one is said loudly and its tests are skipped; in CI it is an error. */
export function requireNode(major: number): boolean {
  if (nodeOf(major) !== null) return true;
  const what = `not there: Node.js ${major} (npm run peers)`;
  if (process.env['CI']) throw new Error(what);
  process.stderr.write(`\n*** SKIPPED, ${what} ***\n\n`);
  return false;
}
