// Timeouts, faults on purpose, and peers that break the protocol.
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { REPLY_LATER } from '../dimse/incoming.ts';
import { encodeCommand } from '../dimse/command.ts';
import { CommandField, Element, NO_DATA_SET } from '../dimse/elements.ts';
import type { Failure } from '../errors.ts';
import { storeRequest } from '../scu/requests.ts';
import { frameMessage } from './pdu/frame.ts';
import { encodePdu } from './pdu/pdu-codec.ts';
import {
  CT,
  EXPLICIT,
  closeServers,
  serve,
  open,
  opened,
  Call,
  echo,
  store,
  release,
  closed,
  rawServer,
  acceptBytes,
} from '../../tests/wire-fixture.ts';

describe('association, when things go wrong', () => {
  afterEach(closeServers);

  it('times a missing response out, aborts, and says so', async () => {
    const ends: Failure[] = [];
    const port = await serve({
      onStoreEnd: () => REPLY_LATER,
      onClosed: (_a, why) => ends.push(why),
    });
    const association = await opened(port, { timeouts: { responseMs: 60 } });
    const call = await store(association, Buffer.alloc(10));
    expect(call.failure).toEqual({ kind: 'timeout', phase: 'response', ms: 60 });
    await expect
      .poll(() => ends)
      .toEqual([{ kind: 'aborted', source: 0, reason: 0, local: false }]);
  });

  it.each<[string, number[], number[]]>([
    // The headers of a P-DATA-TF of 64 KiB and of its one PDV, then a byte of it now and then.
    ['a byte comes', [4, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xfc, 1, 1], [0]],
    ['a PDV comes that holds nothing', [], [4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 1]],
  ])(
    'a response that drips in is over when its time is, however often %s',
    async (_, head, drip) => {
      const answer = acceptBytes();
      const drips: NodeJS.Timeout[] = [];
      const port = await rawServer((socket, chunk) => {
        if (chunk === 0) return void socket.write(answer);
        if (chunk > 1) return;
        socket.write(Buffer.from(head));
        drips.push(setInterval(() => void socket.write(Buffer.from(drip)), 20));
      });
      const association = await opened(port, { timeouts: { responseMs: 150 } });
      const began = performance.now();
      const call = await echo(association);
      drips.forEach(clearInterval);
      expect(call.failure).toMatchObject({ kind: 'timeout', phase: 'response', ms: 150 });
      expect(performance.now() - began).toBeLessThan(5_000);
    },
  );

  it('does not time an upload out while bytes move', async () => {
    const port = await serve();
    const association = await opened(port, { timeouts: { responseMs: 80 } });
    const call = await store(association, Buffer.alloc(4000), { bytesPerSecond: 10_000 });
    expect(call.statuses).toEqual([0]);
    expect(call.sendEnd - call.sendStart).toBeGreaterThan(250);
  });

  it('closes an idle association at the acceptor', async () => {
    const port = await serve({}, { idleMs: 50 });
    const association = await opened(port);
    expect(await closed(association)).toMatchObject({ kind: 'aborted', local: false });
  });

  it('commits faults while sending: abort, reset, close, pause', async () => {
    const ends: Failure[] = [];
    let bytes = 0;
    const port = await serve({
      onStoreData: (...[, , , start, end]) => {
        bytes += end - start;
      },
      onClosed: (_a, why) => ends.push(why),
    });
    const dataset = Buffer.alloc(500_000);
    for (const kind of ['abortAfter', 'destroyAfter', 'closeAfter'] as const) {
      const association = await opened(port);
      const call = await store(association, dataset, { [kind]: '50%' });
      expect(call.failure).toMatchObject({ kind: 'injected', fault: kind });
      expect(association.open).toBe(false);
    }
    await expect
      .poll(() => ends.map((end) => end.kind))
      .toEqual(['aborted', 'transport', 'transport']);
    expect(bytes).toBeLessThan(3 * 400_000);
    const association = await opened(port);
    const call = await store(association, dataset, { pauseAfter: 1000, pauseMs: 60 });
    expect(call.statuses).toEqual([0]);
    expect(call.sendEnd - call.sendStart).toBeGreaterThanOrEqual(60);
  });

  it('pauses for longer than its own timeouts, which are for the peer', async () => {
    const association = await opened(await serve(), { timeouts: { responseMs: 300 } });
    const fault = { pauseAfter: '50%', pauseMs: 700 };
    const call = await store(association, Buffer.alloc(500_000), fault);
    expect(call.failure).toBeNull();
    expect(call.statuses).toEqual([0]);
    expect(call.sendEnd - call.sendStart).toBeGreaterThanOrEqual(700);
  });

  it('aborts in the middle of a large body, at a PDU boundary', async () => {
    const ends: Failure[] = [];
    const port = await serve({ onClosed: (_a, why) => ends.push(why) });
    const association = await opened(port);
    const call = new Call();
    const id = association.contextFor(CT, EXPLICIT);
    const base = storeRequest(
      id,
      association.maxPdu,
      { sopClass: CT, sopInstance: '1.2' },
      Buffer.alloc(2),
    );
    const piece = frameMessage(
      id,
      association.maxPdu,
      Buffer.alloc(0),
      Buffer.alloc(1_000_000),
    ).subarray(12);
    for (let at = 0; at < piece.length; at += 12 + 131_066) piece[at + 11] = 0;
    let given = 0;
    let released = false;
    association.send(
      {
        ...base,
        head: base.head.subarray(0, base.head.length - 14),
        bytes: 1e9,
        body: {
          next: () => {
            given += 1;
            return Promise.resolve([piece]);
          },
          close: () => {
            released = true;
          },
        },
      },
      call,
    );
    await expect.poll(() => given).toBeGreaterThan(20);
    association.abort();
    expect((await call.done).failure).toMatchObject({ kind: 'aborted', local: true });
    await expect.poll(() => ends).toMatchObject([{ kind: 'aborted', source: 0, local: false }]);
    expect(released).toBe(true);
  });

  it('fails a request on an association that is no longer open', async () => {
    const port = await serve();
    const association = await opened(port);
    await release(association);
    expect((await echo(association)).failure).toEqual({ kind: 'released', local: true });
  });

  it('answers a release collision from both sides', async () => {
    const port = await rawServer((socket, chunk) => {
      if (chunk === 0) socket.write(acceptBytes());
      else if (chunk === 1) socket.write(encodePdu({ kind: 'A-RELEASE-RQ' }));
      else socket.write(encodePdu({ kind: 'A-RELEASE-RP' }));
    });
    const association = await opened(port);
    const { failure } = await release(association);
    expect(failure).toBeNull();
  });

  it('gives up a release that is not answered', async () => {
    const port = await serve({ onRelease: () => false });
    const association = await opened(port, { timeouts: { releaseMs: 50 } });
    expect((await release(association)).failure).toEqual({
      kind: 'timeout',
      phase: 'release',
      ms: 50,
    });
  });

  it.each([
    ['an unknown PDU', Buffer.from('ff0000000000', 'hex'), 'PS3.8 §9.3.1'],
    ['an A-ASSOCIATE-AC out of place', acceptBytes(), 'PS3.8 Table 9-10'],
    [
      'a response to nothing',
      frameMessage(
        1,
        0,
        encodeCommand({
          [Element.COMMAND_FIELD]: CommandField.C_ECHO_RQ | 0x8000,
          [Element.MESSAGE_ID_RESPONDED_TO]: 77,
          [Element.DATA_SET_TYPE]: NO_DATA_SET,
          [Element.STATUS]: 0,
        }),
        null,
      ),
      'PS3.7 §9.3',
    ],
    [
      'a data set without command',
      frameMessage(1, 0, Buffer.alloc(0), Buffer.alloc(4)).subarray(12),
      'PS3.8 E.1',
    ],
    ['a context that is not accepted', frameMessage(9, 0, Buffer.alloc(8), null), 'PS3.8 §9.3.5.1'],
    ['a command set that is none', frameMessage(1, 0, Buffer.alloc(7, 1), null), 'PS3.7 §6.3.1'],
  ])('ends in a protocol error on %s, and aborts as provider', async (_name, bytes, clause) => {
    let heard = Buffer.alloc(0);
    const port = await rawServer((socket, chunk) => {
      if (chunk === 0) socket.write(acceptBytes());
      if (chunk !== 1) return;
      socket.write(bytes);
      socket.on('data', (data) => {
        heard = Buffer.concat([heard, data]);
      });
    });
    const association = await opened(port);
    const call = await echo(association);
    expect(call.failure).toMatchObject({ kind: 'protocol', clause });
    await expect.poll(() => heard.subarray(-10, -2).toString('hex')).toBe('0700000000040000');
    expect(heard.at(-2)).toBe(2);
  });

  it('refuses a peer whose PDUs hold nothing', async () => {
    const port = await rawServer((socket, chunk) =>
      chunk === 0 ? socket.write(acceptBytes(7)) : undefined,
    );
    expect(await open(port)).toMatchObject({ kind: 'protocol', code: 'PROTO_MAX_PDU' });
  });

  it('drops a connection that never asks for an association', async () => {
    const port = await serve({}, { associateMs: 300 });
    const socket = connect(port, '127.0.0.1');
    const end = await new Promise((resolve) => socket.on('close', () => resolve('closed')));
    expect(end).toBe('closed');
  });
});
