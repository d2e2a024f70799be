// DICOMweb: CPU of a request from a script against curl and against load generators for HTTP, which look
// at nothing that they get, and of a STOW against a C-STORE of the same. Differences of two runs: what a start costs is not in them.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, script, target, type Case } from './bench.ts';
import { CLI, CLIENT_CPU, dicomrun, has, ourSink, ourWebSink, SINK_CPU } from './peers.ts';
import { timed } from './process.ts';
import { repeated, row, trendLine } from './tally.ts';

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

/** curl, that often in one process. */
async function curls(url: string, n: number, accept: string): Promise<number> {
  const ask = (times: number) =>
    timed(['curl', '-sf', '-H', `Accept: ${accept}`, `${url}?n=[1-${times}]`, '-o', '/dev/null'], {
      cpu: CLIENT_CPU,
    });
  const short = await ask(1);
  const long = await ask(1 + n);
  if (long.code !== 0) throw new Error(`curl ${url}: exit ${String(long.code)}`);
  return long.cpuS - short.cpuS;
}

type Env = Readonly<Record<string, string | number>>;

const flagsOf = (what: string, url: string, env: Env, vus = 1) => [
  script('web'),
  ...['--web-target', url, '--no-preflight'],
  ...load({ workers: 1, vus, env: { WHAT: what, ...env } }),
];

/** A study that all ask for, so that nothing is stored meanwhile. */
async function storedStudy({ url }: WebArchive, env: Env): Promise<string> {
  await dicomrun([...flagsOf('get', url, env), '--iterations', '1']);
  const answer = await fetch(`${url}/studies`);
  const found = (await answer.json()) as Record<string, { Value?: string[] }>[];
  return found.at(-1)?.['0020000D']?.Value?.[0] ?? '';
}

const WADO = 'multipart/related; type="application/dicom"';
const GET = { n: 30, few: 6, env: { IMAGES: 200, BYTES: 524_288 } };

/** A study got by a script, and by curl. */
export const webGet: Case = async (bench) => {
  if (!has('curl')) {
    bench.note('curl is not installed: no row against it');
    return [];
  }
  const archive = await webArchive('all');
  const { few } = GET;
  const n = bench.quick ? Math.ceil(GET.n / 10) : GET.n;
  try {
    const STUDY = await storedStudy(archive, GET.env);
    const flags = flagsOf('get', archive.url, { STUDY });
    const measure = async (): Promise<number> => {
      const own = await ours(flags, few, n);
      return (await curls(`${archive.url}/studies/${STUDY}`, n, WADO)) / own;
    };
    const ratios = await repeated(bench.rounds, measure, (one) => [one]);
    const name = 'WADO-RS of 200 × 512 KB from a script vs curl: bytes per CPU';
    return [row(name, ratios, { unit: '', better: '>', floor: 0.4, aim: 0.8, difference: true })];
  } finally {
    archive.stop();
  }
};

const FIND = { env: { IMAGES: 4 } };

/** What is filled once is filled by then, ms. */
const SETTLED_MS = 30_000;

/** 500 VUs that search: what a minute adds once all is in use. */
export const webMemory: Case = async (bench) => {
  const growth: number[] = [];
  const archive = await webArchive('all');
  try {
    const STUDY = await storedStudy(archive, FIND.env);
    const flags = flagsOf('find', archive.url, { STUDY }, 500);
    const run = await dicomrun([...flags, '--duration', bench.quick ? '12s' : '85s']);
    const end = run.memory.at(-1)?.atMs ?? 0;
    const from = Math.min(SETTLED_MS, end / 3);
    // The last second is that of the report.
    const used = run.memory.filter(({ atMs }) => atMs > from && atMs < end - 2_000);
    growth.push(trendLine(used.map(({ atMs, bytes }) => [atMs / 60_000, bytes / 1e6])).slope);
    const note = `${Math.round(run.rssBytes / 1e6)} MB at most; from ${Math.round(from / 1000)} s on: before, caches and code fill`;
    const limits = { unit: 'MB/min', better: '<', note } as const;
    return [row('QIDO-RS, 500 VUs: growth of memory', growth, limits)];
  } finally {
    archive.stop();
  }
};

const STORE = { few: 4_000, n: 8_000, env: { BYTES: 524_288 } };

/** Both to a sink that does as little as it can: what is slow to read would be the client's cost, too. */
export const webStore: Case = async (bench) => {
  const [sink, web] = [await ourSink(), await ourWebSink()];
  const [few, n] = bench.quick ? [400, 400] : [STORE.few, STORE.n];
  try {
    const dimse = [
      script('store'),
      ...target(sink),
      ...load({ workers: 1, vus: 1, env: STORE.env }),
    ];
    const url = `http://127.0.0.1:${web.port}`;
    const measure = async (): Promise<number> => {
      const byDimse = await ours(dimse, few, n);
      return byDimse / (await ours(flagsOf('store', url, STORE.env), few, n));
    };
    const ratios = await repeated(bench.rounds, measure, (one) => [one]);
    const limits = { unit: '', better: '>', floor: 0.5, aim: 0.8, difference: true } as const;
    return [row('STOW-RS of 512 KB vs our C-STORE: instances per CPU', ratios, limits)];
  } finally {
    sink.stop();
    web.stop();
  }
};
