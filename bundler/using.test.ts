import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BundleError } from './problem.ts';
import { bundleScript } from './script.ts';

const folder = mkdtempSync(join(tmpdir(), 'using-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bundled(code: string): Promise<string> {
  writeFileSync(join(folder, 'script.ts'), code);
  return (await bundleScript('script.ts', folder)).js;
}

/** Runs a script's default function here, where both symbols are there. */
async function run(code: string): Promise<unknown> {
  const module = { exports: {} as { default?: () => unknown } };
  new Function('module', 'exports', await bundled(code))(module, module.exports);
  return await module.exports.default?.();
}

const LOOP = (keyword: string, symbol: string) => `
class Resource { [Symbol.${symbol}]() {} }
export default async function () {
  const passes = [];
  for (let i = 0; i < 3; i++) {
    try {
      ${keyword} one = new Resource();
      if (i === 0) throw new Error('first pass');
      passes.push(i);
    } catch (e) {
      passes.push(e.message);
    }
  }
  return passes;
}`;

describe('using in a loop', () => {
  it.each([
    ['using', 'dispose'],
    ['await using', 'dispose'],
    ['await using', 'asyncDispose'],
  ])('%s of %s: an error is of its own pass', async (keyword, symbol) => {
    expect(await run(LOOP(keyword, symbol))).toEqual(['first pass', 1, 2]);
  });
});

describe('using in the head of for (;;)', () => {
  it.each(['using', 'await using'])('%s: refused with its line', async (keyword) => {
    const code = `export default async function (r) {\n  for (${keyword} one = r; ; ) break;\n}\n`;
    const error: unknown = await bundled(code).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BundleError);
    const [problem] = (error as BundleError).problems;
    expect(problem).toMatchObject({
      code: 'BUNDLE_SYNTAX',
      hint: expect.stringContaining('before the loop'),
    });
    expect(problem?.where).toMatch(/^script\.ts:2:/);
    expect(problem?.frame).toContain(keyword);
  });
});
