// DICOMweb: CPU of a request from a script against curl and against load generators for HTTP, which look
// at nothing that they get, and of a STOW against a C-STORE of the same. Differences of two runs: what a start costs is not in them.
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

const flagsOf = (
  what: string,
  { url }: WebArchive,
  env: Readonly<Record<string, number>>,
  vus = 1,
) => [
  script('web'),
  ...['--web-target', url, '--no-preflight'],
  ...load({ workers: 1, vus, env: { WHAT: what, ...env } }),
];

/** The study that was stored last. */
async function lastStudy({ url }: WebArchive): Promise<string> {
  const answer = await fetch(`${url}/studies`);
  const found = (await answer.json()) as Record<string, { Value?: string[] }>[];
  return found.at(-1)?.['0020000D']?.Value?.[0] ?? '';
}

const FIND = { rest: '/instances', n: 10_000, few: 2_000, env: { IMAGES: 4 } };
const GET = {
  ...{ rest: '', accept: 'multipart/related; type="application/dicom"' },
  ...{ n: 20, few: 4, env: { IMAGES: 200, BYTES: 524_288 } },
};

/** A study got by a script, and by curl. */
async function againstCurl(bench: Parameters<Case>[0]) {
  const archive = await webArchive('all');
  const { rest, accept, few, env } = GET;
  const n = bench.quick ? Math.ceil(GET.n / 10) : GET.n;
  try {
    const flags = flagsOf('get', archive, env);
    await dicomrun([...flags, '--iterations', '1']);
    const study = await lastStudy(archive);
    const measure = async (): Promise<number> => {
      const own = await ours(flags, few, n);
      return (await curls(`${archive.url}/studies/${study}${rest}`, n, accept)) / own;
    };
    const ratios = await repeated(bench.rounds, measure, (one) => [one]);
    const name = 'WADO-RS of 200 × 512 KB from a script vs curl: bytes per CPU';
    return row(name, ratios, { unit: '', better: '>', floor: 0.4, aim: 0.8, difference: true });
  } finally {
    archive.stop();
  }
}

/** Load generators for HTTP: CPU seconds of `n` requests over as many connections. */
const GENERATORS: Readonly<
  Record<string, (url: string, n: number, connections: number) => Promise<number>>
> = {
  autocannon: async (url, n, connections) => {
    const ask = (amount: number) =>
      timed(['autocannon', '-n', '-c', String(connections), '-a', String(amount), url], {
        cpu: CLIENT_CPU,
      });
    const short = await ask(1_000);
    return (await ask(1_000 + n)).cpuS - short.cpuS;
  },
  // It runs for a time, and says how much it did.
  wrk: async (url, n, connections) => {
    const run = await timed(['wrk', '-t', '1', '-c', String(connections), '-d', '4s', url], {
      cpu: CLIENT_CPU,
    });
    const [, done] = /(\d+) requests in/.exec(run.stdout) ?? [];
    return (run.cpuS / Number(done)) * n;
  },
};
const CONNECTIONS = 8;

/** A QIDO-RS of a script against a generator that looks at nothing it gets. */
async function againstGenerator(
  tool: string,
  limits: { readonly floor: number; readonly aim: number },
  bench: Parameters<Case>[0],
) {
  const measured = GENERATORS[tool];
  if (measured === undefined || !has(tool)) {
    bench.note(`${tool} is not installed: no row against it`);
    return [];
  }
  const archive = await webArchive('all');
  const n = bench.quick ? 2_000 : FIND.n;
  try {
    const flags = flagsOf('find', archive, FIND.env, CONNECTIONS);
    await dicomrun([...flags, '--iterations', '8']);
    const url = `${archive.url}/studies/${await lastStudy(archive)}${FIND.rest}`;
    const measure = async (): Promise<number> => {
      const own = await ours(flags, FIND.few, n);
      return (await measured(url, n, CONNECTIONS)) / own;
    };
    const ratios = await repeated(bench.rounds, measure, (one) => [one]);
    const name = `QIDO-RS of 2 KB, ${CONNECTIONS} connections, vs ${tool}: requests per CPU`;
    return [row(name, ratios, { unit: '', better: '>', ...limits, difference: true })];
  } finally {
    archive.stop();
  }
}

/** 500 VUs that search: what a minute adds. */
async function memoryOverTime(bench: Parameters<Case>[0]) {
  const growth: number[] = [];
  for (let i = 0; i < Math.min(bench.rounds, 2); i++) {
    const archive = await webArchive('all');
    const flags = flagsOf('find', archive, FIND.env, 500);
    const run = (duration: string) => dicomrun([...flags, '--duration', duration]);
    try {
      const short = await run(bench.quick ? '4s' : '10s');
      const long = await run(bench.quick ? '12s' : '60s');
      growth.push((long.rssBytes - short.rssBytes) / 1e6);
    } finally {
      archive.stop();
    }
  }
  const limits = { unit: 'MB', better: '<' } as const;
  return row('QIDO-RS, memory over time: 60 s above 10 s, 500 VUs', growth, limits);
}

export const web: Case = async (bench) => {
  if (!has('curl')) bench.note('curl is not installed: no rows against it');
  const rows = has('curl') ? [await againstCurl(bench)] : [];
  rows.push(
    ...(await againstGenerator('autocannon', { floor: 0.7, aim: 1 }, bench)),
    ...(await againstGenerator('wrk', { floor: 0.15, aim: 0.3 }, bench)),
    await memoryOverTime(bench),
  );
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
