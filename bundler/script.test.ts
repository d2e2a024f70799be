import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BundleError, type BundleProblem } from './problem.ts';
import { bundleScript } from './script.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return name;
}

async function problemsOf(name: string, text: string): Promise<readonly BundleProblem[]> {
  await put(name, text);
  const error: unknown = await bundleScript(name, folder).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BundleError);
  return (error as BundleError).problems;
}

/** Runs a bundle the way the sandbox does: as the body of a function. */
function run(js: string, require: (name: string) => unknown): Record<string, unknown> {
  const module = { exports: {} as Record<string, unknown> };
  new Function('exports', 'module', 'require', js)(module.exports, module, require);
  return module.exports;
}

describe('bundleScript', () => {
  it('makes one CommonJS string, with dicom and k6 left to the sandbox', async () => {
    await put('lib/size.ts', 'export const size: number = 21;');
    await put('data.json', '{ "factor": 2 }');
    await put('note.txt', 'hello');
    const name = await put(
      'main.ts',
      `import dicom from 'dicom';
       import ext from 'k6/x/dicom';
       import { check } from 'k6';
       import { Options } from 'k6/options';
       import { size } from './lib/size.ts';
       import data from './data.json';
       import note from './note.txt';
       export const options: Options = { vus: size * data.factor };
       export { note };
       export default function () { return [dicom, ext, check]; }`,
    );
    const made = await bundleScript(name, folder);
    expect(made.folder).toBe(folder);
    expect(made.inputs).toEqual(expect.arrayContaining(['main.ts', 'lib/size.ts']));
    const asked: string[] = [];
    const exports = run(made.js, (module) => {
      asked.push(module);
      return { __esModule: true, default: module, check: module };
    });
    expect(asked).toEqual(['dicom', 'k6/x/dicom', 'k6']);
    expect(exports['options']).toEqual({ vus: 42 });
    expect(exports['note']).toBe('hello');
    expect((exports['default'] as () => unknown)()).toEqual(['dicom', 'k6/x/dicom', 'k6']);
  });

  it('lowers await using to what the sandbox parses', async () => {
    const name = await put(
      'using.ts',
      'export default async function (d: AsyncDisposable) { await using a = d; return a; }',
    );
    const { js } = await bundleScript(name, folder);
    expect(js).not.toMatch(/await using/);
    expect(js).toMatch(/asyncDispose/);
  });

  it('follows the paths of the tsconfig.json above, also of one that it extends', async () => {
    await put('alias/base.json', '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }');
    await put('alias/tsconfig.json', '{ // ours\n "extends": "./base.json", }');
    await put('alias/lib/v.ts', 'export const v: number = 7;');
    const name = await put('alias/src/main.ts', "import { v } from '@lib/v'; export const w = v;");
    const { js } = await bundleScript(name, folder);
    expect(run(js, () => ({}))['w']).toBe(7);
  });

  it.each(['~', '~/x', '@/x', '@lib/v'])('%s: tells of paths, and of no package', async (path) => {
    const name = await put('lost.ts', `import x from '${path}'; export default x;`);
    const error: unknown = await bundleScript(name, folder).catch((thrown: unknown) => thrown);
    const [problem] = (error as BundleError).problems;
    expect(problem?.hint).toMatch(/`paths`/);
    expect(problem?.hint).not.toMatch(/npm install/);
  });

  it('takes a first line for the shell', async () => {
    const name = await put('shell.ts', '#!/usr/bin/env -S dicomrun run\nexport const one = 1;\n');
    const { js } = await bundleScript(name, folder);
    expect(run(js, () => ({}))['one']).toBe(1);
  });

  it('needs no source maps of packages: those that cannot be read are left out', async () => {
    await put('node_modules/mapless/package.json', '{"name":"mapless","main":"index.js"}');
    const code = 'module.exports = 41;\n//# sourceMappingURL=index.js.map\n';
    await put('node_modules/mapless/index.js', code);
    await put('node_modules/mapless/index.js.map', 'first line {');
    const script = await put('mapless.ts', "import n from 'mapless'; export default () => n;");
    expect((await bundleScript(script, folder)).js).toContain('41');
    const wrong = "import n from 'mapless'; import './nowhere.ts'; export default () => n;";
    const problems = await problemsOf('wrong.ts', wrong);
    expect(problems.map(({ message }) => message).join()).toMatch(/nowhere/);
  });

  it('bundles a package of node_modules', async () => {
    await put('node_modules/tiny/package.json', '{"name":"tiny","main":"index.js"}');
    await put('node_modules/tiny/index.js', 'module.exports = (x) => x + 1;');
    const name = await put('pkg.ts', "import t from 'tiny'; export const two = t(1);");
    const { js } = await bundleScript(name, folder);
    expect(run(js, () => ({}))['two']).toBe(2);
  });

  it('takes what a package has for browsers, which does without modules of Node', async () => {
    const node = "module.exports = require('fs').randomBytes(1) && 'node';";
    await put(
      'node_modules/mapped/package.json',
      '{"name":"mapped","main":"i.js","browser":{"./i.js":"./b.js","crypto":false,"fs":"./fs.js"}}',
    );
    await put('node_modules/mapped/i.js', node);
    await put('node_modules/mapped/fs.js', '');
    await put(
      'node_modules/mapped/b.js',
      "require('crypto'); require('fs'); module.exports = 'browser field';",
    );
    await put(
      'node_modules/listed/package.json',
      '{"name":"listed","exports":{"browser":"./b.js","default":"./i.js"}}',
    );
    await put('node_modules/listed/i.js', node);
    await put('node_modules/listed/b.js', "module.exports = 'browser export';");
    const name = await put(
      'browser.ts',
      "import m from 'mapped'; import l from 'listed'; export const both = [m, l];",
    );
    const { js } = await bundleScript(name, folder);
    expect(run(js, () => ({}))['both']).toEqual(['browser field', 'browser export']);
  });
});

