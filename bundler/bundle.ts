// The only file that knows esbuild: runs one build in memory and turns its failures into problems.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildOptions, Message, Plugin } from 'esbuild';
import { withoutCopies } from './facades.ts';
import { BundleError, type BundleProblem } from './problem.ts';
import { stackMapper, GUEST_FILE } from './stack.ts';
import { forgetErrors, usingInHead } from './using.ts';

export type { Plugin } from 'esbuild';

export interface BundleRequest {
  /** The file the bundle starts from. */
  readonly entry: string;
  /** Paths in messages and in the source map are relative to it. */
  readonly base: string;
  /** `cjs` assigns to `module.exports`; `iife` has no exports; `esm` keeps them. */
  readonly format: 'cjs' | 'iife' | 'esm';
  readonly platform: 'neutral' | 'node' | 'browser';
  readonly plugins?: readonly Plugin[];
  readonly minify?: boolean;
  readonly banner?: string;
  readonly footer?: string;
  /** Identifiers to replace by expressions. */
  readonly define?: Readonly<Record<string, string>>;
}

export interface Bundle {
  readonly js: string;
  /** Style sheets that were imported, as one; '' without. */
  readonly css: string;
  /** Source map as JSON, with the authors' sources inside. */
  readonly map: string;
  /** Every file that went in, relative to `base`. */
  readonly inputs: readonly string[];
  readonly warnings: readonly BundleProblem[];
}

/** How much later than its children a busy process may hear of a signal. */
const SIGNAL_MS = 500;

/** What an own plugin hands through esbuild, in a message's `detail`. */
export interface ProblemDetail {
  readonly code: string;
  readonly hint?: string;
}

/**
 * Bundles one file and all it imports into one string. Nothing is written to disk.
 *
 * The target is ES2022, the newest syntax that the sandbox parses: `using` and the like are lowered.
 *
 * @throws {BundleError} with every problem found
 */
export async function bundle(request: BundleRequest): Promise<Bundle> {
  const esbuild = await import('esbuild');
  try {
    const options = buildOptions(request);
    const result = await esbuild.build(options).catch((error: unknown) => {
      if (!areOfSourceMaps(error)) throw error;
      return esbuild.build({ ...options, plugins: [...(options.plugins ?? []), noForeignMaps] });
    });
    const text = (suffix: string): string =>
      result.outputFiles?.find(({ path }) => path.endsWith(suffix))?.text ?? '';
    mustBeLowered(text('.js'), text('.js.map'));
    return {
      // A first line for the shell is none for a function that is wrapped around.
      js: withoutCopies(forgetErrors(text('.js'))).replace(/^#!.*/, ''),
      css: text('.css'),
      map: text('.js.map'),
      inputs: Object.keys(result.metafile?.inputs ?? {}),
      warnings: await toProblems(result.warnings, 'warning'),
    };
  } catch (error) {
    const messages = (error as { errors?: Message[] }).errors;
    if (!Array.isArray(messages)) {
      await signalHeard();
      throw error;
    }
    throw new BundleError(await toProblems(messages, 'error'));
  }
}

/**
 * Ctrl-C goes to esbuild's process, too: it may be gone before this one hears of the signal. Whoever
 * asked for the end is then told of that, and not that esbuild is gone.
 */
function signalHeard(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SIGNAL_MS));
}

/** Only source maps of packages cannot be read: nobody needs those to run a script. */
function areOfSourceMaps(error: unknown): boolean {
  const { errors } = error as { errors?: readonly Message[] };
  if (!Array.isArray(errors) || errors.length === 0) return false;
  return errors.every(({ text, notes }: Message) => {
    return [text, ...notes.map((note) => note.text)].some((part) => /source map/.test(part));
  });
}

/** Reads the modules of packages without the comment that names their source maps. */
const noForeignMaps: Plugin = {
  name: 'no-foreign-maps',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: text.replace(/^\/\/[#@] sourceMappingURL=.*$/gm, ''), loader: 'js' };
    });
  },
};

/**
 * Bundles one compiled entry of `dist` in place. What it imports late stays a file of its own in
 * `parts/`: one folder below, as deep as this module, because some find files of the package from
 * where they are.
 */
export async function gatherEntry(
  dist: string,
  entry: string,
  plugins: readonly Plugin[],
): Promise<void> {
  const esbuild = await import('esbuild');
  await esbuild.build({
    absWorkingDir: dist,
    entryPoints: [entry],
    outdir: '.',
    outbase: '.',
    chunkNames: 'parts/[name]-[hash]',
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [...plugins],
    legalComments: 'none',
    logLevel: 'warning',
    // A package that has not what is imported from it.
    logOverride: { 'import-is-undefined': 'error' },
  });
}

/** Ends esbuild's child process: call it when no more bundling follows, before the load starts. */
export async function stopBundler(): Promise<void> {
  const esbuild = await import('esbuild');
  await esbuild.stop();
}

