import { describe, expect, it } from 'vitest';
import type { ProtocolFailure } from '../../errors.ts';
import { frameMessage } from './frame.ts';
import { encodePdu } from './pdu-codec.ts';
import { PduReader, type PduSink, type PdvHeader } from './pdu-reader.ts';
import { fullAc, fullRq } from '../../../tests/fixtures/pdu-samples.ts';

/** Writes down what it gets, fragments joined per PDV. */
class Recorder implements PduSink {
  readonly log: string[] = [];
  failure: ProtocolFailure | null = null;
  allowData = true;
  #part = '';

  onDataPdu(): boolean {
    return this.allowData;
  }

  onPdv(pdv: PdvHeader, buffer: Buffer, start: number, end: number): void {
    this.#part += buffer.toString('hex', start, end);
    if (!pdv.complete) return;
    this.log.push(`pdv ${pdv.contextId} ${pdv.control} ${this.#part}`);
    this.#part = '';
  }

  onPdu(pdu: { kind: string }): void {
    this.log.push(JSON.stringify(pdu));
  }

  onInvalid(failure: ProtocolFailure): void {
    this.failure = failure;
    this.log.push(`invalid ${failure.clause}`);
  }
}

function read(chunks: readonly Buffer[]): Recorder {
  const sink = new Recorder();
  const reader = new PduReader(sink);
  for (const chunk of chunks) reader.push(chunk, 0, chunk.length);
  return sink;
}

const COMMAND = Buffer.from('0102030405060708', 'hex');
const DATASET = Buffer.from('a1a2a3a4a5a6a7a8a9aaabacadae', 'hex');
// Two PDVs in one PDU, the second empty.
const TWO_PDVS = Buffer.from(
  '0400 00000010 00000006 05 00 c1c2c3c4 00000002 05 02'.replace(/ /g, ''),
  'hex',
);
const STREAM = Buffer.concat([
  encodePdu(fullRq()),
  encodePdu(fullAc()),
  frameMessage(1, 131_072, COMMAND, DATASET),
  frameMessage(3, 10, COMMAND, DATASET),
  TWO_PDVS,
  encodePdu({ kind: 'A-RELEASE-RQ' }),
  encodePdu({ kind: 'A-ABORT', source: 2, reason: 6 }),
]);

describe('PDU reader', () => {
  const whole = read([STREAM]).log;

  it('reads a stream in one piece', () => {
    expect(whole[2]).toBe('pdv 1 3 0102030405060708');
    expect(whole[3]).toBe('pdv 1 2 a1a2a3a4a5a6a7a8a9aaabacadae');
    expect(whole.slice(4, 6)).toEqual(['pdv 3 1 01020304', 'pdv 3 3 05060708']);
    expect(whole.slice(-4, -2)).toEqual(['pdv 5 0 c1c2c3c4', 'pdv 5 2 ']);
    expect(whole.at(-1)).toBe('{"kind":"A-ABORT","source":2,"reason":6}');
  });

  it('reads the same split at every offset', () => {
    for (let at = 0; at <= STREAM.length; at++) {
      expect(read([STREAM.subarray(0, at), STREAM.subarray(at)]).log).toEqual(whole);
    }
  });

  it('reads the same byte by byte', () => {
    expect(read(Array.from(STREAM, (byte) => Buffer.from([byte]))).log).toEqual(whole);
  });

  it.each([
    ['an unknown PDU type', '1503 03000202', 'PS3.8 §9.3.1'],
    ['a 4 GiB A-ASSOCIATE-RQ', '0100 ffffffff', 'PS3.8 §9.3.1'],
    ['a P-DATA-TF beyond the maximum', '0400 00020001', 'PS3.8 §9.3.5'],
    ['a P-DATA-TF without a PDV', '0400 00000000', 'PS3.8 §9.3.5'],
    ['a PDV beyond its PDU', '0400 00000008 00000005 0103', 'PS3.8 §9.3.5.1'],
    ['a PDV without its header', '0400 00000008 00000001 0103', 'PS3.8 §9.3.5.1'],
    ['stray bytes behind a PDV', '0400 0000000a 00000004 0103 0000', 'PS3.8 §9.3.5.1'],
    ['a release of the wrong length', '0500 00000008', 'PS3.8 §9.3.1'],
  ])('refuses %s', (_name, hex, clause) => {
    const bytes = Buffer.from(hex.replace(/ /g, ''), 'hex');
    const { failure } = read([Buffer.from(encodePdu({ kind: 'A-RELEASE-RQ' })), bytes]);
    expect(failure?.clause).toBe(clause);
    expect(failure?.offset).toBeGreaterThanOrEqual(10);
    expect(bytes.toString('hex')).toContain(failure?.window.slice(0, 4));
  });

  it.each(['0900 00000004', '0400 00000000', '0600 00000004 00000000', '0200 00000004 00010000'])(
    'shows of a bad PDU %s only bytes that the peer sent, whole or in pieces',
    (hex) => {
      const bytes = Buffer.from(hex.replace(/ /g, ''), 'hex');
      // A shared buffer, with what others sent before and behind it.
      const shared = Buffer.alloc(64, 0xee);
      for (const cut of [bytes.length, 6, 3]) {
        const sink = new Recorder();
        const reader = new PduReader(sink);
        for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
          if (piece.length === 0 || sink.failure !== null) continue;
          shared.fill(0xee);
          piece.copy(shared, 8);
          reader.push(shared, 8, 8 + piece.length);
        }
        if (sink.failure !== null) expect(bytes.toString('hex')).toContain(sink.failure.window);
        if (!/^0[56]/.test(hex)) expect(sink.failure).not.toBeNull();
      }
    },
  );

  it('reads nothing after a refusal', () => {
    const bad = Buffer.from('ff0000000000', 'hex');
    expect(read([bad, STREAM]).log).toEqual(['invalid PS3.8 §9.3.1']);
  });

  it('stops at P-DATA that may not come', () => {
    const sink = new Recorder();
    sink.allowData = false;
    const reader = new PduReader(sink);
    const data = frameMessage(1, 0, COMMAND, DATASET);
    reader.push(data, 0, data.length);
    expect(sink.log).toEqual([]);
  });

  it('allocates no more than has arrived', () => {
    const sink = new Recorder();
    const reader = new PduReader(sink);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) {
      const one = new PduReader(sink);
      one.push(Buffer.from('0100000fffff', 'hex'), 0, 6);
      one.push(Buffer.alloc(100), 0, 100);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    expect(reader.idle).toBe(true);
  });
});
