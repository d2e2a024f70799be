// What the wire costs against the kernel alone: bytes per CPU against iperf3, and how long before its
// first byte a request is stamped, against a capture.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Case } from './bench.ts';
import { ours } from './clients.ts';
import { bare, CLIENT_CPU, freePort, has, ourSink, pinned } from './peers.ts';
import { timed } from './process.ts';
import { median, repeated, row, type Row } from './tally.ts';

/** Bytes that iperf3 sends for a second of its client's CPU, in writes of 512 KB. */
async function iperf(seconds: number): Promise<number> {
  const port = await freePort();
  const [program, args] = pinned(['iperf3', '--server', '--port', String(port)]);
  const server = spawn(program, args, { stdio: 'ignore' });
  try {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const to = ['--client', '127.0.0.1', '--port', String(port)];
    const how = ['--length', '512K', '--time', String(seconds), '--no-delay', '--json'];
    const run = await timed(['iperf3', ...to, ...how], { cpu: CLIENT_CPU });
    const { end } = JSON.parse(run.stdout) as { end: { sum_sent: { bytes: number } } };
    return end.sum_sent.bytes / run.cpuS;
  } finally {
    server.kill('SIGKILL');
  }
}

/** A size: bytes per CPU of ours against those of iperf3, in turn. */
async function againstIperf(bench: Bench, name: string, bytes: number, n: number): Promise<Row> {
  const round = async (): Promise<{ readonly own: number; readonly iperf: number }> => {
    const sink = await ourSink();
    const pace = await ours(sink, { n, quick: bench.quick }, { args: ['-e', `BYTES=${bytes}`] });
    sink.stop();
    return { own: (bytes / pace.cpuUs) * 1e6, iperf: await iperf(bench.quick ? 1 : 3) };
  };
  const share = (one: Awaited<ReturnType<typeof round>>): number => one.own / one.iperf;
  const all = await repeated(bench.rounds, round, (one) => [share(one)]);
  const gb = (of: readonly number[]): string => (median(of) / 1e9).toFixed(1);
  const [own, theirs] = [all.map((one) => one.own), all.map((one) => one.iperf)];
  return row(`1 VU, ${name}: bytes per CPU against iperf3 -l 512K`, all.map(share), {
    ...{ unit: '×', better: '>', floor: 0.6, aim: 0.9, difference: true },
    note: `${gb(own)} GB against ${gb(theirs)} GB a second of CPU`,
  });
}

export const bytesPerCpu: Case = async (bench) => {
  if (!has('iperf3')) {
    bench.note('iperf3 is not installed: bytes per CPU have nothing to be compared with');
    return [];
  }
  return [
    await againstIperf(bench, '512 KB', 524_288, 3200),
    await againstIperf(bench, '10 MB', 10_485_760, 250),
  ];
};

const STORES = 500;

/** Times (µs since the epoch) at which the first packet of each request of a client was captured. */
function firstPackets(lines: string, port: number): number[] {
  const times: number[] = [];
  let answered = true;
  for (const line of lines.split('\n')) {
    const [, at = '', to = ''] = /^([\d.]+) IP \S+ > \S+\.(\d+): .* length [1-9]/.exec(line) ?? [];
    if (at === '') continue;
    const isRequest = Number(to) === port;
    if (isRequest && answered) times.push(Number(at) * 1e6);
    answered = !isRequest;
  }
  return times;
}

interface Stamped {
  /** How far the clocks of both may be apart, µs. */
  readonly withinUs: number;
  readonly sent: readonly { readonly atUs: number; readonly wroteUs: number }[];
}

interface Before {
  /** Median of the time from the stamp to the first byte on the wire, µs. */
  readonly stampedUs: number;
  /** Mean of the write call, µs. */
  readonly wroteUs: number;
  readonly withinUs: number;
}

/** How long each request was stamped before its first byte was on the wire. */
async function stampedBefore(bytes: number): Promise<Before> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-stamps-'));
  const sink = await ourSink();
  const stamps = join(folder, 'stamps.json');
  const port = ['tcp', 'port', String(sink.port)];
  const how = ['-i', 'lo', '-n', '-tt', '-s', '96', '--immediate-mode', '-B', '65536'];
  const capture = spawn('tcpdump', [...how, ...port], { stdio: ['ignore', 'pipe', 'pipe'] });
  let lines = '';
  capture.stdout.on('data', (chunk: Buffer) => (lines += String(chunk)));
  try {
    await new Promise((resolve) => capture.stderr.once('data', resolve));
    await bare([sink.port, 1, 0, bytes, STORES, stamps]);
    await new Promise((resolve) => setTimeout(resolve, 500));
  } finally {
    const ended = once(capture, 'close');
    capture.kill('SIGINT');
    sink.stop();
    // It keeps its latest lines until it ends.
    await ended;
  }
  const { sent, withinUs } = JSON.parse(readFileSync(stamps, 'utf8')) as Stamped;
  rmSync(folder, { recursive: true, force: true });
  // The last two are the last store and the release.
  const seen = firstPackets(lines, sink.port).slice(-1 - sent.length, -1);
  const stampedUs = median(seen.map((at, i) => at - (sent[i]?.atUs ?? NaN)));
  if (stampedUs < -withinUs) throw new Error(`stamps are ${-stampedUs} µs after their packets`);
  const wroteUs = sent.reduce((sum, one) => sum + one.wroteUs, 0) / sent.length;
  return { stampedUs, wroteUs, withinUs };
}

/** The stamp of a request against a capture. */
export const stamps: Case = async (bench) => {
  if (!has('tcpdump') || process.getuid?.() !== 0) {
    bench.note(
      'tcpdump is not installed, or this is not root: stamps are compared with no capture',
    );
    return [];
  }
  const rows: Row[] = [];
  for (const [name, bytes] of [
    ['5 KB', 5000],
    ['512 KB', 524_288],
  ] as const) {
    const rounds: Before[] = [];
    for (let i = 0; i < bench.rounds; i++) rounds.push(await stampedBefore(bytes));
    const each = (of: (one: Before) => number): number[] => rounds.map(of);
    const us = { unit: 'µs', better: '<' } as const;
    const clocks = Math.max(...each(({ withinUs }) => withinUs));
    rows.push(
      row(
        `1 VU, ${name}: stamp before the first byte in a capture, p50`,
        each(({ stampedUs }) => stampedUs),
        { ...us, floor: 100, aim: 50, note: `clocks agree to ${clocks.toFixed(1)} µs` },
      ),
      row(
        'same: mean of the write call',
        each(({ wroteUs }) => wroteUs),
        us,
      ),
    );
  }
  return rows;
};
