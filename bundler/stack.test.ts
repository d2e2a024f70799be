import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleScript } from './script.ts';
import { formatStack, GUEST_FILE, stackMapper } from './stack.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stack-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Factory = (exports: object, module: { exports: object }) => void;

/** Runs a bundle behind a prefix on its first line, as the sandbox does. */
function instantiate(js: string, prefix: string): Record<string, () => unknown> {
  const module = { exports: {} as Record<string, () => unknown> };
  const factory = runInThisContext(`${prefix}${js}\n})`, { filename: GUEST_FILE }) as Factory;
  factory(module.exports, module);
  return module.exports;
}

function stackOf(fn: (() => unknown) | undefined): string {
  try {
    fn?.();
  } catch (thrown) {
    return (thrown as Error).stack ?? '';
  }
  throw new Error('it was meant to throw');
}

const HELPER = `export interface Shape { readonly a: number }

export function fail(shape: Shape): never {
  throw new Error('no ' + shape.a);
}
`;
const MAIN = `import { fail } from './helper.ts';

type Unused = string;
export function run(): void {
  fail({ a: 1 });
}
`;

describe('stackMapper', () => {
  it.each([
    ['a prefix on the first line', '(function(exports,module,Map,Set){"use strict";', 0],
    ['a prefix of two lines', '(function(exports,module){\n', 1],
  ])('maps guest frames to the author, behind %s', async (_, prefix, lineOffset) => {
    await writeFile(join(folder, 'helper.ts'), HELPER);
    await writeFile(join(folder, 'main.ts'), MAIN);
    const { js, map } = await bundleScript('main.ts', folder);
    const stack = stackOf(instantiate(js, prefix)['run']);
    const columnOffset = lineOffset === 0 ? prefix.length : 0;
    const mapped = stackMapper(map, { lineOffset, columnOffset })(stack);
    expect(mapped.where).toBe('helper.ts:4:9');
    expect(mapped.source).toBe("throw new Error('no ' + shape.a);");
    expect(mapped.frames[1]).toEqual({ name: 'run', file: 'main.ts', line: 5, column: 3 });
    expect(mapped.frames).toHaveLength(2);
    expect(formatStack(mapped)).toBe('    at fail (helper.ts:4:9)\n    at run (main.ts:5:3)');
  });

  it('maps a fault on the very first line of the bundle', async () => {
    await writeFile(join(folder, 'one.js'), "exports.run = () => { throw new Error('x'); };");
    const { js, map } = await bundleScript('one.js', folder);
    const prefix = '(function(exports,module){"use strict";';
    const exports = instantiate(js, prefix) as Record<string, () => unknown>;
    const made = exports['run'] ?? (exports as { default?: { run: () => unknown } }).default?.run;
    const mapped = stackMapper(map, { columnOffset: prefix.length })(stackOf(made));
    expect(mapped.where).toBe('one.js:1:29');
  });

  it("answers null when no frame is the author's", () => {
    const map = JSON.stringify({
      version: 3,
      sources: [],
      sourcesContent: [],
      names: [],
      mappings: '',
    });
    const mapped = stackMapper(map)('Error: x\n    at prelude.js:1:2\n    at node:internal/a:1:1');
    expect(mapped).toEqual({ frames: [], where: null, source: null });
  });
});
