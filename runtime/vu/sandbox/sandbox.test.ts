import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostDoor } from '../../../api/bridge.ts';
import { openAhead, openSandbox, rewritePrelude } from './sandbox.ts';

/** A prelude whose `x` says which text of it was run, and that an error was caught as vm2 has it. */
const prelude = (x: number): string => `({
  start: () => {
    let caught = 0;
    try { null.y } catch (e) { caught = e instanceof TypeError ? 1 : 0 }
    const one = async () => ${x};
    void one;
    return { op: () => caught, x: () => ${x}, y: () => 0, text: () => '', wake: () => 0, enter: () => 0 };
  },
})`;
const host: HostDoor = { ring: () => 0, text: () => '', a: () => 0, b: () => 0, c: () => 0 };

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-sandbox-'));
  file = join(folder, 'prelude.js');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the prelude', () => {
  it('is run as the build has left it, and rewritten anew where that is of another text or vm2', () => {
    writeFileSync(file, prelude(1));
    const plain = openSandbox(file, '', host);
    expect([plain.x(), plain.op()]).toEqual([1, 1]);
    rewritePrelude(file);
    const beside = join(folder, 'prelude.vm2.js');
    const made = readFileSync(beside, 'utf8');
    expect(made).toMatch(/^\/\/ vm2 \d+\.\d+\.\d+, of \d+ characters\n/);
    // Another number shows which of the two texts was run.
    writeFileSync(beside, made.replace('x: () => 1', 'x: () => 7'));
    const known = openSandbox(file, '', host);
    expect([known.x(), known.op()]).toEqual([7, 1]);
    writeFileSync(file, prelude(12));
    expect(openSandbox(file, '', host).x()).toBe(12);
    writeFileSync(file, prelude(1));
    writeFileSync(beside, made.replace(/vm2 [\d.]+/, 'vm2 0.0.1'));
    expect(openSandbox(file, '', host).x()).toBe(1);
  });
});

describe('a prelude that was evaluated ahead', () => {
  it('is the one of the first sandbox that asks for that file, and of no other', () => {
    const other = join(folder, 'other.js');
    writeFileSync(file, prelude(1));
    writeFileSync(other, prelude(2));
    openAhead(file);
    writeFileSync(file, prelude(3));
    expect(openSandbox(file, '', host).x()).toBe(1);
    expect(openSandbox(file, '', host).x()).toBe(3);
    openAhead(file);
    expect(openSandbox(other, '', host).x()).toBe(2);
  });

  it('is told to be wrong when it is opened, not before', () => {
    writeFileSync(file, 'throw new RangeError("of the prelude")');
    openAhead(file);
    expect(() => openSandbox(file, '', host)).toThrow('of the prelude');
    openAhead(join(folder, 'none.js'));
  });
});

describe('a rejection that nobody awaits', () => {
  const lost = "async () => { throw new Error('lost') }";
  it.each([
    ['of an async function', `(${lost})()`],
    ['of a promise that was made', "new Promise((_, reject) => reject(new Error('lost')))"],
    ['of what comes after', `(${lost})().then(() => 1)`],
    ['of a callback', "Promise.resolve(1).then(() => { throw new Error('lost') })"],
    ['of one of many', `Promise.all([(${lost})(), 1])`],
  ])('%s comes to the process, once; and none where it is awaited', async (_, made) => {
    const seen: unknown[] = [];
    const note = (reason: unknown): void => void seen.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
    try {
      const door = "op: () => 0, x: () => caught, y: () => 0, text: () => '', wake: () => 0";
      const code = (what: string) =>
        `({ start: () => { let caught = 0; ${what}; return { ${door}, enter: () => 0 }; } })`;
      writeFileSync(file, code(made));
      openSandbox(file, '', host);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(seen).toHaveLength(1);
      const doors = ['await p', 'await p.finally(() => 1)', 'await Promise.all([1, p])'].map(
        (awaited) => {
          const fetch = `(async () => { const p = ${made}; try { ${awaited} } catch { caught++; } })()`;
          writeFileSync(file, code(`${fetch}; (${made}).catch(() => 1)`));
          return openSandbox(file, '', host);
        },
      );
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(doors.map((one) => one.x())).toEqual([1, 1, 1]);
      expect(seen).toHaveLength(1);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const other of others) process.on('unhandledRejection', other);
    }
  });
});
