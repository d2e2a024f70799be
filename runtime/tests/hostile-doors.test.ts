// Who gets in: what listens, and where; names that a peer chose for files; modes of results; load
// at hosts that nobody named.
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { serveArchive, serveRouter, serveSink, type Served } from '../acceptors/serve.ts';
import { storeRequest } from '../dicom/scu/requests.ts';
import { Place, STORE_SCRIPT } from './cli-spawn.ts';
import { Call, closed, CT, EXPLICIT, open, opened } from './wire-fixture.ts';

const DATASET = Buffer.from('100020004c4f02005031', 'hex');
/** SOP instance UIDs and AE titles that want to be paths. */
const NAMES = [
  '../../../escaped',
  '/tmp/escaped',
  '..',
  '.',
  '...',
  '',
  '~/escaped',
  'a\\..\\..\\escaped',
  'C:\\escaped',
  'con',
  '-rf',
  '$(touch escaped)',
  '1.2\u0000.dcm',
  '1.2\n3',
  '.bashrc',
  '9'.repeat(500),
  '1.2.3',
  '1.2.3',
];

let place: Place;
const serving: Served[] = [];
afterEach(async () => {
  for (const served of serving.splice(0)) await served.close();
  place.remove();
});

async function served(service: Promise<Served>): Promise<Served> {
  const one = await service;
  serving.push(one);
  return one;
}

