import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { refuseForeign } from './config-sources.ts';
import { shellWord } from '../terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));
const NOBODY = 65_534;

describe.skipIf(process.getuid?.() !== 0)('a configuration file that was found', () => {
  const config = join(folder, 'dicomrun.config.ts');
  const script = join(folder, 'own', 'a.ts');
  mkdirSync(join(folder, 'own'));
  writeFileSync(config, 'export default {};\n');
  writeFileSync(script, 'export default () => {};\n');

  it('of ours is run', () => {
    expect(() => refuseForeign(config, script)).not.toThrow();
  });

  it('of another user is refused, and says how to run it', () => {
    chownSync(config, NOBODY, NOBODY);
    expect(() => refuseForeign(config, script)).toThrow(/belongs to another user \(uid 65534\)/);
    expect(() => refuseForeign(config, null)).toThrow(/was not run/);
  });

  it('of the owner of the script is run, as the script is', () => {
    chownSync(script, NOBODY, NOBODY);
    expect(() => refuseForeign(config, script)).not.toThrow();
  });
});

describe('a word of a command to copy', () => {
  it.each([
    ['scripts/store.ts', 'scripts/store.ts'],
    ['my script.ts', "'my script.ts'"],
    ['$(rm x).ts', "'$(rm x).ts'"],
    ['a\\b.ts', "'a\\b.ts'"],
    ["it's.ts", "'it'\\''s.ts'"],
    ['a\u001b[2J\nb.ts', "'a?[2J?b.ts'"],
  ])('%j', (word, shown) => {
    expect(shellWord(word, 'linux')).toBe(shown);
  });

  it.each([
    ['it costs $5.ts', "'it costs $5.ts'"],
    ["the `doctor's` $.ts", "'the `doctor''s` $.ts'"],
    ['scripts\\store.ts', 'scripts\\store.ts'],
    ['C:\\my scripts\\a.ts', '"C:\\my scripts\\a.ts"'],
    ["it's.ts", '"it\'s.ts"'],
    ['my results\\', '"my results\\\\"'],
    ['a & b.ts', '"a & b.ts"'],
    ['say \\"no\\".ts', '"say \\\\\\"no\\\\\\".ts"'],
    ['a\u001b[2J\nb.ts', '"a?[2J?b.ts"'],
  ])('%j, on Windows', (word, shown) => {
    expect(shellWord(word, 'win32')).toBe(shown);
  });
});
