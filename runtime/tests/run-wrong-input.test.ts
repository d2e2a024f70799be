// Wrong inputs: one clear message each, the right exit code, and no stack of ours.
import { afterAll, describe, expect, it } from 'vitest';
import { anyPortFree, startDimseServer } from './peers.ts';
import { Bench, type CliResult } from './run-cli.ts';

const bench = new Bench('wrong');
afterAll(() => bench.remove());

const ECHO = `import dicom from 'dicom';
const peer = dicom.peer({});
export default async function () { await peer.echo(); }
`;

/** Nothing of ours shows: no file of the package, no frame of Node, no thread. */
function expectNoStack({ stderr, stdout }: CliResult): void {
  const said = stderr + stdout;
  expect(said).not.toMatch(/dist\/|node:internal|node_modules|\bat .*\.js:\d|vm2|piscina/i);
}

interface Wrong {
  readonly script?: string;
  readonly args?: readonly string[];
  readonly code: number;
  /** What the message says, line by line. */
  readonly says: readonly string[];
}

const CASES: Readonly<Record<string, Wrong>> = {
  'an unknown option key': {
    script: `export const options = { vuss: 3, duration: '1s' };\nexport default function () {}`,
    code: 104,
    says: ['error: options: unknown key "vuss"', '  at script', '  try: did you mean "vus"?'],
  },
  'a bad duration': {
    script: `export const options = { vus: 3, duration: '10 parsecs' };
export default function () {}`,
    code: 104,
    says: [
      'error: option duration: must be a duration, got "10 parsecs"',
      '  at script',
      '  try: e.g. "30s", "2m", "1h30m"; a number is ms',
    ],
  },
  'several mistakes, all at once': {
    script: `export const options = { vuss: 3, duration: '1 parsec', iterations: 'ten' };
export default function () {}`,
    args: ['--stage', '10'],
    code: 104,
    says: ['unknown key "vuss"', 'got "1 parsec"', 'option iterations', 'flag --stage'],
  },
  'an unknown flag': {
    script: ECHO,
    args: ['--vuss', '3'],
    code: 104,
    says: ["error: unknown option '--vuss'", '  try: --vus'],
  },
  'an AE title of 17 characters in the script': {
    script: `import dicom from 'dicom';
const peer = dicom.peer({ connect: 'SEVENTEEN_LETTERS@127.0.0.1:11112' });
export default async function () { await peer.echo(); }`,
    code: 104,
    says: [
      'error: init: peer({ connect }): "SEVENTEEN_LETTERS": an AE title has 1 to 16 characters, ' +
        'no backslash, this has 17',
      '  at script.ts:2:20',
    ],
  },
  'an AE title of 17 characters on the command line': {
    script: ECHO,
    args: ['-c', 'SEVENTEEN_LETTERS@127.0.0.1:11112'],
    code: 104,
    says: ['error: flag -c: AE title must be at most 16 characters, has 17'],
  },
  'no target': {
    script: ECHO,
    code: 104,
    says: ['error: the script asks for the configured target, and none', '  try: --embedded'],
  },
  'a script that is not there': {
    code: 104,
    says: ['error: script "script.ts" does not exist', '  try: check the path'],
  },
  'no default export': {
    script: `export const options = { vus: 1 };\nexport function other() {}`,
    code: 104,
    says: [
      'error: the script has no default export',
      '  try: export default async function () { … }',
    ],
  },
  'an exec that is not exported': {
    script: `export const options = { scenarios: { a: {
  executor: 'constant-vus', vus: 1, duration: '1s', exec: 'othre' } } };
export function other() {}`,
    code: 104,
    says: ['"othre"', 'did you mean "other"?'],
  },
  'a member of dicom that there is not': {
    script: `import dicom from 'dicom';
const peer = dicom.per({});
export default function () {}`,
    code: 107,
    says: ['error: init: TypeError: dicom.per is not a function', '  at script.ts:2:20'],
  },
  'a named import that there is not': {
    script: `import { per } from 'dicom';
const peer = per({});
export default function () {}`,
    code: 107,
    says: ['error: init: TypeError: per is not a function', '  at script.ts:2:14'],
  },
  'import fs': {
    script: `import dicom from 'dicom';
import { readFileSync } from 'fs';
export default function () { readFileSync('x'); }`,
    code: 107,
    says: [
      'error: "fs" is a Node.js built-in, and VU scripts run in a sandbox without them',
      '  at script.ts:2:30',
      "2 │ import { readFileSync } from 'fs';",
      "  try: read files at init with open('file') or dicom.files('folder')",
    ],
  },
  'k6/http': {
    script: `import http from 'k6/http';\nexport default function () { http.get('x'); }`,
    code: 107,
    says: ['"k6/http"', '  at script.ts:1:18'],
  },
  'a syntax error': {
    script: `export default function () {\n  const a = ;\n}`,
    code: 107,
    says: ['error: Unexpected ";"', '  at script.ts:2:13', '2 │   const a = ;'],
  },
  'a throw at init': {
    script: `interface Never { readonly never: true }
function boom(): Never {
  throw new TypeError('not today');
}
boom();
export default function () {}`,
    code: 107,
    says: ['error: init: TypeError: not today', '  at script.ts:3:9'],
  },
  'an endless loop at init': {
    script: `for (;;) {}\nexport default function () {}`,
    code: 107,
    says: ['error: init: '],
  },
  'traffic at init': {
    script: `${ECHO}peer.echo();\n`,
    args: ['--embedded'],
    code: 107,
    says: ['no traffic in init code', '  at script.ts:4:6', 'move it into setup()'],
  },
  'a threshold on a metric that does not exist': {
    script: `${ECHO}export const options = { thresholds: { dicom_req_durtion: ['p(95)<1'] } };`,
    args: ['--embedded'],
    code: 104,
    says: ['dicom_req_durtion', 'dicom_req_duration'],
  },
  'a bad threshold': {
    script: `${ECHO}export const options = { thresholds: { dicom_req_duration: ['p95 < 1'] } };`,
    args: ['--embedded'],
    code: 104,
    says: ['p95 < 1'],
  },
};