/** Stores under each of the names; the statuses, null where the association ended. */
async function storeAs(port: number, names: readonly string[]): Promise<(number | null)[]> {
  const statuses: (number | null)[] = [];
  for (const name of names) {
    const callingAET = name.replace(/[^ -[\]-~]/g, '').slice(0, 16) || 'X';
    const association = await opened(port, { callingAET });
    const call = new Call();
    const id = association.contextFor(CT, EXPLICIT);
    const command = { sopClass: CT, sopInstance: name };
    association.send(storeRequest(id, association.maxPdu, command, DATASET), call);
    await call.done;
    statuses.push(call.statuses[0] ?? null);
    association.abort();
    await closed(association);
  }
  return statuses;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('files that a peer names', () => {
  it('stay in their folder, one per instance, for their owner alone', async () => {
    place = new Place({ 'in/keep.txt': '' });
    const folder = join(place.folder, 'in', 'received');
    const { port } = await served(serveSink({ folder }, { port: 0 }));
    const statuses = await storeAs(port, NAMES);
    const files = filesUnder(folder);
    expect(files.length).toBe(statuses.filter((status) => status === 0).length);
    expect(files.length).toBeGreaterThan(NAMES.length / 2);
    for (const file of files) {
      expect(mode(file)).toBe('600');
      expect(mode(dirname(file))).toBe('700');
      // <folder>/<calling AE title>/<instance>.<n>.dcm, of harmless characters.
      expect(dirname(dirname(file))).toBe(folder);
      expect(basename(file)).toMatch(/^[\w-][\w.-]*\.dcm$/);
      expect(basename(dirname(file))).toMatch(/^[\w-][\w.-]*$/);
    }
    expect(filesUnder(place.folder).filter((file) => !file.startsWith(folder))).toEqual([
      join(place.folder, 'in', 'keep.txt'),
    ]);
  });

  it('that cannot be written are refused, and the station goes on', async () => {
    place = new Place({ 'no-folder': 'a file' });
    const folder = join(place.folder, 'no-folder');
    const { port } = await served(serveSink({ folder }, { port: 0 }));
    const statuses = await storeAs(port, ['1.2.3', '1.2.4']);
    expect(statuses).toEqual([0xa700, 0xa700]);
    expect(readFileSync(folder, 'utf8')).toBe('a file');
  });
});

describe('ports', () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

  it.skipIf(outside === undefined)(
    'sink, archive and router listen on loopback unless told otherwise',
    async () => {
      place = new Place();
      const to = { archive: { host: '127.0.0.1', port: 1, calledAET: 'A' } };
      for (const service of [
        serveSink({}, { port: 0 }),
        serveArchive({ aets: ['A'] }, { port: 0 }),
        serveRouter({ destinations: to, routes: [] }, { port: 0 }),
      ]) {
        const { port } = await served(service);
        expect((await open(port)).kind).not.toBe('transport');
        expect((await open(port, { host: outside ?? '' })).kind).toBe('transport');
      }
      const { port } = await served(serveSink({}, { port: 0, host: '0.0.0.0' }));
      expect((await open(port, { host: outside ?? '' })).kind).toBe('accepted');
    },
  );

  /** Addresses on which a process listens, from the kernel. */
  function listensOn(pid: number): string[] {
    const sockets = new Set(
      readdirSync(`/proc/${pid}/fd`).map((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`);
        } catch {
          // It was closed meanwhile: nothing listens there.
          return '';
        }
      }),
    );
    const tables = ['tcp', 'tcp6'].map((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8'),
    );
    return tables
      .flatMap((table) => table.trim().split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter((cells) => cells[3] === '0A' && sockets.has(`socket:[${cells[9]}]`))
      .map((cells) => cells[1]?.split(':')[0] ?? '');
  }

  it.skipIf(process.platform !== 'linux')(
    'a run with receivers, router, archive and live page opens nothing to the network',
    async () => {
      const script = STORE_SCRIPT.replace(
        'dicom.peer({})',
        `dicom.peer({ deliversTo: dicom.receiver({ aet: 'A' }) })`,
      )
        .replace('import { check }', 'import { check, sleep }')
        .replace('const study', 'await sleep(0.2);\n  const study');
      place = new Place({ 'store.ts': script });
      const args = ['run', 'store.ts', '--embedded', '--web', '0', '--duration', '20s'];
      const running = place.start([...args, '--settle', '1s', '--no-report']);
      await running.says('live page');
      const addresses = listensOn(running.pid);
      expect(addresses.length).toBeGreaterThan(2);
      expect(new Set(addresses)).toEqual(new Set(['0100007F']));
      running.kill('SIGINT');
      const { err } = await running.done;
      const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}/.exec(err)?.[0];
      expect(url, err).toBeDefined();
    },
  );
});

describe('results', () => {
  it('of a run are readable by their owner alone', async () => {
    const own = `export const handleSummary = () => ({ 'own.txt': 'mine' });\n`;
    place = new Place({ 'store.ts': STORE_SCRIPT, 'own.ts': STORE_SCRIPT + own });
    const more = ['--settle', '1s', '--out', 'json=samples.json', '--out', 'csv=samples.csv'];
    const exported = ['--summary-export', 'k6.json'];
    const ran = await place.run(['run', 'own.ts', '--embedded', ...more, ...exported]);
    expect(ran.code, ran.err).toBe(0);
    const smoked = await place.run(['smoke', 'store.ts', '--embedded', '--settle', '1s']);
    expect(smoked.code, smoked.err).toBe(0);
    const files = [
      ...place.runs().flatMap(filesUnder),
      ...['samples.json', 'samples.csv', 'k6.json', 'own.txt'].map((name) =>
        join(place.folder, name),
      ),
    ];
    const names = files.map((file) => basename(file)).sort();
    expect(names).toEqual(expect.arrayContaining(['ledger.jsonl', 'run.ndjson', 'summary.json']));
    expect(files.filter((file) => mode(file) !== '600').map((file) => basename(file))).toEqual([]);
  });
});

describe('heavy load', () => {
  it('at a host that only the script names is refused before a connection is made', async () => {
    let connections = 0;
    const server = createServer(() => void connections++).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    // An address for documentation (RFC 5737), and a name.
    place = new Place();
    for (const host of ['192.0.2.1', 'pacs.example']) {
      const peer = `dicom.peer({ connect: 'X@${host}:${port}' })`;
      place.write('store.ts', STORE_SCRIPT.replace('dicom.peer({})', peer));
      const load = ['--vus', '50', '--duration', '10s'];
      const { code, err } = await place.run(['run', 'store.ts', ...load]);
      expect(code, err).toBe(104);
      expect(err).toContain(`heavy load at ${host}`);
    }
    expect(connections).toBe(0);
    server.close();
  });
});
