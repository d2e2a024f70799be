// A router that stores to its destination over the web: what comes in goes out, whole and once.
import { afterEach, expect, it } from 'vitest';
import type { AcceptorFaults, DestinationPool } from '../../../api/k6/simulate.ts';
import { fileMeta, readMeta } from '../../dicom/file/part10.ts';
import { Pool } from '../../dicom/pool/prototype.ts';
import { syntheticPool } from '../../dicom/synthetic/synthetic.ts';
import { Archive } from '../archive/archive.ts';
import { ArchiveWeb, WEB_ROOT } from '../archive/web.ts';
import { serveWeb } from '../stations/stow.ts';
import { Router } from './router.ts';
import type { RouterSpec } from './spec.ts';

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const now = (): number => performance.now();
const spec = { modality: 'CT', rows: 64, columns: 64, instances: 3 };
const { members } = new Pool(syntheticPool(spec, { id: 1, key: 'ct' }));
const made = members.map((member) => {
  const { sopClass, sopInstance, transferSyntax } = member.share;
  const meta = readMeta(fileMeta(sopClass, sopInstance, transferSyntax));
  return { meta: { ...meta, sopClass, sopInstance }, bytes: member.read() };
});

async function gateway(
  faults: AcceptorFaults,
  more: Partial<RouterSpec> = {},
  pool: DestinationPool = {},
) {
  const archive = new Archive({ keep: 'all', faults }, now);
  const services = new ArchiveWeb(archive);
  const listening = await serveWeb({ host: '127.0.0.1', port: 0, tls: null }, (request, response) =>
    services.answer(request, response),
  );
  open.push(() => listening.close());
  return { archive, router: routerTo(listening.port, more, pool) };
}

function routerTo(
  port: number,
  more: Partial<RouterSpec> = {},
  pool: DestinationPool = {},
): Router {
  const out = { host: '127.0.0.1', port, calledAET: 'OUT', web: WEB_ROOT, ...pool };
  const retry = { retries: 2, backoffMs: 5, factor: 1 };
  const routes = [{ to: ['out'] }];
  const router = new Router({ destinations: { out }, routes, rules: [], retry, ...more }, now);
  open.push(() => router.close());
  return router;
}

const through = (router: Router): number[] =>
  made.map(({ meta, bytes }) => {
    const taker = router.intake('ANY');
    taker.begin(meta, Buffer.alloc(0));
    taker.data(bytes.subarray(0, 1000));
    taker.data(bytes.subarray(1000));
    return taker.end(meta);
  });

async function emptied(router: Router): Promise<void> {
  while (router.outstanding() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

for (const [how, more] of [
  ['from memory', {}],
  ['from a spooled file', { spoolBytes: 1000 }],
] as const) {
  it(`stores each instance as it came, ${how}`, async () => {
    const { archive, router } = await gateway({}, more);
    expect(through(router)).toEqual([0, 0, 0]);
    await emptied(router);
    expect(archive.store.size).toBe(made.length);
    for (const { meta, bytes } of made) {
      const [kept] = archive.retrievable({ SOPInstanceUID: meta.sopInstance }, 'IMAGE');
      expect(kept?.dataset?.equals(bytes)).toBe(true);
    }
    expect(router.forwarding).toMatchObject({ forwarded: 3, dead: 0 });
  });
}

it('comes again after a 503, and gives up what is refused again and again', async () => {
  const busy = await gateway({ requests: [{ service: 'STOW-RS', first: 2, status: 503 }] });
  through(busy.router);
  await emptied(busy.router);
  expect(busy.router.forwarding).toMatchObject({ forwarded: 3, dead: 0 });
  expect(busy.router.destinations.get('out')?.queue.retried).toBe(2);

  const full = await gateway({ status: 0xa700 });
  through(full.router);
  await emptied(full.router);
  expect(full.router.forwarding).toMatchObject({ forwarded: 0, dead: 3 });
  const dead = full.router.destinations.get('out')?.queue.dead ?? [];
  expect(dead.map(({ why }) => why)[0]).toMatch(/^status 409: .*resources/i);
});

it('says what kept it from a destination that is not there', async () => {
  const router = routerTo(1);
  through(router);
  await emptied(router);
  const [letter] = router.destinations.get('out')?.queue.dead ?? [];
  expect(letter?.why).toMatch(/refused/i);
});

it('counts who waits too long for a connection as a failed try, as over associations', async () => {
  const pool = { associations: 1, waitTimeoutMs: 20 };
  const retry = { retries: 0 };
  const requests = [{ service: 'STOW-RS', delay: 400 }];
  const { router } = await gateway({ requests }, { retry }, pool);
  through(router);
  await emptied(router);
  expect(router.forwarding).toMatchObject({ forwarded: 1, dead: 2 });
  const out = router.destinations.get('out');
  expect(out?.stats.waitTimeouts).toBe(2);
  expect(out?.queue.dead[0]?.why).toBe('none of 1 connections became free within 20 ms');
});