describe('a wrong input is told once, in the words of who made it', () => {
  it.each(Object.entries(CASES))('%s', async (_, { script, args = [], code, says }) => {
    const own = new Bench('wrong-one');
    try {
      if (script !== undefined) own.write('script.ts', script);
      const result = await own.run(['run', 'script.ts', ...args]);
      expect(result.stdout).toBe('');
      for (const text of says) expect(result.stderr).toContain(text);
      if (says.length === 1 || says[0]?.startsWith('error:')) {
        expect(result.stderr.match(/error:/g)).toHaveLength(1);
      }
      expectNoStack(result);
      expect(result.code).toBe(code);
      expect(() => result.folder()).toThrow();
    } finally {
      own.remove();
    }
  });
});

describe('a target that cannot be used', () => {
  it('is not there: 111', async () => {
    const port = await anyPortFree();
    const result = await bench.script(ECHO, ['-c', `PACS@127.0.0.1:${port}`]);
    expect(result.stderr).toMatch(/error: PACS@127\.0\.0\.1:\d+.*ECONNREFUSED/);
    expect(result.stderr).toContain('try: nobody listens there; check host and port');
    expect(result.stderr.match(/error:/g)).toHaveLength(1);
    expectNoStack(result);
    expect(result.code).toBe(111);
  });

  it('does not know the called AE title: 111 with the reason in the words of the standard', async () => {
    const peer = await startDimseServer({ aet: 'RIGHT', checkCalledAet: true });
    const result = await bench.script(ECHO, ['-c', `WRONG@127.0.0.1:${peer.port}`]);
    await peer.stop();
    expect(result.stderr).toContain(`WRONG@127.0.0.1:${peer.port} rejected the association`);
    expect(result.stderr).toContain('called AE title not recognized');
    expect(result.stderr).toMatch(/try: .*calledAET|try: .*"WRONG"/);
    expectNoStack(result);
    expect(result.code).toBe(111);
  });

  it('is only tried, and every attempt fails: 99 without preflight', async () => {
    const port = await anyPortFree();
    const args = ['-c', `PACS@127.0.0.1:${port}`, '--no-preflight', '--iterations', '3'];
    const result = await bench.script(ECHO, args);
    expect(result.stdout).toContain('FAIL');
    expectNoStack(result);
    expect(result.code).toBe(99);
    expect(result.summary().associations).toMatchObject({ requested: 3, accepted: 0, failed: 3 });
  });
});
