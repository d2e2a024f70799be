// The README says the same as the code: its script is an example, its links lead somewhere, its
// commands exist.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');

describe('README', () => {
  it('shows examples/store.ts as it is', () => {
    const [, script] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(script).toBe(read('examples/store.ts'));
  });

  it('links only to files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target ?? '');
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) expect(existsSync(join(root, link)), link).toBe(true);
  });

  it('names only scripts that exist', () => {
    const scripts = [...readme.matchAll(/examples\/[\w/-]+\.ts/g)].map(([file]) => file);
    expect(scripts.length).toBeGreaterThan(4);
    for (const script of scripts) expect(existsSync(join(root, script)), script).toBe(true);
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, name = ''] of readme.matchAll(/npm run ([\w:-]+)/g)) {
      expect(scripts, name).toHaveProperty(name);
    }
  });
});
