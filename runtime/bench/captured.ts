// How far the times of a recording are from those of a capture of the same traffic. Needs tcpdump,
// tshark, and the right to listen to the loopback.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedAssociation } from '../recording/format.ts';
import { script, target, type Case } from './bench.ts';
import { recordTo } from './forwarder.ts';
import { CLI, dicomrun, has, ourSink, SINK_CPU } from './peers.ts';
import { timed } from './process.ts';
import { median, row } from './tally.ts';

/** Starts it, and waits until it listens. */
async function dump(port: number, file: string): Promise<() => Promise<void>> {
  const how = ['-i', 'lo', '--immediate-mode', '-U', '-w', file, `tcp port ${port}`];
  const words = ['-c', String(SINK_CPU), 'tcpdump', ...how];
  const child = spawn('taskset', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  let said = '';
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes('listening on')) break;
  }
  if (!said.includes('listening on')) throw new Error(said);
  child.stderr.resume();
  return async () => {
    child.kill('SIGINT');
    await closed;
  };
}

/** Of each request, ms from the start of its association. */
function offsets(folder: string): number[] {
  const text = readFileSync(join(folder, 'traffic.jsonl'), 'utf8');
  const lines = text.trimEnd().split('\n').slice(1);
  return lines
    .map((line) => JSON.parse(line) as RecordedAssociation)
    .sort((a, b) => a.at - b.at)
    .flatMap(({ operations }) => operations.map(({ at }) => at));
}

/** The script of associations, at a rate that leaves the forwarder's core its time. */
function paced(folder: string): string {
  const file = join(folder, 'paced.ts');
  const steady = { executor: 'constant-arrival-rate', rate: 100, duration: '4s' };
  const options = { scenarios: { s: { ...steady, preAllocatedVUs: 20 } } };
  const source = readFileSync(script('associate'), 'utf8');
  writeFileSync(file, `${source}\nexport const options = ${JSON.stringify(options)};\n`);
  return file;
}

/** Of four seconds of associations, in order. */
async function differences(): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-bench-'));
  const [forwarded, captured] = [join(folder, 'forwarded'), join(folder, 'captured')];
  try {
    const sink = await ourSink();
    const between = await recordTo(sink, forwarded);
    const pcap = join(folder, 'traffic.pcap');
    const end = await dump(between.port, pcap);
    await dicomrun([paced(folder), ...target(between), '--workers', '1']);
    await between.stop();
    await end();
    sink.stop();
    const from = ['--pcap', pcap, '--port', String(between.port), '--out', captured, '-q'];
    const { code, stderr } = await timed([process.execPath, CLI, 'record', ...from]);
    if (code !== 0) throw new Error(stderr);
    const [ours, theirs] = [offsets(forwarded), offsets(captured)];
    if (ours.length !== theirs.length) throw new Error(`${ours.length} and ${theirs.length}`);
    return ours.map((at, i) => Math.abs(at - (theirs[i] ?? NaN))).sort((a, b) => a - b);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const captured: Case = async (bench) => {
  if (!has('tcpdump') || !has('tshark') || process.getuid?.() !== 0) {
    bench.note('record against a capture needs tcpdump, tshark and root: no figures of it');
    return [];
  }
  const [usual, p99, most]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < bench.rounds; i++) {
    const all = await differences();
    usual.push(median(all));
    p99.push(all[Math.ceil(all.length * 0.99) - 1] ?? NaN);
    most.push(all.at(-1) ?? NaN);
  }
  const ms = { unit: 'ms', better: '<' } as const;
  return [
    row('record: times against a capture, p50', usual, { ...ms, floor: 1 }),
    row('same: p99', p99, { ...ms, floor: 1 }),
    row('same: largest', most, ms),
  ];
};
