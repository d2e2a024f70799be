// Bounded memory and no crash: large transfers, a slow peer, and bytes at random in both roles.
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SopClass } from '../dicom/dimse/uids.ts';
import type { Channel } from '../dicom/scp/sub-operations.ts';
import { RetrieveProvider } from '../dicom/scp/retrieve-provider.ts';
import { serviceHandler } from './wire-services.ts';
import { InstanceReceiver } from '../dicom/scu/receive.ts';
import { storeRequest } from '../dicom/scu/requests.ts';
import { encodePdu } from '../dicom/ul/pdu/pdu-codec.ts';
import { fullRq } from './fixtures/pdu-samples.ts';
import { frameMessage } from '../dicom/ul/pdu/frame.ts';
import type { Outgoing } from '../dicom/ul/outgoing.ts';
import { connected, propose, retrieved, SECONDARY_CAPTURE } from './wire-calls.ts';
import {
  acceptBytes,
  Call,
  closeServers,
  echo,
  EXPLICIT,
  open,
  opened,
  rawServer,
  serve,
} from './wire-fixture.ts';

const PIECE = 4_000_000;

/** A C-STORE-RQ of `pieces` × 4 MB that are made as they go. */
function endless(contextId: number, maxPdu: number, pieces: number): Outgoing {
  const command = { sopClass: SECONDARY_CAPTURE, sopInstance: '2.25.1' };
  const base = storeRequest(contextId, maxPdu, command, Buffer.alloc(0));
  const data = frameMessage(contextId, maxPdu, Buffer.alloc(0), Buffer.alloc(PIECE)).subarray(12);
  const middle = Buffer.from(data);
  // Not the last fragment: cleared in the header of the last PDU.
  const last = data.length - (PIECE % 131_066) - 1;
  middle[last] = 0;
  let left = pieces;
  return {
    ...base,
    head: base.head.subarray(0, base.head.length - 12),
    bytes: pieces * data.length + base.head.length - 12,
    body: {
      next: () => {
        left -= 1;
        if (left < 0) return null;
        return [left === 0 ? data : middle];
      },
      close: () => undefined,
    },
  };
}

/** The most memory used beyond the start while `work` runs, in MB. */
async function peak(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  await work();
  clearInterval(timer);
  return (most - before) / 1e6;
}

const place = (port: number) => ({ host: '127.0.0.1', port, aet: 'SCP' });

describe('large transfers', () => {
  afterEach(closeServers);

  it('stores 2.4 GB within bounded memory, both sides in this process', async () => {
    let bytes = 0;
    const port = await serve({
      onStoreData: (...[, , , from, to]) => (bytes += to - from),
    });
    const association = await connected(place(port), propose(SECONDARY_CAPTURE));
    const call = new Call();
    const grown = await peak(async () => {
      association.send(endless(1, association.maxPdu, 600), call);
      await call.done;
    });
    expect(call.statuses).toEqual([0]);
    expect(bytes).toBe(600 * PIECE);
    expect(grown).toBeLessThan(150);
  });

  it('gets 1 GB by C-GET within bounded memory', async () => {
    const message = ({ contextId, maxPdu }: Channel): Outgoing => endless(contextId, maxPdu, 250);
    const one = {
      sopClass: SECONDARY_CAPTURE,
      sopInstance: '2.25.1',
      transferSyntax: EXPLICIT,
      message,
    };
    const retrieve = new RetrieveProvider({ instances: () => [one] });
    const port = await serve(serviceHandler({ retrieve }));
    const association = await connected(
      place(port),
      propose(SopClass.STUDY_ROOT_GET, SECONDARY_CAPTURE),
      {
        roles: [{ sopClass: SECONDARY_CAPTURE, scu: false, scp: true }],
        timeouts: { responseMs: 2000 },
      },
    );
    const receiver = new InstanceReceiver();
    association.handler = receiver;
    const grown = await peak(async () => {
      const result = await retrieved(association, {
        level: 'STUDY',
        keys: { StudyInstanceUID: '2.25.1' },
      });
      expect(result).toMatchObject({ status: 0, completed: 1 });
    });
    expect(receiver.bytes).toBe(250 * PIECE);
    expect(grown).toBeLessThan(150);
  });

  it('waits for a peer that does not read, and gives up in time', async () => {
    const port = await rawServer((socket, chunk) => {
      if (chunk === 0) socket.write(acceptBytes(131_072));
      else socket.pause();
    });
    const association = await opened(port, { timeouts: { responseMs: 300 } });
    const call = new Call();
    const grown = await peak(async () => {
      association.send(endless(3, association.maxPdu, 600), call);
      await call.done;
    });
    expect(call.failure).toMatchObject({ kind: 'timeout', phase: 'request' });
    expect(grown).toBeLessThan(60);
  });
});

