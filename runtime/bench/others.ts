// Against every client that is installed, at one and at several outstanding requests, and over TLS.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Case } from './bench.ts';
import { dcmjsDimse, dcmsend, echoscu, ours, pynetdicom, sampleFile, storescu } from './clients.ts';
import type { Pace } from './lasting.ts';
import { has, ourSink, type Sink } from './peers.ts';
import { hasPynetdicom } from './pynetdicom.ts';
import { repeated, row, type Row } from './tally.ts';

/** Runs the clients in turn, round after round. */
async function paired(
  bench: Bench,
  clients: Readonly<Record<string, (sink: Sink) => Promise<Pace>>>,
  open: () => Promise<Sink> = ourSink,
): Promise<ReadonlyMap<string, Pace[]>> {
  const round = async (): Promise<ReadonlyMap<string, Pace>> => {
    const paces = new Map<string, Pace>();
    const sink = await open();
    for (const [name, client] of Object.entries(clients)) paces.set(name, await client(sink));
    sink.stop();
    return paces;
  };
  const all = await repeated(bench.rounds, round, (paces) =>
    [...paces.values()].map(({ perSecond }) => perSecond),
  );
  return new Map(
    Object.keys(clients).map((name) => [
      name,
      all.flatMap((paces) => {
        const pace = paces.get(name);
        return pace === undefined ? [] : [pace];
      }),
    ]),
  );
}

/** One row a client: its rate, with its CPU per operation in the note. */
function rates(what: string, unit: string, paces: ReadonlyMap<string, Pace[]>): Row[] {
  return [...paces].map(([name, list]) => {
    const cpu = row(
      '',
      list.map(({ cpuUs }) => cpuUs),
      { unit: '', better: '<' },
    ).value;
    const note = `${Math.round(cpu)} µs of CPU each`;
    return row(
      `${what}: ${name}`,
      list.map(({ perSecond }) => perSecond),
      {
        unit,
        better: '>',
        note,
        difference: true,
      },
    );
  });
}

/** Every client, 5 KB, window 1. */
export const clients: Case = async (bench) => {
  const amount = { n: bench.quick ? 1000 : 4000, quick: bench.quick };
  const few = { ...amount, n: amount.n / 10 };
  const file = sampleFile(5000);
  const withPython = hasPynetdicom();
  if (!withPython) bench.note('pynetdicom is not installed: it is not measured');
  const installed = {
    dicomrun: (sink: Sink) => ours(sink, amount, { args: ['-e', 'BYTES=5000'] }),
    ...(has('storescu') && { storescu: (sink: Sink) => storescu(sink, file.path, amount) }),
    ...(has('dcmsend') && { dcmsend: (sink: Sink) => dcmsend(sink, file.path, amount) }),
    'dcmjs-dimse Client': (sink: Sink) => dcmjsDimse(sink, file.path, few),
    ...(withPython && {
      pynetdicom: (sink: Sink) => pynetdicom(sink, file.path, few),
    }),
  };
  const paces = await paired(bench, installed);
  file.remove();
  return rates('C-STORE of 5 KB, window 1', 'stores/s', paces);
};

/** C-ECHO on one association. */
export const echoes: Case = async (bench) => {
  const amount = { n: bench.quick ? 1000 : 4000, quick: bench.quick };
  const paces = await paired(bench, {
    dicomrun: (sink: Sink) => ours(sink, amount, { script: 'echo', args: [] }),
    ...(has('echoscu') && { echoscu: (sink: Sink) => echoscu(sink, amount) }),
  });
  return rates('C-ECHO, one association', '/s', paces);
};

/** Windows of one and eight, of instances of several sizes. */
export const windows: Case = async (bench) => {
  const rows: Row[] = [];
  for (const [name, bytes, n] of [
    ['5 KB', 5000, 8000],
    ['512 KB', 524_288, 1000],
    ['10 MB', 10_485_760, 100],
  ] as const) {
    const iterations = Math.max(2, Math.ceil(n / 50 / (bench.quick ? 4 : 1)));
    const windowed = (window: number) => (sink: Sink) =>
      ours(
        sink,
        { n: iterations, quick: bench.quick },
        { script: 'window', args: ['-e', `BYTES=${bytes}`, '-e', `WINDOW=${window}`] },
      );
    const paces = await paired(bench, { one: windowed(1), eight: windowed(8) });
    const of = (name: string): Pace[] => paces.get(name) ?? [];
    const ratios = of('eight').map((pace, i) => pace.perSecond / (of('one')[i]?.perSecond ?? NaN));
    rows.push(
      row(`1 VU, ${name}: stores/s with a window of 8 / of 1`, ratios, {
        unit: '×',
        better: '>',
        note: `${Math.round(of('eight').at(-1)?.perSecond ?? 0)}/s`,
        difference: true,
      }),
    );
  }
  return rows;
};

/** A key and a self-signed certificate for a time. */
function certificate(): { readonly key: string; readonly cert: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key, cert, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** TLS, against DCMTK's storescu with the same sink. */
export const tls: Case = async (bench) => {
  if (!has('openssl')) {
    bench.note('openssl is not installed: TLS is not measured');
    return [];
  }
  const rows: Row[] = [];
  const { key, cert, remove } = certificate();
  const sink = (): Promise<Sink> => ourSink([key, cert]);
  for (const [name, bytes, n] of [
    ['5 KB', 5000, 4000],
    ['512 KB', 524_288, 800],
    ['10 MB', 10_485_760, 60],
  ] as const) {
    const file = sampleFile(bytes);
    const amount = { n: bench.quick ? Math.ceil(n / 4) : n, quick: bench.quick };
    const args = ['-e', `BYTES=${bytes}`, '-e', `CA=${cert}`];
    const secure = ['--anonymous-tls', '--add-cert-file', cert];
    const windowed = { script: 'window', args: [...args, '-e', 'WINDOW=8'] };
    const fewer = { ...amount, n: Math.max(2, Math.ceil(amount.n / 50)) };
    const paces = await paired(
      bench,
      {
        dicomrun: (to) => ours(to, amount, { args }),
        'dicomrun, window 8': (to) => ours(to, fewer, windowed),
        ...(has('storescu') && { storescu: (to) => storescu(to, file.path, amount, secure) }),
      },
      sink,
    );
    rows.push(...rates(`TLS, ${name}`, 'stores/s', paces));
    file.remove();
  }
  remove();
  return rows;
};
