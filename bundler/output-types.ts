// The types of `import type … from 'dicomrun/output'`: declarations of the compiler with all that
// they name, at their own places under one folder. The package ships these, and no others.
import { cp, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const NAMES = /(?:from|import\()\s*'(\.[^']+)\.ts'/g;

/** Copies `entry`, a path below `dist`, and what it names from `dist` into `to`. */
export async function copyTypes(dist: string, entry: string, to: string): Promise<void> {
  const seen = new Set<string>();
  const waiting = [join(dist, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = await readFile(file, 'utf8');
    await cp(file, join(to, relative(dist, file)));
    for (const [, name = ''] of text.matchAll(NAMES)) {
      waiting.push(join(dirname(file), `${name}.d.ts`));
    }
  }
}
