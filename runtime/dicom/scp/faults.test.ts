// Fault policies: every family, as the requestor sees it.
import { afterEach, describe, expect, it } from 'vitest';
import {
  closed,
  closeServers,
  CONTEXTS,
  echo,
  open,
  opened,
  release,
  servers,
  store,
} from '../../tests/wire-fixture.ts';
import { negotiateContexts } from './contexts.ts';
import type { AssociateIndication } from './acceptor-types.ts';
import { drawDelay } from './draw.ts';
import { withFaults } from './fault-handler.ts';
import type { FaultPolicy } from './fault-policy.ts';
import { listen } from './server.ts';
import { serviceHandler } from '../../tests/wire-services.ts';

async function faulty(policy: FaultPolicy, committed: string[] = []): Promise<number> {
  const services = serviceHandler({ store: { onStoreEnd: () => 0 } });
  const handler = {
    ...services,
    onAssociate: ({ rq }: AssociateIndication) => ({
      kind: 'accept' as const,
      contexts: negotiateContexts(rq),
    }),
  };
  let seed = 0;
  const random = (): number => (seed = (seed + 0.37) % 1);
  const server = await listen({
    port: 0,
    handler: withFaults(policy, handler, random, (fault) => committed.push(fault)),
  });
  servers.push(server);
  return server.port;
}

const DATASET = Buffer.alloc(100_000);

describe('fault policies', () => {
  afterEach(closeServers);

  it('go through a list of statuses, on every n-th request only', async () => {
    const committed: string[] = [];
    const requests = [{ service: 'C-STORE', status: [0xa700, 0xa900, 0xb000], every: 2 }];
    const association = await opened(await faulty({ requests }, committed));
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push((await store(association, DATASET)).statuses[0]);
    expect(statuses).toEqual([0, 0xa700, 0, 0xa900, 0, 0xb000, 0, 0xa700]);
    expect((await echo(association)).statuses).toEqual([0]);
    expect(committed).toEqual(['status a700', 'status a900', 'status b000', 'status a700']);
  });

  it('answer by shares, the rest by the service itself; delay in turn', async () => {
    const requests = [
      { service: 'C-STORE', first: 2, status: new Map([[0xa700, 1]]), delay: [0, 40] },
      { service: 'C-STORE', status: new Map([[0xa700, 0]]) },
    ];
    const association = await opened(await faulty({ requests }));
    const calls = [];
    for (let i = 0; i < 3; i++) calls.push(await store(association, Buffer.alloc(100)));
    expect(calls.map(({ statuses }) => statuses[0])).toEqual([0xa700, 0xa700, 0]);
    const second = calls[1];
    expect((second?.firstByte ?? 0) - (second?.sendEnd ?? 0)).toBeGreaterThanOrEqual(39);
  });

  it('delay by a fixed time and by a log-normal distribution', async () => {
    const requests = [
      { service: 'C-STORE', delay: 40 },
      { service: 'C-ECHO', delay: { p50: 5, p95: 20 } },
    ];
    const association = await opened(await faulty({ requests }));
    const call = await store(association, Buffer.alloc(100));
    expect(call.firstByte - call.sendEnd).toBeGreaterThanOrEqual(39);
    expect((await echo(association)).statuses).toEqual([0]);
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const drawn = Array.from({ length: 4000 }, () => drawDelay({ p50: 100, p95: 300 }, random));
    drawn.sort((a, b) => a - b);
    expect(drawn[2000]).toBeGreaterThan(90);
    expect(drawn[2000]).toBeLessThan(110);
    expect(drawn[3800]).toBeGreaterThan(260);
    expect(drawn[3800]).toBeLessThan(340);
  });

  it.each([
    ['abortAfter', { kind: 'aborted', source: 0, local: false }],
    ['resetAfter', { kind: 'transport', code: 'TCP_ECONNRESET' }],
    ['closeAfter', { kind: 'transport' }],
  ])('%s some bytes of a data set', async (kind, expected) => {
    const requests = [{ service: 'C-STORE', [kind]: 50_000 }];
    const association = await opened(await faulty({ requests }));
    const call = await store(association, Buffer.alloc(8_000_000));
    expect(call.failure).toMatchObject(expected);
  });

  it('never answer', async () => {
    const port = await faulty({ requests: [{ service: 'C-STORE', neverAnswer: true }] });
    const association = await opened(port, { timeouts: { responseMs: 50 } });
    expect((await store(association, DATASET)).failure).toMatchObject({
      kind: 'timeout',
      phase: 'response',
    });
  });

  it('treat an A-ASSOCIATE-RQ by rules: reject, reset, abort, delay', async () => {
    const port = await faulty({
      associate: [
        { callingAET: 'ODD', reject: { result: 2, source: 9, reason: 77 } },
        { callingAET: 'RESET', reset: true },
        { callingAET: 'ABORT', abort: { source: 2, reason: 3 } },
        { callingAET: 'SLOW', delay: 40 },
      ],
    });
    const kinds = [];
    for (const callingAET of ['ODD', 'RESET', 'ABORT', 'SLOW']) {
      const outcome = await open(port, { callingAET });
      if (outcome.kind === 'accepted')
        kinds.push(outcome.association.contexts.map(({ result }) => result));
      else kinds.push(outcome.kind === 'rejected' ? outcome.reason : outcome.kind);
      if (callingAET === 'SLOW') expect(outcome.associateMs).toBeGreaterThanOrEqual(39);
    }
    expect(kinds).toEqual([77, 'transport', 'aborted', [0, 0]]);
    expect(CONTEXTS).toHaveLength(2);
  });

  it('treat only the first that match', async () => {
    const port = await faulty({ associate: [{ first: 2, callingAET: 'RESET', reset: true }] });
    const kinds = [];
    for (const callingAET of ['RESET', 'OTHER', 'RESET', 'RESET']) {
      kinds.push((await open(port, { callingAET })).kind);
    }
    expect(kinds).toEqual(['transport', 'accepted', 'transport', 'accepted']);
  });

  it('refuse to release', async () => {
    const port = await faulty({ neverRelease: true });
    const association = await opened(port, { timeouts: { releaseMs: 40 } });
    expect((await release(association)).failure).toMatchObject({
      kind: 'timeout',
      phase: 'release',
    });
    expect((await closed(association)).kind).toBe('timeout');
  });
});