/** Small, fast, repeatable. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Real PDUs with some bytes changed, cut, repeated. */
function mutated(samples: readonly Buffer[], random: () => number): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < 1 + random() * 4; i++) {
    const sample = Buffer.from(samples[Math.floor(random() * samples.length)] ?? []);
    for (let k = 0; k < random() * 4; k++)
      sample[Math.floor(random() * sample.length)] = random() * 256;
    parts.push(random() < 0.2 ? sample.subarray(0, random() * sample.length) : sample);
  }
  return Buffer.concat(parts);
}

const SAMPLES = [
  encodePdu(fullRq()),
  acceptBytes(),
  frameMessage(1, 0, Buffer.alloc(40, 1), Buffer.alloc(200)),
  storeRequest(
    3,
    16_384,
    { sopClass: '1.2.840.10008.5.1.4.1.1.2', sopInstance: '1.2' },
    Buffer.alloc(300),
  ).head,
  encodePdu({ kind: 'A-RELEASE-RQ' }),
  encodePdu({ kind: 'A-ABORT', source: 0, reason: 0 }),
];
const ROUNDS = 400;

describe('bytes at random', () => {
  afterEach(closeServers);

  it('leave the acceptor unharmed', async () => {
    const port = await serve(serviceHandler({ store: { onStoreEnd: () => 0 } }), {
      associateMs: 300,
    });
    const random = randoms(7);
    const grown = await peak(async () => {
      for (let round = 0; round < ROUNDS; round++) {
        await new Promise<void>((resolve) => {
          const socket = connect(port, '127.0.0.1');
          socket.on('error', () => undefined);
          socket.on('close', () => resolve());
          socket.resume();
          if (random() < 0.8) socket.write(encodePdu({ ...fullRq(), contexts: fullRq().contexts }));
          socket.end(mutated(SAMPLES, random));
          setTimeout(() => socket.destroy(), 15);
        });
      }
    });
    expect((await echo(await opened(port))).statuses).toEqual([0]);
    expect(grown).toBeLessThan(150);
  });

  it('leave the requestor with a typed end, every time', async () => {
    const random = randoms(11);
    const port = await rawServer((socket, chunk) => {
      if (chunk === 0 && random() < 0.7) socket.write(acceptBytes());
      else socket.end(mutated(SAMPLES, random));
    });
    const ends = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const outcome = await open(port, { timeouts: { associateMs: 100, responseMs: 100 } });
      let end: string = outcome.kind;
      if (outcome.kind === 'accepted') {
        const call = await echo(outcome.association);
        end = call.failure?.kind ?? 'answered';
        outcome.association.destroy();
      }
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    expect([...ends.values()].reduce((a, b) => a + b, 0)).toBe(ROUNDS);
    expect(ends.get('protocol')).toBeGreaterThan(0);
    const known = [
      'protocol',
      'transport',
      'aborted',
      'timeout',
      'rejected',
      'answered',
      'released',
    ];
    expect([...ends.keys()].filter((kind) => !known.includes(kind))).toEqual([]);
  });
});
