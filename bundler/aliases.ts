// `paths` of the author's tsconfig.json: what an import such as '@lib/case' stands for. No other
// setting of that file is taken.
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';

interface Aliases {
  /** What targets are relative to. */
  readonly folder: string;
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

interface Tsconfig {
  readonly extends?: string | readonly string[];
  readonly compilerOptions?: {
    readonly baseUrl?: string;
    readonly paths?: Readonly<Record<string, readonly string[]>>;
  };
}

/** Answers for one bundle; a tsconfig.json is read once. */
export class AliasReader {
  readonly #known = new Map<string, Promise<Aliases | null>>();

  /** Absolute paths that a specifier may stand for in a file of this folder, in order. */
  async candidates(specifier: string, folder: string): Promise<readonly string[]> {
    if (/[\\/]node_modules([\\/]|$)/.test(folder)) return [];
    const aliases = await this.#nearest(folder);
    return aliases === null ? [] : matches(specifier, aliases);
  }

  #nearest(folder: string): Promise<Aliases | null> {
    let found = this.#known.get(folder);
    if (found === undefined) {
      found = this.#read(folder);
      this.#known.set(folder, found);
    }
    return found;
  }

  async #read(folder: string): Promise<Aliases | null> {
    const file = join(folder, 'tsconfig.json');
    const config = await parsed(file);
    if (config !== null) return aliasesOf(config, folder, 0);
    const above = dirname(folder);
    return above === folder ? null : this.#nearest(above);
  }
}

const COMMENTS = /("(?:\\.|[^"\\])*")|\/\/.*|\/\*[^]*?\*\//g;

/** A tsconfig.json with its comments and last commas; null when there is none that can be read. */
async function parsed(file: string): Promise<Tsconfig | null> {
  try {
    const text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '').replace(COMMENTS, '$1');
    return JSON.parse(text.replace(/,(\s*[}\]])/g, '$1')) as Tsconfig;
  } catch {
    return null;
  }
}

/** How many files may extend one another. */
const MAX_EXTENDS = 10;

async function aliasesOf(config: Tsconfig, folder: string, depth: number): Promise<Aliases | null> {
  const { baseUrl = '.', paths } = config.compilerOptions ?? {};
  if (paths !== undefined) return { folder: resolve(folder, baseUrl), paths };
  // The last one wins, and packages have no paths of this project.
  for (const name of [config.extends ?? []].flat().reverse()) {
    if (depth === MAX_EXTENDS || !(name.startsWith('.') || isAbsolute(name))) continue;
    const file = resolve(folder, name);
    const base = (await parsed(file)) ?? (await parsed(`${file}.json`));
    const found = base === null ? null : await aliasesOf(base, dirname(file), depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** The pattern with the longest part before its `*` wins; one without `*` wins over all. */
function matches(specifier: string, { folder, paths }: Aliases): readonly string[] {
  let best: { readonly length: number; readonly files: readonly string[] } | null = null;
  for (const [pattern, targets] of Object.entries(paths)) {
    const [before = '', after] = pattern.split('*');
    const isExact = after === undefined;
    const fits = isExact
      ? specifier === pattern
      : specifier.length >= before.length + after.length &&
        specifier.startsWith(before) &&
        specifier.endsWith(after);
    const length = isExact ? Infinity : before.length;
    if (!fits || (best !== null && best.length >= length)) continue;
    const middle = isExact ? '' : specifier.slice(before.length, specifier.length - after.length);
    const files = targets.map((target) =>
      resolve(
        folder,
        target.replace('*', () => middle),
      ),
    );
    best = { length, files };
  }
  return best?.files ?? [];
}
