// A long run, and whether anything creeps: node soak.js [--minutes 60] [--vus 50] [SCRIPT and its flags].
// Prints the slope of the p95, the memory and the handles over the run; ends with 1 when one creeps.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import type { LogRecord } from '../runlog/format.ts';
import { script, target } from './bench.ts';
import { CLI, ourSink } from './peers.ts';
import { residentBytes } from './process.ts';
import { trendLine } from './tally.ts';

/** A value at a time: seconds since the start. */
type Point = readonly [seconds: number, value: number];

interface Creep {
  readonly what: string;
  readonly unit: string;
  readonly points: readonly Point[];
  /** Growth over the run that is too much, as a share of the mean. */
  readonly limit: number;
}

function handles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    // It has ended.
    return 0;
  }
}

/** p95 of the requests (ms) of every second. */
function percentiles(file: string): Point[] {
  const points: Point[] = [];
  let view = -1;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const record = JSON.parse(line) as LogRecord;
    if (record.k === 'view') {
      if (record.metric === 'dicom_req_duration' && record.view === 'all') view = record.id;
    } else if (record.k === 'rows') {
      const p95 = record.rows.find(([id]) => id === view)?.[7];
      if (p95 !== undefined) points.push([record.at, p95]);
    }
  }
  return points;
}

function flag(name: string, otherwise: string): string {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : (process.argv.splice(at, 2)[1] ?? otherwise);
}

/** After the first quarter: until then code is compiled, pools and heaps fill. */
const settled = (points: readonly Point[]): readonly Point[] =>
  points.slice(Math.ceil(points.length / 4));

/** Medians of the four quarters: whether what grew went on growing. */
function quarters(points: readonly Point[]): string {
  const size = Math.ceil(points.length / 4);
  return [0, 1, 2, 3]
    .map((quarter) => points.slice(quarter * size, (quarter + 1) * size).map(([, y]) => y))
    .map((values) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN)
    .map((median) => median.toFixed(2))
    .join(' ');
}

function tell({ what, unit, points, limit }: Creep): boolean {
  const kept = settled(points);
  const { slope: perSecond, mean } = trendLine(kept);
  const grown = perSecond * ((kept.at(-1)?.[0] ?? 0) - (kept[0]?.[0] ?? 0));
  const creeps = grown > limit * mean;
  const share = ((grown / mean) * 100).toFixed(1);
  console.log(
    `${what.padEnd(8)} mean ${mean.toFixed(2)} ${unit}, ${share} % over the run, ` +
      `${(perSecond * 3600).toFixed(2)} ${unit} an hour; by quarters ${quarters(points)}` +
      (creeps ? `  CREEPS: more than ${limit * 100} %` : ''),
  );
  return creeps;
}

async function main(): Promise<void> {
  const minutes = Number(flag('--minutes', '60'));
  const vus = flag('--vus', '50');
  const own = process.argv.slice(2);
  const results = mkdtempSync(join(tmpdir(), 'dicomrun-soak-'));
  const sink = await ourSink();
  const pace = ['-e', 'THINK=0.05', '-e', 'BYTES=32768'];
  const load = own.length > 0 ? own : [script('store'), ...target(sink), ...pace];
  const kept = ['--results', results, '--testid', 'soak', '--no-report', '-q', '--ledger', 'none'];
  const args = [CLI, 'run', ...load, '--vus', vus, '--duration', `${minutes * 60}s`, ...kept];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const memory: Point[] = [];
  const open: Point[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = (performance.now() - began) / 1000;
    const bytes = residentBytes(child.pid ?? 0);
    // The first seconds are start-up, and at the end VUs let go.
    if (bytes === 0 || seconds < 3 || seconds > minutes * 60) return;
    memory.push([seconds, bytes / 1e6]);
    open.push([seconds, handles(child.pid ?? 0)]);
  }, 1000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(timer);
  sink.stop();
  const durations = percentiles(join(results, 'soak', 'run.ndjson'));
  rmSync(results, { recursive: true, force: true });
  console.log(`${minutes} min, ${vus} VUs, exit ${String(code)}; growth by least squares`);
  const creeping = [
    { what: 'p95', unit: 'ms', points: durations, limit: 0.5 },
    { what: 'memory', unit: 'MB', points: memory, limit: 0.1 },
    { what: 'handles', unit: '', points: open, limit: 0.05 },
  ].filter(tell);
  process.exit(code !== 0 || creeping.length > 0 ? 1 : 0);
}

await main();