describe('what a script may not import', () => {
  it.each([
    ['fs', "import fs from 'fs';", 'BUNDLE_NODE_BUILTIN', /open\('file'\)/],
    ['node:net', "import net from 'node:net';", 'BUNDLE_NODE_BUILTIN', /help scripts/],
    ['fs/promises', "import { readFile } from 'fs/promises';", 'BUNDLE_NODE_BUILTIN', /open/],
    ['k6/http', "import http from 'k6/http';", 'BUNDLE_REFUSED_MODULE', /DICOMweb/],
    ['k6/crypto', "import c from 'k6/crypto';", 'BUNDLE_REFUSED_MODULE', /randomUUID/],
    ['k6/x/sql', "import sql from 'k6/x/sql';", 'BUNDLE_REFUSED_MODULE', /k6\/x\/dicom/],
    ['k6/metric', "import m from 'k6/metric';", 'BUNDLE_REFUSED_MODULE', /'k6\/metrics'/],
    ['https', "import x from 'https://jslib.k6.io/a.js';", 'BUNDLE_URL_IMPORT', /downloaded/],
    [
      'textSummary',
      "import { textSummary } from 'https://jslib.k6.io/k6-summary/0.0.2/index.js';",
      'BUNDLE_URL_IMPORT',
      /textSummary } from 'dicom'/,
    ],
  ])('refuses %s at its line, even when it is not used', async (_, line, code, hint) => {
    const [problem] = await problemsOf(
      'refused.ts',
      `// first line\n${line}\nexport default () => 1;\n`,
    );
    expect(problem).toMatchObject({ code });
    expect(problem?.where).toMatch(/^refused\.ts:2:\d+$/);
    expect(problem?.frame).toContain(line);
    expect(problem?.frame).toMatch(/~|\^/);
    expect(problem?.hint).toMatch(hint);
    expect(problem?.message).not.toMatch(/esbuild|plugin/);
  });

  it('reports every refused import at once', async () => {
    const found = await problemsOf('many.ts', "import 'fs';\nimport 'k6/http';\nexport default 1;");
    expect(found.map(({ code }) => code).sort()).toEqual([
      'BUNDLE_NODE_BUILTIN',
      'BUNDLE_REFUSED_MODULE',
    ]);
  });

  it('names the package that needs a built-in', async () => {
    await put('node_modules/needy/package.json', '{"name":"needy","main":"index.js"}');
    await put('node_modules/needy/index.js', "require('net'); module.exports = 1;");
    const [problem] = await problemsOf('needs.ts', "import n from 'needy'; export default n;");
    expect(problem?.hint).toMatch(/the package "needy" needs it/);
  });
});

describe('what does not build', () => {
  it('shows a syntax error at its line and column', async () => {
    const [problem] = await problemsOf('bad.ts', 'const a = 1;\nconst b = = 2;\n');
    expect(problem).toMatchObject({ code: 'BUNDLE_SYNTAX', where: 'bad.ts:2:11' });
    expect(problem?.frame).toContain('const b = = 2;');
  });

  it('says where top-level await belongs', async () => {
    const [problem] = await problemsOf('tla.ts', 'const a = await fetch();\nexport default a;\n');
    expect(problem).toMatchObject({ code: 'BUNDLE_TOP_LEVEL_AWAIT' });
    expect(problem?.hint).toMatch(/setup\(\)/);
  });

  it('names a file that is not there', async () => {
    const [problem] = await problemsOf(
      'gone.ts',
      "import { a } from './nowhere.ts';\nexport default a;",
    );
    expect(problem).toMatchObject({ code: 'BUNDLE_UNRESOLVED', where: 'gone.ts:1:19' });
    expect(problem?.hint).toBeTruthy();
  });

  it('says that the script is missing, or a folder', async () => {
    await expect(bundleScript('missing.ts', folder)).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_SCRIPT_MISSING', message: 'script "missing.ts" does not exist' }],
    });
    await expect(bundleScript('.', folder)).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_SCRIPT_MISSING', message: 'script "." is a folder' }],
    });
    await writeFile(join(folder, 'run.ndjson'), '');
    await expect(bundleScript('.', folder)).rejects.toMatchObject({
      problems: [{ hint: 'it is the folder of a run: dicomrun report .' }],
    });
  });
});
