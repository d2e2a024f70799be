// Memory that the router uses again: never while a destination may still be sent what was in it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { REPLY_LATER } from '../../dicom/dimse/incoming.ts';
import { storeRequest } from '../../dicom/scu/requests.ts';
import type { Association } from '../../dicom/ul/association.ts';
import {
  Call,
  closeServers,
  CT,
  EXPLICIT,
  opened,
  serve,
  servers,
} from '../../tests/wire-fixture.ts';
import { openPorts } from '../stations/ports.ts';
import { DAMAGE_FROM_END } from '../stations/piece-bag.ts';
import { slabs } from '../stations/slabs.ts';
import { Router } from './router.ts';
import type { RouterSpec } from './spec.ts';

/** What came back, as often as it did; it is written over at once. */
let freed: Buffer[] = [];
beforeEach(() => {
  freed = [];
  slabs.onFree = (bytes) => void freed.push(bytes.fill(0xee));
});
afterEach(async () => {
  await closeServers();
  slabs.onFree = null;
});

async function routerTo(ports: Readonly<Record<string, number>>, spec: Partial<RouterSpec> = {}) {
  const to = Object.keys(ports);
  const destinations = Object.fromEntries(
    Object.entries(ports).map(([calledAET, port]) => [
      calledAET,
      { host: '127.0.0.1', port, calledAET, associations: 2 },
    ]),
  );
  const retry = { retries: 100, backoffMs: 1, factor: 1 };
  const whole = { destinations, routes: [{ to }], rules: [], retry, ...spec };
  const router = new Router(whole, () => performance.now());
  const [port] = await openPorts([{ station: router, host: '127.0.0.1', port: 0 }]);
  if (port === undefined) throw new Error('no port');
  const close = async (): Promise<void> => {
    router.close();
    await port.close();
  };
  servers.push({ port: port.port, host: port.host, connections: 0, close });
  return { router, port: port.port };
}

/** Modality, and pixels that no other number has. */
function dataset(n: number, bytes: number): Buffer {
  const header = Buffer.from('0800600043530200435420200000e07f10004f570000', 'hex');
  const value = Buffer.alloc(bytes + 4);
  value.writeUInt32LE(bytes);
  for (let at = 4; at < value.length; at += 4) value.writeUInt32LE((n << 24) + at, at);
  return Buffer.concat([header.subarray(0, 10), header.subarray(14), value]);
}

async function send(to: Association, sopInstance: string, bytes: Buffer): Promise<void> {
  const call = new Call();
  const instance = { sopClass: CT, sopInstance };
  to.send(storeRequest(to.contextFor(CT, EXPLICIT), to.maxPdu, instance, bytes), call);
  expect((await call.done).statuses).toEqual([0]);
}

type Fate = 'taken' | 'later' | 'early' | 'refused' | 'broken';

