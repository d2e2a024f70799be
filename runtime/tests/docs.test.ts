// README and help say what is so: every snippet is typed and passes the init pass, every command line
// has a command and flags that exist, every link leads somewhere, every topic is listed.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normaliseArgv } from '../cli/argv.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { COMMANDS } from '../cli/command-list.ts';
import { buildProgram } from '../cli/program.ts';
import { commandLines, documents, snippets } from './docs-read.ts';
import { Bench } from './run-cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bench = new Bench('docs');
afterAll(() => bench.remove());

const ALL = snippets(root);
/** A module that can stand alone; the others are excerpts, which are typed only. */
const isScript = (text: string): boolean =>
  /^export (default (async )?function|default \w+;$|const options)/m.test(text) &&
  (/\bfrom 'dicom'/.test(text) || !/\bdicom\./.test(text));
const isOfHost = (text: string): boolean =>
  text.includes("'dicomrun/output'") || /^export default \{/m.test(text);

/** Names that excerpts use without declaring them. */
const AROUND: Readonly<Record<string, string>> = {
  pacs: 'Peer',
  peer: 'Peer',
  router: 'Peer',
  archive: 'Receiver',
  receiver: 'Receiver',
  stranger: 'Peer',
  association: 'Association',
  study: 'Study',
  image: 'Dataset',
  before: 'Dataset',
  after: 'Dataset',
  pool: 'Pool',
  samples: 'Pool',
  images: 'Pool',
  scanner: 'Pool',
  endoscope: 'Pool',
  item: 'Match',
  result: 'StoreResult',
};
/** What stands around an excerpt of the web. */
const AROUND_WEB: Readonly<Record<string, string>> = { webArchive: 'Server' };
const VALUES: Readonly<Record<string, string>> = {
  dicom: "import dicom from 'dicom';",
  web: "import web from 'dicomweb';",
  check: "import { check } from 'k6';",
  sleep: "import { sleep } from 'k6';",
  group: "import { group } from 'k6';",
  fail: "import { fail } from 'k6';",
  exec: "import exec from 'k6/execution';",
  Trend: "import { Trend } from 'k6/metrics';",
  Counter: "import { Counter } from 'k6/metrics';",
  Options: "import type { Options } from 'k6/options';",
};

/** An excerpt as a module: with what stands around it. Keys of `options` alone are such an object. */
function asModule(snippet: string): string {
  const text = /^\w+: /.test(snippet) ? `const options: Options = {\n${snippet}\n};` : snippet;
  const declares = (name: string) =>
    new RegExp(`\\b(const|let|var|using|function|class|interface)\\s+${name}\\b`).test(text) ||
    new RegExp(`\\bimport\\b[^;]*\\b${name}\\b`).test(text);
  const isUsed = (name: string) => new RegExp(`\\b${name}\\b`).test(text) && !declares(name);
  const imports = Object.entries(VALUES).filter(([name]) => isUsed(name));
  const around = Object.entries(AROUND).filter(([name]) => isUsed(name));
  const aroundWeb = Object.entries(AROUND_WEB).filter(([name]) => isUsed(name));
  return [
    ...imports.map(([, line]) => line),
    ...around.map(([name, type]) => `declare const ${name}: import('dicom').${type};`),
    ...aroundWeb.map(([name, type]) => `declare const ${name}: import('dicomweb').${type};`),
    text,
    'export {};',
  ].join('\n');
}

/** Problems of types, by snippet. */
function typeProblems(): readonly string[] {
  const host = ts.createCompilerHost({});
  const texts = new Map(
    ALL.filter(({ text }) => !isOfHost(text)).map(({ at, text }, i) => [
      join(bench.folder, `snippet${i}.ts`),
      { at, text: asModule(text) },
    ]),
  );
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (file) => texts.get(file)?.text ?? readFile.call(host, file);
  host.fileExists = (file) => texts.has(file) || fileExists.call(host, file);
  host.getSourceFile = (file, language, ...rest) => {
    const own = texts.get(file);
    return own === undefined
      ? getSourceFile.call(host, file, language, ...rest)
      : ts.createSourceFile(file, own.text, language);
  };
  const program = ts.createProgram({
    rootNames: [...texts.keys(), join(root, 'dist', 'script.d.ts')],
    host,
    options: {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      moduleDetection: ts.ModuleDetectionKind.Force,
      types: [],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    },
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const at = file === undefined ? '' : (texts.get(file.fileName)?.at ?? file.fileName);
    return `${at} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

describe('snippets', () => {
  it('are there', () => {
    expect(ALL.filter(({ text }) => isScript(text)).length).toBeGreaterThan(6);
  });

  it('have the types of the API', () => {
    expect(typeProblems()).toEqual([]);
  }, 60_000);
});

describe('whole scripts', () => {
  beforeAll(async () => {
    const made = await bench.run(['generate', 'samples', '--modality', 'CT', '--rows', '64']);
    expect(made.stderr).toBe('');
  });

  it.each(ALL.filter(({ text }) => isScript(text) && !isOfHost(text)).map((one) => [one.at, one]))(
    '%s passes the init pass',
    async (at, { text }) => {
      const main = /^export default/m.test(text) ? '' : 'export default async function () {}\n';
      const script = bench.write(`${at.replace(/\W/g, '-')}.ts`, text + main);
      const result = await bench.run(['inspect', script]);
      expect(result.stderr).toBe('');
      expect(result.code).toBe(0);
    },
  );
});

/** Flags of a command, `-c` and `--connect` alike. */
async function flagsOf(name: string): Promise<ReadonlySet<string>> {
  const context = { terminal: fakeTerminal(), exit: () => undefined, helpOf: async () => null };
  const program = await buildProgram([name], context);
  const command = program.commands.find((one) => one.name() === name);
  const flags = (command?.options ?? []).flatMap(({ short, long }) => [short, long]);
  return new Set([...flags, '-h', '--help'].filter((flag) => flag !== undefined));
}

/** What is wrong with a command line, null when nothing is. */
async function fault(line: string): Promise<string | null> {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g)?.slice(1) ?? [];
  const [name = '', ...rest] = normaliseArgv(words);
  if (/^(--version|--help|-V|-h|COMMAND)$/.test(name)) return null;
  if (!COMMANDS.some((command) => command.name === name)) return `no command ${name}`;
  const flags = await flagsOf(name);
  const unknown = rest.find(
    (word) => /^--?[a-z]/i.test(word) && !flags.has(word.split('=')[0] ?? ''),
  );
  if (unknown !== undefined) return `no flag ${unknown}`;
  if (name !== 'help' || rest[0] === undefined || /^[A-Z]+$/.test(rest[0])) return null;
  const isTopic = existsSync(join(root, 'runtime', 'help', `${rest[0]}.md`));
  const isCommand = COMMANDS.some((command) => command.name === rest[0]);
  return isTopic || isCommand ? null : `no topic ${rest[0]}`;
}

describe('command lines', () => {
  it('name commands, flags and topics that exist', async () => {
    const lines = commandLines(root);
    expect(lines.length).toBeGreaterThan(60);
    const faults: string[] = [];
    for (const { at, text } of lines) {
      const wrong = await fault(text);
      if (wrong !== null) faults.push(`${at} ${wrong}: ${text}`);
    }
    expect(faults).toEqual([]);
  });
});

describe('topics', () => {
  it('are listed by help, and linked from the README', async () => {
    const { stdout } = await bench.run(['help']);
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const file of documents(root).slice(1)) {
      const topic = file.replace(/^.*\/|\.md$/g, '');
      expect(stdout).toMatch(new RegExp(`^  ${topic} +\\S`, 'm'));
      expect(readme.includes(`(${file})`), `README links to ${topic}`).toBe(true);
    }
  });

  it('have links that lead somewhere', () => {
    for (const file of documents(root)) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^https?:/.test(target)) continue;
        expect(existsSync(join(root, dirname(file), target)), `${file}: ${target}`).toBe(true);
      }
    }
  });
});
