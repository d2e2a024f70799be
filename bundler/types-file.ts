// One file of ambient declarations for the editor of a script's author, flattened from the types
// that the compiler emitted for api/: it works without node_modules, from a single copied file.
import { readdir, readFile } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { MODULES } from '../api/abi.ts';

const INTERNAL = 'dicomrun/api/';

/**
 * The text of `script.d.ts`.
 *
 * @param folder where the compiler put the declarations of api/
 * @param globals ambient globals of scripts (`__VU`, `open`, …), appended as they are
 */
export async function ambientTypes(folder: string, globals: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true }))
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.d.ts'))
    .sort();
  const files = new Map<string, string>();
  for (const name of names) {
    files.set(name.replace(/\.d\.ts$/, ''), await readFile(join(folder, name), 'utf8'));
  }
  const parts = [HEADER];
  const needed = reachable(files, Object.values(MODULES));
  for (const name of needed) parts.push(moduleText(INTERNAL + name, flatten(files, name)));
  for (const [module, name] of Object.entries(MODULES)) {
    if (files.has(name)) parts.push(moduleText(module, reexport(name, files.get(name) ?? '')));
  }
  parts.push(globals.trim());
  return `${parts.join('\n\n')}\n`;
}

const HEADER = `// Types of dicomrun scripts: 'dicom', 'dicomweb', 'k6' and the modules beside it. Generated; do not edit.
/// <reference lib="es2023" />
/// <reference lib="esnext.disposable" />`;

const RELATIVE = /(from\s+|import\(|import\s+)(['"])(\.{1,2}\/[^'"]+)\2/g;

function target(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/(\.d)?\.[mc]?[jt]s$/, '');
}

function reachable(files: ReadonlyMap<string, string>, roots: readonly string[]): string[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const text = files.get(name);
    if (text === undefined || seen.has(name)) return;
    seen.add(name);
    for (const [, , , specifier] of text.matchAll(RELATIVE)) visit(target(name, specifier ?? ''));
  };
  roots.forEach(visit);
  return [...seen].sort();
}

function flatten(files: ReadonlyMap<string, string>, name: string): string {
  return (files.get(name) ?? '')
    .replace(RELATIVE, (_, before: string, quote: string, specifier: string) => {
      return `${before}${quote}${INTERNAL}${target(name, specifier)}${quote}`;
    })
    .replace(/^(\s*(?:export )?)declare /gm, '$1')
    .replace(/^export default (class|function|abstract)/gm, 'export default $1')
    .replace(/^\/\/# sourceMappingURL.*$/gm, '')
    .trim();
}

function reexport(name: string, text: string): string {
  const all = `export * from '${INTERNAL}${name}';`;
  const hasDefault = /\bexport default\b|\bas default\b/.test(text);
  return hasDefault ? `${all}\nexport { default } from '${INTERNAL}${name}';` : all;
}

function moduleText(name: string, body: string): string {
  const lines = body.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
  return `declare module '${name}' {\n${lines.join('\n')}\n}`;
}
