import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { closeServers, echo, opened, servers, store } from '../../tests/wire-fixture.ts';
import { openPorts } from '../stations/ports.ts';
import { Router } from './router.ts';

afterEach(closeServers);

/** Where the files are that this process has open and that have lost their names. */
function nameless(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.endsWith(' (deleted)') ? [path] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

it('a router spools into a folder relative to its specification', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-router-'));
  mkdirSync(join(folder, 'spool'));
  const router = new Router(
    {
      destinations: { gone: { host: '127.0.0.1', port: 1, calledAET: 'GONE' } },
      routes: [{ to: ['gone'] }],
      ...{ rules: [], spoolBytes: 1000, spoolFolder: 'spool' },
    },
    () => performance.now(),
    folder,
  );
  const [port] = await openPorts([{ station: router, host: '127.0.0.1', port: 0 }]);
  if (port === undefined) throw new Error('no port');
  servers.push(port);
  const association = await opened(port.port);
  expect((await store(association, Buffer.alloc(50_000))).statuses).toEqual([0]);
  const held = (): number =>
    nameless().filter((path) => path.startsWith(join(folder, 'spool'))).length;
  expect(held()).toBe(1);
  association.abort();
  router.close();
  expect(held()).toBe(0);
  rmSync(folder, { recursive: true });
});

