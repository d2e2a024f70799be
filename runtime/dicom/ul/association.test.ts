// Both roles against each other on loopback.
import { type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { REPLY_LATER } from '../dimse/incoming.ts';
import type { Failure } from '../errors.ts';
import type { AcceptorHandler } from '../scp/acceptor-types.ts';
import { negotiateContexts } from '../scp/contexts.ts';
import { associate } from './associate.ts';
import { encodePdu } from './pdu/pdu-codec.ts';
import {
  CT,
  EXPLICIT,
  CONTEXTS,
  servers,
  closeServers,
  serve,
  open,
  opened,
  echo,
  store,
  release,
  rawServer,
  acceptBytes,
} from '../../tests/wire-fixture.ts';

describe('association', () => {
  afterEach(closeServers);

  it('opens, echoes, stamps its times, and is released by both sides', async () => {
    const ends: Failure[] = [];
    const port = await serve({ onClosed: (_association, why) => ends.push(why) });
    const outcome = await open(port);
    expect(outcome.kind).toBe('accepted');
    expect(outcome.connectMs).toBeGreaterThan(0);
    expect(outcome.associateMs).toBeGreaterThan(0);
    if (outcome.kind !== 'accepted') return;
    const { association } = outcome;
    const call = await echo(association);
    expect(call.statuses).toEqual([0]);
    expect(call.sendStart).toBeGreaterThan(0);
    expect(call.sendEnd).toBeGreaterThanOrEqual(call.sendStart);
    expect(call.firstByte).toBeGreaterThanOrEqual(call.sendEnd);
    expect(call.lastByte).toBeGreaterThanOrEqual(call.firstByte);
    const { ms, failure } = await release(association);
    expect(ms).toBeGreaterThan(0);
    expect(failure).toBeNull();
    expect(association.closedBy).toEqual({ kind: 'released', local: true });
    expect(ends).toEqual([{ kind: 'released', local: false }]);
  });

  it('carries a data set of any length whole, for any maximum PDU length', async () => {
    const received: Buffer[] = [];
    let stored = Buffer.alloc(0);
    const handler: Partial<AcceptorHandler> = {
      onStoreData: (...[, , buffer, start, end]) =>
        received.push(Buffer.from(buffer.subarray(start, end))),
      onStoreEnd: (_a, request) => {
        stored = Buffer.concat(received.splice(0));
        expect([request.sopClass(), request.sopInstance()]).toEqual([CT, '1.2.3']);
        return 0xb000;
      },
    };
    for (const maxPdu of [8, 4096, 16383, 16384, 131072, 0]) {
      const port = await serve({
        ...handler,
        onAssociate: ({ rq }) => ({ kind: 'accept', contexts: negotiateContexts(rq), maxPdu }),
      });
      const association = await opened(port);
      expect(association.maxPdu).toBe(maxPdu);
      for (const length of [0, 2, 4090, 65_536, maxPdu === 8 ? 5000 : 700_000]) {
        const dataset = Buffer.alloc(length, length & 0xff);
        const call = await store(association, dataset);
        expect(call.statuses).toEqual([0xb000]);
        expect(stored.equals(dataset)).toBe(true);
      }
      association.destroy();
    }
  });

  it.each(['onStore', 'onStoreData', 'onStoreEnd'] as const)(
    'survives a handler whose %s throws, and says so to the peer',
    async (step) => {
      let odd = true;
      const throwing = () => {
        if (odd) throw new RangeError('an odd data set');
      };
      const port = await serve({
        ...(step === 'onStore' && { onStore: throwing }),
        ...(step === 'onStoreData' && { onStoreData: throwing }),
        onStoreEnd: () => {
          if (step === 'onStoreEnd') throwing();
          return 0;
        },
      });
      const association = await opened(port);
      const refused = await store(association, Buffer.alloc(100_000));
      expect(refused.statuses).toEqual([0x0110]);
      odd = false;
      expect((await store(association, Buffer.alloc(100))).statuses).toEqual([0]);
      association.destroy();
    },
  );

  it('keeps to the window, answers in any order, never re-uses a busy message ID', async () => {
    const held: (() => void)[] = [];
    let most = 0;
    const port = await serve({
      onStoreEnd: (association, request) => {
        held.push(() => association.respond(request, { status: 0 }));
        most = Math.max(most, held.length);
        if (held.length === 4) for (const answer of held.splice(0).reverse()) answer();
        return REPLY_LATER;
      },
    });
    const association = await opened(port, { asyncOps: { invoked: 4, performed: 1 } });
    expect(association.window).toBe(4);
    const calls = await Promise.all(
      Array.from({ length: 40 }, () => store(association, Buffer.alloc(100))),
    );
    expect(most).toBe(4);
    expect(calls.every((call) => call.statuses[0] === 0)).toBe(true);
    expect(new Set(calls.map((call) => call.messageId)).size).toBe(40);
  });

  it('has one outstanding operation when no window was negotiated', async () => {
    let now = 0;
    let most = 0;
    const port = await serve({
      onStoreEnd: (association, request) => {
        now += 1;
        most = Math.max(most, now);
        setTimeout(() => {
          now -= 1;
          association.respond(request, { status: 0 });
        }, 2);
        return REPLY_LATER;
      },
    });
    const association = await opened(port);
    await Promise.all([1, 2, 3].map(() => store(association, Buffer.alloc(10))));
    expect(most).toBe(1);
  });

  it('releases only when everything outstanding is answered', async () => {
    const port = await serve();
    const association = await opened(port);
    const calls = [store(association, Buffer.alloc(300_000)), store(association, Buffer.alloc(10))];
    const { failure } = await release(association);
    expect(failure).toBeNull();
    expect((await Promise.all(calls)).map((call) => call.statuses)).toEqual([[0], [0]]);
  });

  it('tells a rejection by result, source and reason, standard or not', async () => {
    const port = await serve({
      onAssociate: ({ rq }) =>
        rq.calledAET === 'ODD'
          ? { kind: 'reject', result: 7, source: 8, reason: 9 }
          : { kind: 'reject', result: 1, source: 1, reason: 7 },
    });
    expect(await open(port)).toMatchObject({ kind: 'rejected', result: 1, source: 1, reason: 7 });
    expect(await open(port, { calledAET: 'ODD' })).toMatchObject({
      kind: 'rejected',
      result: 7,
      source: 8,
      reason: 9,
    });
  });

  it('reports refused contexts and accepts none without failing', async () => {
    const port = await serve({
      onAssociate: ({ rq }) => ({
        kind: 'accept',
        contexts: negotiateContexts(rq, { abstractSyntaxes: [] }),
      }),
    });
    const association = await opened(port);
    expect(association.contexts.map((context) => context.result)).toEqual([3, 3]);
    expect(association.contextFor(CT, '')).toBe(0);
  });

  it.each([
    [
      'abort',
      { kind: 'abort' as const, source: 2, reason: 1 },
      { kind: 'aborted', source: 2, reason: 1 },
    ],
    [
      'reset',
      { kind: 'reset' as const },
      { kind: 'transport', code: 'TCP_ECONNRESET', phase: 'associate' },
    ],
    ['silence', { kind: 'silence' as const }, { kind: 'timeout', phase: 'associate', ms: 500 }],
  ])('tells %s instead of an answer', async (_name, decision, expected) => {
    const port = await serve({ onAssociate: () => decision });
    expect(await open(port, { timeouts: { associateMs: 500 } })).toMatchObject(expected);
  });

  it('tells that nobody listens', async () => {
    const port = await serve();
    await servers.pop()?.close();
    expect(await open(port)).toMatchObject({
      kind: 'transport',
      code: 'TCP_ECONNREFUSED',
      phase: 'connect',
    });
  });

  it('fails what is outstanding when the peer aborts, resets or closes', async () => {
    const ends = [
      (socket: Socket) => socket.write(encodePdu({ kind: 'A-ABORT', source: 0, reason: 0 })),
      (socket: Socket) => socket.resetAndDestroy(),
      (socket: Socket) => socket.end(),
    ];
    const seen = [];
    for (const end of ends) {
      const port = await rawServer((socket, chunk) =>
        chunk === 0 ? socket.write(acceptBytes()) : end(socket),
      );
      const association = await opened(port);
      seen.push((await echo(association)).failure);
    }
    expect(seen).toMatchObject([
      { kind: 'aborted', source: 0, reason: 0, local: false },
      { kind: 'transport', code: 'TCP_ECONNRESET', phase: 'response' },
      { kind: 'transport', code: 'TCP_CLOSED', phase: 'response' },
    ]);
  });

  it.each([
    [
      'an AE title of 17 characters',
      { calledAET: 'SEVENTEEN_CHARS_X' },
      /calledAET must be 1 to 16/,
    ],
    [
      '129 contexts',
      {
        contexts: Array.from(
          { length: 129 },
          () => CONTEXTS[0] ?? { abstractSyntax: '', transferSyntaxes: [] },
        ),
      },
      /got 129/,
    ],
    [
      'an even context ID',
      { contexts: [{ ...CONTEXTS[0], abstractSyntax: CT, transferSyntaxes: [EXPLICIT], id: 2 }] },
      /ID 2/,
    ],
    ['a port that is none', { port: 70_000 }, /cannot connect/],
  ])('throws for %s', (_name, more, message) => {
    const request = {
      host: '127.0.0.1',
      port: 1,
      calledAET: 'A',
      callingAET: 'B',
      contexts: CONTEXTS,
    };
    expect(() => associate({ ...request, ...more }, () => undefined)).toThrow(message);
  });

  it('carries user identity, roles, extended negotiation and implementation both ways', async () => {
    let seen: unknown = null;
    const port = await serve({
      onAssociate: ({ rq }) => {
        seen = rq;
        return {
          kind: 'accept',
          contexts: negotiateContexts(rq),
          userIdentityResponse: Buffer.from('ok'),
          extended: [{ sopClass: CT, info: Buffer.from([1]) }],
        };
      },
    });
    const outcome = await open(port, {
      userIdentity: { type: 2, primary: 'user', secondary: 'secret', respond: true },
      roles: [{ sopClass: CT, scu: true, scp: true }],
      extended: [{ sopClass: CT, info: Buffer.from([1, 0]) }],
      implementationClassUid: '1.2.3',
      implementationVersion: 'OTHER',
      maxPdu: 5001,
    });
    expect(seen).toMatchObject({
      user: { maxPdu: 5001, implementationClassUid: '1.2.3', implementationVersion: 'OTHER' },
      userIdentity: { type: 2, respond: true },
    });
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    expect(outcome.association.contexts[1]).toMatchObject({ scu: true, scp: true });
    expect(outcome.answer.userIdentityResponse?.toString()).toBe('ok');
    expect(outcome.answer.user.extended).toHaveLength(1);
  });
});
