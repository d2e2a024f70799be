// What the editor of a script's author shows: nothing that a script can name is without words.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { docstringGaps } from './docstrings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const BARE = `
/** How. */
export interface Options {
  port?: number;
  /** The size. */
  size?: number;
  /** \`a\` of it, in ms. */
  inner?: { a?: number; b?: string };
}
/** Whom. */
export class Peer {
  async store(options: Options): Promise<void> {}
  /** @internal */
  hidden(): void {}
}
`;

describe('the API of scripts', () => {
  const gaps = docstringGaps(root);

  it('has a docstring for every class, function, member and option of every module', () => {
    expect(gaps.silent).toEqual([]);
  });

  it('says of every option that is a number of what it is one', () => {
    expect(gaps.unitless).toEqual([]);
  });

  it('cites the clause of every request', () => {
    expect(gaps.uncited).toEqual([]);
  });

  it('would be found wanting without them', () => {
    const place = mkdtempSync(join(tmpdir(), 'docstrings-'));
    mkdirSync(join(place, 'api/dicom'), { recursive: true });
    writeFileSync(join(place, 'api/dicom/index.ts'), BARE);
    const { silent, unitless, uncited } = docstringGaps(place);
    rmSync(place, { recursive: true });
    const at = (...names: string[]): string[] => names.map((name) => `api/dicom/index.ts ${name}`);
    expect(silent).toEqual(at('Options.inner.b', 'Options.port', 'Peer.store'));
    expect(unitless).toEqual(at('Options.port', 'Options.size'));
    expect(uncited).toEqual(at('Peer.store'));
  });
});
