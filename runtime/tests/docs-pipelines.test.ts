// The pipelines of the documents as they stand: each is parsed, and its commands run, in order, in a
// folder with a suite, against a target of ours in place of the hospital's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveSink, type Served } from '../acceptors/serve.ts';
import { Place } from './cli-spawn.ts';
import { pipelines } from './docs-read.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE = `import dicom from 'dicom';
import { check } from 'k6';
const router = dicom.peer({});
export default async function () {
  const association = await router.associate();
  check(await association.echo(), { answers: (r) => r.ok });
  await association.release();
}
`;

interface Pipeline {
  /** Lines of the shell, in order. */
  readonly lines: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files that are kept. */
  readonly kept: readonly string[];
}

/** What a server would do with the YAML: scripts, variables and artifacts, wherever they stand. */
function ofYaml(value: unknown): Pipeline {
  if (Array.isArray(value)) return joined(value.map(ofYaml));
  if (typeof value !== 'object' || value === null) return joined([]);
  return joined(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      const none = joined([]);
      if (/^(run|script|before_script)$/.test(key)) {
        return { ...none, lines: [inner].flat().flatMap((text) => String(text).split('\n')) };
      }
      if (/^(env|variables)$/.test(key)) return { ...none, env: inner as Pipeline['env'] };
      const isFile = typeof inner === 'string' && /^(junit|testResultsFiles|path)$/.test(key);
      return isFile ? { ...none, kept: inner.trim().split('\n') } : ofYaml(inner);
    }),
  );
}

function ofGroovy(text: string): Pipeline {
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, ...groups]) => groups);
  return {
    lines: all(/\bsh '([^']*)'/g).map(([line = '']) => line),
    env: Object.fromEntries(all(/(\w+) = '([^']*)'/g) as [string, string][]),
    kept: all(/\bjunit '([^']*)'/g).map(([file = '']) => file),
  };
}

const joined = (parts: readonly Pipeline[]): Pipeline => ({
  lines: parts.flatMap(({ lines }) => lines),
  env: Object.assign({}, ...parts.map(({ env }) => env)) as Pipeline['env'],
  kept: parts.flatMap(({ kept }) => kept),
});

/** `dicomrun/bin/dicomrun smoke tests/ …`: its words; null for a line that is no command of ours. */
function wordsOf(line: string): readonly string[] | null {
  const [, words] = /^(?:\S*\/)?dicomrun (.*)$/.exec(line.trim()) ?? [];
  return words?.split(' ') ?? null;
}

describe('pipelines of the documents', () => {
  const found = pipelines(ROOT);
  let target: Served;
  beforeAll(async () => {
    target = await serveSink({ aets: ['ROUTER'] }, { port: 0 });
  });
  afterAll(() => target.close());

  it('are there: GitHub, Azure, GitLab, Jenkins', () => {
    expect(found.map(({ language }) => language)).toEqual(['yaml', 'yaml', 'yaml', 'groovy']);
  });

  it.each(found)(
    '$at can be parsed, installs first, runs and leaves what it keeps',
    async (one) => {
      const { lines, env, kept } =
        one.language === 'yaml' ? ofYaml(load(one.text)) : ofGroovy(one.text);
      const commands = lines.flatMap((line) => wordsOf(line) ?? []);
      const first = lines.findIndex((line) => wordsOf(line) !== null);
      const install = lines.findIndex((line) => /^\s*tar -xzf \S+-offline-\S+\.tgz/.test(line));
      expect(install).toBeGreaterThanOrEqual(0);
      expect(first).toBeGreaterThan(install);
      expect(env).toMatchObject({
        DICOMRUN_CONNECT: 'ROUTER@10.1.2.3:11112',
        DICOMRUN_BIND: 'CI_AET',
      });
      const place = new Place({ 'tests/echo.ts': SUITE });
      try {
        const here = { ...env, DICOMRUN_CONNECT: `ROUTER@127.0.0.1:${target.port}` };
        for (const line of lines) {
          const words = wordsOf(line);
          if (words === null) continue;
          const { code, err } = await place.run(words, here);
          expect({ code, err }).toMatchObject({ code: 0 });
        }
        const names = kept.filter((name) => !name.includes('*'));
        expect(commands.join(' ')).toContain(names[0] ?? 'nothing');
        for (const name of names) expect(existsSync(join(place.folder, name.trim()))).toBe(true);
        if (names.length < kept.length) {
          expect(existsSync(join(place.runs()[0] ?? '', 'summary.json'))).toBe(true);
        }
      } finally {
        place.remove();
      }
    },
  );
});