/** A destination that keeps what it took by UID, and does with each store as it is told. */
async function destination(fateOf: (n: number) => Fate) {
  const came = new Map<string, Buffer[]>();
  let stores = 0;
  const port = await serve({
    onStore: (association, request) => {
      const fate = fateOf(stores++);
      association.data = { fate, parts: [] };
      if (fate === 'early') association.respond(request, { status: 0 });
    },
    onStoreData: (...[association, , buffer, start, end]) => {
      const { fate, parts } = association.data as { fate: Fate; parts: Buffer[] };
      if (fate === 'broken') association.destroy();
      else parts.push(Buffer.from(buffer.subarray(start, end)));
    },
    onStoreEnd: (association, request) => {
      const { fate, parts } = association.data as { fate: Fate; parts: Buffer[] };
      if (fate === 'refused') return 0xa700;
      const uid = request.sopInstance();
      came.set(uid, [...(came.get(uid) ?? []), Buffer.concat(parts)]);
      if (fate === 'early') return REPLY_LATER;
      if (fate === 'taken') return 0;
      setTimeout(() => association.respond(request, { status: 0 }), 5);
      return REPLY_LATER;
    },
  });
  return { port, came };
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** In memory that is shared, of its own, and spooled. */
const SIZES = [900, 70_000, 300_000, 600_000];

it('what goes through faults to several destinations comes as it was', async () => {
  const places = {
    GOOD: await destination(() => 'taken'),
    SLOW: await destination(() => 'later'),
    EARLY: await destination((n) => (n % 3 === 0 ? 'early' : 'taken')),
    BROKEN: await destination((n) => (['broken', 'taken', 'refused'] as const)[n % 3] ?? 'taken'),
  };
  const ports = Object.entries(places).map(([name, { port }]) => [name, port] as const);
  const faults = { drop: 0.1, duplicate: 0.2, corrupt: 0.2, forwardDelay: '3ms', seed: 7 };
  const spec = { faults, spoolBytes: 500_000 };
  const { router, port } = await routerTo(Object.fromEntries(ports), spec);
  const sent = new Map<string, Buffer>();
  const senders = [1, 2, 3].map(async (sender) => {
    const association = await opened(port);
    for (let n = 0; n < 20; n++) {
      const bytes = dataset(sender * 20 + n, SIZES[n % SIZES.length] ?? 0);
      sent.set(`1.${sender}.${n}`, bytes);
      await send(association, `1.${sender}.${n}`, bytes);
    }
  });
  await Promise.all(senders);
  const { dropped, corrupted, duplicated } = router.forwarding;
  await until(() => router.outstanding() === 0);
  expect(Math.min(dropped.length, corrupted.length, duplicated.length)).toBeGreaterThan(2);
  for (const { came } of Object.values(places)) {
    // One that answers early still gets the rest.
    await until(() => came.size === sent.size - dropped.length);
    for (const [uid, copies] of came) {
      const expected = Buffer.from(sent.get(uid) ?? '');
      const at = expected.length - DAMAGE_FROM_END;
      if (corrupted.includes(uid)) expected.writeUInt8(255 - expected.readUInt8(at), at);
      expect([uid, copies.every((bytes) => bytes.equals(expected))]).toEqual([uid, true]);
      expect(copies.length).toBeGreaterThanOrEqual(duplicated.includes(uid) ? 2 : 1);
    }
  }
  expect(freed.length).toBeGreaterThan(50);
});

it('a destination that answers before it has read a store still gets all of it', async () => {
  const { port: early, came } = await destination(() => 'early');
  const { router, port } = await routerTo({ EARLY: early }, { spoolBytes: 1e9 });
  const bytes = dataset(1, 24_000_000);
  const association = await opened(port);
  await send(association, '1.2', bytes);
  await until(() => router.forwarding.forwarded === 1);
  const unfinished = came.size === 0;
  await send(association, '1.3', dataset(2, 500_000));
  await until(() => came.size === 2);
  expect(unfinished).toBe(true);
  expect(came.get('1.2')?.map((one) => one.equals(bytes))).toEqual([true]);
  expect(came.get('1.3')?.map((one) => one.equals(dataset(2, 500_000)))).toEqual([true]);
});

it('images that come and go one after the other share the same memory', async () => {
  const { port: good, came } = await destination(() => 'taken');
  const { router, port } = await routerTo({ GOOD: good });
  const association = await opened(port);
  const perImage = 300_000 / 65_536 + 1;
  for (let n = 0; n < 30; n++) {
    await send(association, `1.${n}`, dataset(n, 300_000));
    await until(() => router.outstanding() === 0);
  }
  expect(came.size).toBe(30);
  expect(freed.length).toBeGreaterThan(29 * 4);
  expect(new Set(freed).size).toBeLessThan(3 * perImage);
});

it('memory of a send that broke is not used again', async () => {
  const { port: broken, came } = await destination((n) => (n === 0 ? 'broken' : 'taken'));
  const { router, port } = await routerTo({ BROKEN: broken });
  await send(await opened(port), '1.1', dataset(1, 300_000));
  await until(() => router.forwarding.forwarded === 1);
  expect([came.size, freed.length]).toEqual([1, 0]);
});