function element(group: number, number: number, vr: string, text: string): Buffer {
  const value = Buffer.from(text.length % 2 === 0 ? text : `${text} `, 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

/** A router between two destinations that are not there: what it has for them stays in its queues. */
async function between(more: object): Promise<{ router: Router; port: number; notes: string[] }> {
  const away = { host: '127.0.0.1', port: 1, calledAET: 'X', associations: 0 };
  const notes: string[] = [];
  const router = new Router(
    {
      destinations: { ct: away, rest: away },
      routes: [
        { modality: 'CT', to: ['ct'] },
        { otherwise: true, to: ['rest'] },
      ],
      faults: { forwardDelay: '1h' },
      ...more,
    },
    () => performance.now(),
  );
  router.onNote = (note) => notes.push(note);
  const [port] = await openPorts([{ station: router, host: '127.0.0.1', port: 0 }]);
  if (port === undefined) throw new Error('no port');
  servers.push({
    ...port,
    host: port.host,
    connections: 0,
    close: async () => {
      router.close();
      await port.close();
    },
  });
  return { router, port: port.port, notes };
}

const waiting = (router: Router): number[] =>
  ['ct', 'rest'].map((name) => router.destinations.get(name)?.outstanding ?? -1);

const CT_HEADER = Buffer.concat([element(8, 0x18, 'UI', '1.2.3\0'), element(8, 0x60, 'CS', 'CT')]);

it('a route to nowhere takes what fits, and nothing is left for another', async () => {
  const { router, port } = await between({
    routes: [
      { modality: 'CT', to: [] },
      { otherwise: true, to: ['rest'] },
    ],
  });
  const association = await opened(port);
  expect((await store(association, CT_HEADER)).statuses).toEqual([0]);
  expect([waiting(router), router.forwarding.unrouted]).toEqual([[0, 0], 1]);
  const other = element(8, 0x60, 'CS', 'MR');
  expect((await store(association, other)).statuses).toEqual([0]);
  expect(waiting(router)).toEqual([0, 1]);
});

it('a router that cannot write a rule keeps to the route, and says so once', async () => {
  const set = { StudyDescription: 'Gr\u00f6\u00dfe', InstitutionName: 'X' };
  const { router, port, notes } = await between({ rules: [{ when: { Modality: 'CT' }, set }] });
  const association = await opened(port);
  for (let i = 0; i < 2; i++) expect((await store(association, CT_HEADER)).statuses).toEqual([0]);
  expect(waiting(router)).toEqual([2, 0]);
  // Written in another character set, or not at all: never half, never without a word.
  if (router.forwarding.unruled > 0) expect(notes).toHaveLength(1);
  else expect(notes).toEqual([]);
});

it('a router that cannot read a header has a dead letter where a route looks at it', async () => {
  const broken = Buffer.concat([CT_HEADER, Buffer.from('080070000000ffff', 'hex')]);
  const { router, port, notes } = await between({ rules: [] });
  const association = await opened(port);
  expect((await store(association, broken)).statuses).toEqual([0]);
  expect([waiting(router), router.forwarding.dead]).toEqual([[0, 0], 1]);
  expect(notes).toEqual([expect.stringContaining('cannot be routed: the data set')]);
  const rules = [{ when: { Modality: 'CT' }, set: { StudyDescription: 'A' } }];
  const plain = await between({ rules, routes: [{ to: ['ct'] }] });
  const other = await opened(plain.port);
  expect((await store(other, broken)).statuses).toEqual([0]);
  expect([waiting(plain.router), plain.router.forwarding.unruled]).toEqual([[1, 0], 1]);
  expect(plain.notes).toEqual([expect.stringContaining('without the rules')]);
});

const NAMED = Buffer.concat([CT_HEADER, element(0x10, 0x10, 'PN', `${'a'.repeat(60)}!`)]);

it('a router answers others while a pattern of its rules is tried, and names the one given up', async () => {
  const slow = (n: number) => ({ PatientName: { re: `^(a+)+${n}$`, flags: '' } });
  const rules = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({
    when: slow(n),
    set: { StudyDescription: 'A' },
  }));
  const { router, port, notes } = await between({ rules, routes: [{ to: ['ct'] }] });
  const [busy, other] = [await opened(port), await opened(port)];
  let stored = false;
  const storing = store(busy, NAMED).then(({ statuses }) => {
    stored = true;
    return statuses;
  });
  for (let n = 0; n < 5; n++) expect((await echo(other)).statuses).toEqual([0]);
  expect([stored, router.counts.instances, router.queuedBytes(), router.outstanding()]).toEqual([
    ...[false, 1, NAMED.length, 1],
  ]);
  expect(await storing).toEqual([0]);
  // The first that was given up decides: what a rule would have done is not known.
  expect([waiting(router), router.forwarding.unruled]).toEqual([[1, 0], 1]);
  expect(notes).toEqual([expect.stringContaining('/^(a+)+1$/ took over 100 ms and was given up')]);
});

it('a router that cannot tell which way a pattern leads has a dead letter', async () => {
  const when = { PatientName: { re: '^(a+)+b$', flags: '' } };
  const { router, port, notes } = await between({ rules: [], routes: [{ when, to: ['ct'] }] });
  const association = await opened(port);
  expect((await store(association, NAMED)).statuses).toEqual([0]);
  expect([waiting(router), router.forwarding.dead]).toEqual([[0, 0], 1]);
  expect(notes).toEqual([expect.stringContaining('cannot be routed: the pattern /^(a+)+b$/')]);
  const other = await between({
    rules: [],
    routes: [{ when: { PatientName: { re: '(a+)+!' } }, to: ['ct'] }],
  });
  expect((await store(await opened(other.port), NAMED)).statuses).toEqual([0]);
  expect(waiting(other.router)).toEqual([1, 0]);
});

it('a router keeps the order of an association whose first is waiting for a pattern', async () => {
  const { router, port } = await between({
    rules: [{ when: { PatientName: { re: '^(a+)+in turn$' } }, set: { StudyDescription: 'A' } }],
    ...{ routes: [{ to: ['ct'] }], faults: {} },
  });
  const quick = Buffer.concat([CT_HEADER, element(0x10, 0x10, 'PN', 'b')]);
  const association = await opened(port, { asyncOps: { invoked: 4, performed: 1 } });
  const answered: string[] = [];
  const sent = [NAMED, quick].map(async (dataset, i) => {
    expect((await store(association, dataset)).statuses).toEqual([0]);
    answered.push(i === 0 ? 'slow' : 'quick');
  });
  while (router.counts.instances < 2) await new Promise((resolve) => setImmediate(resolve));
  expect([router.outstanding(), answered]).toEqual([2, []]);
  await Promise.all(sent);
  expect(answered).toEqual(['slow', 'quick']);
  const queue = router.destinations.get('ct')?.queue;
  const lengths = [0, 1].map(() => queue?.take(Infinity)?.bytes);
  expect([lengths, router.outstanding()]).toEqual([[NAMED.length, quick.length], 0]);
});
