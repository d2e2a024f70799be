// Who stores one instance after the other: our script, DCMTK, dcmjs-dimse, pynetdicom; rate and CPU
// per operation.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operations, script, seconds, target } from './bench.ts';
import { CLI, CLIENT_CPU, dicomrun, type Sink } from './peers.ts';
import { timed } from './process.ts';
import { pynetdicomCommand } from './pynetdicom.ts';

/** Operations per second, and CPU of the client for each (µs). */
export interface Pace {
  readonly perSecond: number;
  readonly cpuUs: number;
}

/** Where an operation goes: a port of this machine. */
type Port = Pick<Sink, 'port'>;

/** A Part 10 file of a size, for the others. */
export function sampleFile(bytes: number): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-file-'));
  const modality = bytes < 20_000 ? 'SR' : 'MR';
  const words = ['generate', '--modality', modality, '--size', String(bytes), '--out', folder];
  execFileSync(process.execPath, [CLI, ...words], { stdio: 'ignore' });
  return {
    path: join(folder, 'study0001', 'series1', 'image0001.dcm'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A command that does n operations: what one costs, the run of a single one subtracted. */
async function perOperation(command: (n: number) => readonly string[], n: number): Promise<Pace> {
  const one = await timed(command(1), { cpu: CLIENT_CPU });
  const many = await timed(command(n), { cpu: CLIENT_CPU });
  if (many.code !== 0) throw new Error(`${command(n)[0] ?? ''}: ${many.stderr.slice(-400)}`);
  return {
    perSecond: (n - 1) / (many.wallS - one.wallS),
    cpuUs: ((many.cpuS - one.cpuS) / (n - 1)) * 1e6,
  };
}

const peerOf = ({ port }: Port): string[] => ['-aec', 'SINK', '127.0.0.1', String(port)];
const LARGEST_PDU = ['--max-pdu', '131072'];

/** storescu that sends one file n times. */
export function storescu(
  sink: Port,
  file: string,
  n: number,
  more: readonly string[] = [],
): Promise<Pace> {
  const repeated = (k: number): string[] => ['--repeat', String(k)];
  return perOperation(
    (k) => ['storescu', '-xe', ...more, ...LARGEST_PDU, ...repeated(k), ...peerOf(sink), file],
    n,
  );
}

/** dcmsend, the same: it wants a file for each, so links to the one. */
export async function dcmsend(sink: Port, file: string, n: number): Promise<Pace> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-links-'));
  const folderOf = (k: number): string => join(folder, String(k));
  for (const k of [1, n]) {
    mkdirSync(folderOf(k));
    for (let i = 0; i < k; i++) linkSync(file, join(folderOf(k), `${i}.dcm`));
  }
  const command = ['dcmsend', '-nuc', '+sd', '--max-send-pdu', '131072', ...peerOf(sink)];
  const pace = await perOperation((k) => [...command, folderOf(k)], n);
  rmSync(folder, { recursive: true, force: true });
  return pace;
}

/** echoscu. */
export function echoscu(sink: Port, n: number): Promise<Pace> {
  return perOperation((k) => ['echoscu', '--repeat', String(k), ...peerOf(sink)], n);
}

/** dcmjs-dimse's Client, all requests on one association. */
export function dcmjsDimse(sink: Port, file: string, n: number): Promise<Pace> {
  const program = join(dirname(fileURLToPath(import.meta.url)), 'dcmjs-client.js');
  return perOperation((k) => [process.execPath, program, String(sink.port), file, String(k)], n);
}

/** pynetdicom's association, the same. */
export function pynetdicom(sink: Port, file: string, n: number): Promise<Pace> {
  return perOperation((k) => pynetdicomCommand(sink.port, file, k), n);
}

/**
 * A script of `examples/bench`, once its code is compiled: a run of 2 n iterations less one of n. The
 * first thousands cost more, and a load test is longer than that.
 */
export async function ours(
  sink: Port,
  n: number,
  more: { readonly script?: string; readonly args: readonly string[] },
): Promise<Pace> {
  const args = (count: number): string[] => [
    script(more.script ?? 'store'),
    ...target(sink),
    '--vus',
    '1',
    '--iterations',
    String(count),
    ...more.args,
  ];
  const short = await dicomrun(args(n));
  const long = await dicomrun(args(2 * n));
  const done = operations(long) - operations(short);
  return {
    perSecond: done / (seconds(long) - seconds(short)),
    cpuUs: ((long.cpuS - short.cpuS) / done) * 1e6,
  };
}
