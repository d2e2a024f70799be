// DICOMweb: CPU of a request from a script against curl, which is C and does nothing else, and of a STOW
// against a C-STORE of the same. Differences of two runs: what a start costs is not in them.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, script, target, type Case } from './bench.ts';
import { CLI, CLIENT_CPU, dicomrun, has, ourSink, SINK_CPU } from './peers.ts';
import { timed } from './process.ts';
import { repeated, row } from './tally.ts';

interface WebArchive {
  readonly url: string;
  stop(): void;
}

/** `serve archive --dicomweb` in a process of its own. */
async function webArchive(keep: 'all' | 'nothing'): Promise<WebArchive> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-bench-web-'));
  const spec = join(folder, 'spec.json');
  writeFileSync(spec, JSON.stringify({ keepBytes: 600 * 1024 ** 2 }));
  const pin = has('taskset') ? ['taskset', '-c', String(SINK_CPU)] : [];
  const flags = ['--port', '0', '--dicomweb', '0', '--spec', spec, '--keep', keep];
  const [program = '', ...args] = [...pin, process.execPath, CLI, 'serve', 'archive', ...flags];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += String(chunk);
      const [, at] = /DICOMweb on (\S+)/.exec(out) ?? [];
      if (at !== undefined) resolve(at);
    });
    child.once('exit', () => reject(new Error('the archive did not start')));
  });
  const stop = (): void => {
    process.off('exit', onExit);
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, stop };
}

/** CPU seconds of `n` more iterations: of the run with them, without that of one with fewer. */
async function ours(args: readonly string[], few: number, n: number): Promise<number> {
  const run = (iterations: number) => dicomrun([...args, '--iterations', String(iterations)]);
  const short = await run(few);
  return (await run(few + n)).cpuS - short.cpuS;
}

async function curls(url: string, n: number, accept: string): Promise<number> {
  const ask = (times: number) =>
    timed(
      [
        'curl',
        '-s',
        '-H',
        `Accept: ${accept}`,
        `${url}${url.includes('?') ? '&' : '?'}limit=[${1000}-${999 + times}]`,
        '-o',
        '/dev/null',
      ],
      { cpu: CLIENT_CPU },
    );
  const short = await ask(1);
  return (await ask(1 + n)).cpuS - short.cpuS;
}

const flagsOf = (what: string, { url }: WebArchive, env: Readonly<Record<string, number>>) => [
  script('web'),
  ...['--web-target', url, '--no-preflight'],
  ...load({ workers: 1, vus: 1, env: { WHAT: what, ...env } }),
];

/** The study that was stored last. */
async function lastStudy({ url }: WebArchive): Promise<string> {
  const answer = await fetch(`${url}/studies`);
  const found = (await answer.json()) as Record<string, { Value?: string[] }>[];
  return found.at(-1)?.['0020000D']?.Value?.[0] ?? '';
}

/** A script's read against curl's: `url` of the same answer below the study. */
async function againstCurl(
  name: string,
  { what, rest, accept, n, few, env, floor, aim }: Read,
  bench: Parameters<Case>[0],
) {
  const archive = await webArchive('all');
  const times = bench.quick ? Math.ceil(n / 10) : n;
  try {
    const flags = flagsOf(what, archive, env);
    await dicomrun([...flags, '--iterations', '1']);
    const study = await lastStudy(archive);
    const measure = async (): Promise<number> => {
      const own = await ours(flags, few, times);
      return (await curls(`${archive.url}/studies/${study}${rest}`, times, accept)) / own;
    };
    const ratios = await repeated(bench.rounds, measure, (one) => [one]);
    return row(name, ratios, { unit: '', better: '>', floor, aim, difference: true });
  } finally {
    archive.stop();
  }
}

interface Read {
  readonly what: 'find' | 'get';
  readonly rest: string;
  readonly accept: string;
  readonly n: number;
  readonly few: number;
  readonly env: Readonly<Record<string, number>>;
  readonly floor: number;
  readonly aim: number;
}

const FIND: Read = {
  ...{ what: 'find', rest: '/instances', accept: 'application/dicom+json' },
  ...{ n: 10_000, few: 2_000, env: { IMAGES: 4 }, floor: 0.15, aim: 0.3 },
};
const GET: Read = {
  ...{ what: 'get', rest: '', accept: 'multipart/related; type="application/dicom"' },
  ...{ n: 20, few: 4, env: { IMAGES: 200, BYTES: 524_288 }, floor: 0.4, aim: 0.8 },
};

export const web: Case = async (bench) => {
  if (!has('curl')) bench.note('curl is not installed: no rows against it');
  const rows = has('curl')
    ? [
        await againstCurl('QIDO-RS of 2 KB from a script vs curl: requests per CPU', FIND, bench),
        await againstCurl(
          'WADO-RS of 200 × 512 KB from a script vs curl: bytes per CPU',
          GET,
          bench,
        ),
      ]
    : [];
  const sink = await ourSink();
  const archive = await webArchive('nothing');
  const n = bench.quick ? 400 : 4_000;
  try {
    const dimse = [
      script('store'),
      ...target(sink),
      ...load({ workers: 1, vus: 1, env: { BYTES: 524_288 } }),
    ];
    const measure = async (): Promise<number> => {
      const byDimse = await ours(dimse, 400, n);
      return byDimse / (await ours(flagsOf('store', archive, { BYTES: 524_288 }), 400, n));
    };
    const ratios = await repeated(bench.rounds, measure, (one) => [one]);
    const limits = { unit: '', better: '>', floor: 0.5, aim: 0.8, difference: true } as const;
    return [...rows, row('STOW-RS of 512 KB vs our C-STORE: instances per CPU', ratios, limits)];
  } finally {
    sink.stop();
    archive.stop();
  }
};