function mustBeLowered(js: string, map: string): void {
  const at = usingInHead(js);
  if (at === null) return;
  const { where, source } = stackMapper(map)(`at ${GUEST_FILE}:${at.line + 1}:${at.column + 1}`);
  throw new BundleError([
    {
      code: 'BUNDLE_SYNTAX',
      message: '`using` cannot be lowered in the head of a `for (;;)`',
      hint: USING_BEFORE,
      ...(where === null ? {} : { where }),
      ...(source === null ? {} : { frame: `    ${source}` }),
    },
  ]);
}

const USING_BEFORE = 'declare it before the loop, in a block around both';

function buildOptions(request: BundleRequest): BuildOptions {
  return {
    absWorkingDir: request.base,
    entryPoints: [request.entry],
    outfile: join(request.base, 'script.js'),
    bundle: true,
    write: false,
    metafile: true,
    format: request.format,
    platform: request.platform,
    // Without `main` fields of its own, esbuild takes what a package has for browsers first.
    ...(request.platform === 'browser' ? {} : { mainFields: ['module', 'main'] }),
    target: 'es2022',
    ...(request.define === undefined ? {} : { define: { ...request.define } }),
    charset: 'utf8',
    sourcemap: 'external',
    logLevel: 'silent',
    loader: { '.txt': 'text', '.csv': 'text' },
    minify: request.minify ?? false,
    banner: { js: request.banner ?? '' },
    footer: { js: request.footer ?? '' },
    plugins: [...(request.plugins ?? [])],
    // An import that is never used is still an import: a refused module is refused either way.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, target: 'es2022' } },
  };
}

async function toProblems(
  messages: readonly Message[],
  kind: 'error' | 'warning',
): Promise<BundleProblem[]> {
  const { formatMessages } = await import('esbuild');
  const told = messages.map((message) => ({
    ...message,
    notes: message.notes.filter(isForAuthors),
  }));
  const frames = await formatMessages(told, { kind, color: false, terminalWidth: 100 });
  return told.map((message, at) => toProblem(message, frames[at] ?? ''));
}

function toProblem(message: Message, frame: string): BundleProblem {
  const { location } = message;
  const { code, hint } = explain(message);
  return {
    code,
    message: /^Top-level await/.test(message.text)
      ? '`await` stands outside of a function'
      : message.text,
    ...(hint === undefined ? {} : { hint }),
    ...(location && { where: `${location.file}:${location.line}:${location.column + 1}` }),
    ...(location && { frame: sourceFrame(frame) }),
  };
}

/** esbuild's own picture of the place, without its headline: that is `message` already. */
function sourceFrame(formatted: string): string {
  const lines = formatted.trimEnd().split('\n');
  // `where` says it too, with the column counted from 1.
  const isPlace = /^\s*\S.*:\d+:\d+:$/;
  return lines
    .slice(2)
    .filter((line) => !isPlace.test(line))
    .join('\n')
    .replace(/^\n+|\s+$/g, '');
}

function explain(message: Message): ProblemDetail {
  const detail = message.detail as ProblemDetail | undefined;
  if (typeof detail?.code === 'string') return detail;
  if (/^Top-level await/.test(message.text)) {
    return {
      code: 'BUNDLE_TOP_LEVEL_AWAIT',
      hint: 'a script loads synchronously; move it into setup(), whose result every VU gets',
    };
  }
  const [, missing] = /^Could not resolve "(.*)"/.exec(message.text) ?? [];
  if (missing !== undefined)
    return { code: 'BUNDLE_UNRESOLVED', hint: whereToLook(message, missing) };
  if (/^No loader is configured/.test(message.text)) {
    const hint =
      "a script imports TypeScript, JavaScript, JSON, .txt and .csv; read others with open('file')";
    return { code: 'BUNDLE_LOADER', hint };
  }
  if (/^"(await )?using" declarations are not allowed here/.test(message.text)) {
    return { code: 'BUNDLE_SYNTAX', hint: USING_BEFORE };
  }
  return { code: 'BUNDLE_SYNTAX' };
}

/** esbuild's own note where it has one for authors. */
function whereToLook({ notes }: Message, missing: string): string {
  const note = notes[0]?.text.trim() ?? '';
  if (note !== '') return note;
  const [name] = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9-][\w.~-]*(?=\/|$)/.exec(missing) ?? [];
  if (/^[./]/.test(missing)) return 'check the path; it is relative to the file that imports';
  const alias =
    'an alias has to stand in `paths` of the tsconfig.json beside the script or above it';
  if (name === undefined) return alias;
  return `no such package in node_modules beside the script or above it; ${alias}`;
}

/** Notes on options of esbuild, which nobody can set here, are not. */
function isForAuthors({ text }: { readonly text: string }): boolean {
  return !/mark the path|"external"|loader/.test(text);
}
