// Who stores one instance after the other: our script, DCMTK, dcmjs-dimse, pynetdicom; rate and CPU
// per operation.
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operations, script, seconds, target } from './bench.ts';
import { lasting, type Pace } from './lasting.ts';
import { CLI, CLIENT_CPU, dicomrun, type Sink } from './peers.ts';
import { timed } from './process.ts';
import { pynetdicomCommand } from './pynetdicom.ts';

/** Where an operation goes: a port of this machine, and what listens there. */
type Port = Pick<Sink, 'port' | 'name'>;

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

/** How much is done: a first guess, which is made more until it lasts. */
export interface Amount {
  readonly n: number;
  readonly quick: boolean;
}

/** A command that does n operations: what one costs, the run of a single one subtracted. */
async function perOperation(
  name: string,
  command: (n: number) => readonly string[],
  { n, quick }: Amount,
): Promise<Pace> {
  return lasting({ key: name, short: 1, probe: n, quick }, async (count) => {
    const run = await timed(command(count), { cpu: CLIENT_CPU });
    if (run.code !== 0) throw new Error(`${name}: ${run.stderr.slice(-400)}`);
    return { operations: count, ...run };
  });
}

const peerOf = ({ port }: Port): string[] => ['-aec', 'SINK', '127.0.0.1', String(port)];
const LARGEST_PDU = ['--max-pdu', '131072'];

/** storescu that sends one file n times. */
export function storescu(
  sink: Port,
  file: string,
  amount: Amount,
  more: readonly string[] = [],
): Promise<Pace> {
  const repeated = (k: number): string[] => ['--repeat', String(k)];
  return perOperation(
    `storescu ${file}`,
    (k) => ['storescu', '-xe', ...more, ...LARGEST_PDU, ...repeated(k), ...peerOf(sink), file],
    amount,
  );
}

/** dcmsend, the same: it wants a file for each, so links to the one. */
export async function dcmsend(sink: Port, file: string, amount: Amount): Promise<Pace> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-links-'));
  const linked = (k: number): string => {
    const links = join(folder, String(k));
    if (existsSync(links)) return links;
    mkdirSync(links);
    for (let i = 0; i < k; i++) linkSync(file, join(links, `${i}.dcm`));
    return links;
  };
  const command = ['dcmsend', '-nuc', '+sd', '--max-send-pdu', '131072', ...peerOf(sink)];
  try {
    return await perOperation(`dcmsend ${file}`, (k) => [...command, linked(k)], amount);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** echoscu. */
export function echoscu(sink: Port, amount: Amount): Promise<Pace> {
  return perOperation(
    'echoscu',
    (k) => ['echoscu', '--repeat', String(k), ...peerOf(sink)],
    amount,
  );
}

/** dcmjs-dimse's Client, all requests on one association. */
export function dcmjsDimse(sink: Port, file: string, amount: Amount): Promise<Pace> {
  const program = join(dirname(fileURLToPath(import.meta.url)), 'dcmjs-client.js');
  const command = [process.execPath, program, String(sink.port), file];
  return perOperation('dcmjs-dimse', (k) => [...command, String(k)], amount);
}

/** pynetdicom's association, the same. */
export function pynetdicom(sink: Port, file: string, amount: Amount): Promise<Pace> {
  return perOperation('pynetdicom', (k) => pynetdicomCommand(sink.port, file, k), amount);
}

/**
 * A script of `examples/bench`, once its code is compiled: a long run less one of n iterations. The
 * first thousands cost more, and a load test is longer than that.
 */
export async function ours(
  sink: Port,
  { n, quick }: Amount,
  more: { readonly script?: string; readonly args: readonly string[] },
): Promise<Pace> {
  const name = more.script ?? 'store';
  const args = [script(name), ...target(sink), '--vus', '1', ...more.args];
  const key = [name, ...more.args, sink.name].join(' ');
  return lasting({ key, short: n, probe: n, quick }, async (count) => {
    const run = await dicomrun([...args, '--iterations', String(count)]);
    return { operations: operations(run), wallS: seconds(run), cpuS: run.cpuS };
  });
}
