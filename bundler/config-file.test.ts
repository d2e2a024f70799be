import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findConfigFile, loadConfigFile } from './config-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

describe('configuration file', () => {
  it('is found from a script folder upward, TypeScript before JSON', async () => {
    await put('up/dicomrun.config.json', '{}');
    const file = await put('up/dicomrun.config.ts', 'export default {};');
    await mkdir(join(folder, 'up/a/b'), { recursive: true });
    expect(findConfigFile(join(folder, 'up/a/b'))).toBe(file);
  });

  it('is bundled and run, with its imports, builtins and packages', async () => {
    await put('ts/lib.ts', 'export const aet: string = "PACS1";');
    await put('ts/node_modules/p/package.json', '{"name":"p","main":"i.js"}');
    await put('ts/node_modules/p/i.js', 'module.exports = 7;');
    const file = await put(
      'ts/dicomrun.config.ts',
      `import { sep } from 'node:path';
       import seven from 'p';
       import { aet } from './lib.ts';
       export default { target: { aet }, seven, sep };`,
    );
    expect(await loadConfigFile(file)).toEqual({
      target: { aet: 'PACS1' },
      seven: 7,
      sep: expect.any(String) as string,
    });
  });

  it('may be JSON', async () => {
    const file = await put('j/dicomrun.config.json', '{ "vus": 3 }');
    expect(await loadConfigFile(file)).toEqual({ vus: 3 });
    const bad = await put('k/dicomrun.config.json', '{ vus }');
    await expect(loadConfigFile(bad)).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_FILE' }],
    });
  });

  it("says where it threw, in the author's source", async () => {
    const file = await put('t/dicomrun.config.ts', 'type A = 1;\nthrow new Error("no host");\n');
    await expect(loadConfigFile(file)).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_FILE', where: 'dicomrun.config.ts:2:7' }],
    });
  });

  it('must have a default export and must build', async () => {
    const none = await put('n/dicomrun.config.ts', 'export const a = 1;');
    await expect(loadConfigFile(none)).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_FILE' }],
    });
    const bad = await put('b/dicomrun.config.ts', 'export default {');
    await expect(loadConfigFile(bad)).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_FILE', where: 'dicomrun.config.ts:1:17' }],
    });
  });
});
