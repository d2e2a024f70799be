// The last step of `npm run build`, after the compiler: prelude, script types, assets, executable.
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stopBundler } from './bundle.ts';
import { gather } from './gather.ts';
import { copyTypes } from './output-types.ts';
import { bundlePage } from './page.ts';
import { writePrelude } from './prelude.ts';
import { ambientTypes } from './types-file.ts';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = join(dist, '..');

/** Files that are neither TypeScript nor configuration, at their own place in `dist/`. */
async function copyAssets(): Promise<void> {
  const isAsset = /\.(md|json|css|html|lua|hex|txt)$/;
  for (const folder of ['api', 'bundler', 'runtime']) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names) {
      if (!isAsset.test(name) || /(tsconfig|prettier)\.json$|page\.css$/.test(name)) continue;
      const to = join(dist, folder, name);
      await mkdir(dirname(to), { recursive: true });
      await cp(join(root, folder, name), to);
    }
  }
}

async function writeScriptTypes(): Promise<void> {
  const globals = await readFile(join(root, 'api', 'globals.d.ts'), 'utf8');
  await writeFile(join(dist, 'script.d.ts'), await ambientTypes(join(dist, 'api'), globals));
}

async function writePage(): Promise<void> {
  const folder = join(dist, 'runtime', 'report', 'html', 'page');
  const { js, css } = await bundlePage(root);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'page.js'), js);
  await writeFile(join(folder, 'page.css'), css);
}

/** What a call of a compiled module gives, as JSON. */
function asked(module: string, call: string): string {
  const url = JSON.stringify(pathToFileURL(join(dist, module)).href);
  const text = `console.log(JSON.stringify((await import(${url})).${call}))`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', text], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** What dcmjs is asked once, and not at each start of a run. */
async function writeMade(): Promise<void> {
  const folder = join(dist, 'runtime', 'dicom');
  const write = async (file: string, name: string, json: string): Promise<void> =>
    writeFile(join(folder, file), `export const ${name} = ${json.trim()};\n`);
  const table = asked('runtime/dicom/element/dictionary.js', 'dictionaryTable()');
  await write('element/dictionary-table.js', 'DICTIONARY_TABLE', table);
  const headers = asked('runtime/dicom/synthetic/synthetic-kinds.js', 'prototypeHeaders()');
  await write('synthetic/prototype-headers.js', 'PROTOTYPE_HEADERS', headers);
}

const prelude = join(dist, 'prelude.js');
await writePrelude(prelude);
// The bundler knows nothing of the sandbox and of DICOM: other processes ask those.
asked('runtime/vu/sandbox/sandbox.js', `rewritePrelude(${JSON.stringify(prelude)})`);
await writeMade();
await writeScriptTypes();
await copyTypes(dist, 'runtime/outputs/custom.d.ts', join(dist, 'types'));
await copyAssets();
await writePage();
await gather(dist);
await chmod(join(dist, 'runtime', 'cli', 'main.js'), 0o755);
await stopBundler();
