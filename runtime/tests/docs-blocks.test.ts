// No block of the documents goes unlooked at: of each language it is said which test has it, and what
// no other test has is tried here in the form in which it stands.
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { METRIC_TABLE } from '../../api/k6/metric-table.ts';
import { documents, fences } from './docs-read.ts';
import { ROOT } from './imports.ts';
import { findCommand } from './peers/process.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('blocks');
afterAll(() => bench.remove());

const ALL = documents(ROOT).flatMap((file) => fences(ROOT, file));
const of = (...languages: string[]) => ALL.filter(({ language }) => languages.includes(language));

/** Language of a block -> the test that has it. */
const TESTED: Readonly<Record<string, string>> = {
  ts: 'docs.test.ts: types, and whole scripts by the init pass',
  yaml: 'docs-pipelines.test.ts: parsed, its commands run',
  groovy: 'docs-pipelines.test.ts: parsed, its commands run',
  '': 'docs.test.ts: commands and flags; below: syntax, and nothing but commands',
  sh: 'docs.test.ts: commands and flags; below: syntax',
  powershell: 'docs.test.ts: commands and flags; there is no PowerShell here to run them',
  json: 'below: taken by the command that reads it',
  sql: 'below: its names; the queries of dashboards run in dashboards-filled.test.ts',
  promql: 'below: its names; the queries of dashboards run in timeseries.test.ts',
  python: 'below: syntax; it is what one comes from, and not ours',
};

it('no language of a block is without a test', () => {
  const languages = new Set(ALL.map(({ language }) => language));
  expect([...languages].filter((language) => TESTED[language] === undefined)).toEqual([]);
  expect(Object.keys(TESTED).filter((language) => !languages.has(language))).toEqual([]);
});

describe('blocks for a shell', () => {
  /** Sessions with output, and drawings. */
  const isShown = (text: string): boolean => /^\$ |│/m.test(text);
  const blocks = of('sh', '').filter(({ text }) => !isShown(text));

  it.each(blocks)('$at is taken by a shell', ({ text }) => {
    // Names in angles and brackets stand for the reader's own.
    const filled = text.replace(/<[a-z][\w -]*>/gi, 'word').replaceAll('…', 'more');
    const { stderr, status } = spawnSync('bash', ['-n'], { input: filled, encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });
});

describe('blocks of JSON', () => {
  it.each(of('json').filter(({ text }) => /"(faults|routes)"/.test(text)))(
    '$at is a station that can be served',
    async ({ text }) => {
      const spec = bench.write('spec.json', text);
      const kind = text.includes('"destinations"') ? 'router' : 'archive';
      const web = kind === 'archive' ? ['--dicomweb', '0'] : [];
      const args = ['serve', kind, '--spec', spec, '--port', '0', ...web];
      const served = bench.start(args);
      await served.says(/127\.0\.0\.1:\d+/);
      served.signal('SIGTERM');
      expect((await served.ended).stderr).not.toContain('error:');
    },
  );

  it('all can be parsed', () => {
    for (const { text } of of('json')) expect(JSON.parse(text)).toBeTypeOf('object');
  });
});

it('queries name metrics that there are', () => {
  const known = new Set(METRIC_TABLE.map(({ name }) => name));
  const plain = (name: string): string => name.replace(/(_seconds|_bytes)?(_total|_bucket)?$/, '');
  for (const { at, text } of of('sql', 'promql')) {
    const names = text.match(/\b(dicom|http)_[a-z_]+\b/g) ?? [];
    expect([at, names.filter((name) => !known.has(name) && !known.has(plain(name)))]).toEqual([
      at,
      [],
    ]);
  }
});

it.skipIf(findCommand('python3') === null)('Python that one comes from is Python', () => {
  for (const { text } of of('python'))
    execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
      input: text,
    });
});
