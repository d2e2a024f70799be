// The version of the installed package.
import { readFileSync } from 'node:fs';
import { packageRoot } from './package-root.ts';

let known: string | null = null;

export function version(): string {
  if (known === null) {
    const text = readFileSync(new URL('package.json', packageRoot()), 'utf8');
    known = (JSON.parse(text) as { version: string }).version;
  }
  return known;
}
