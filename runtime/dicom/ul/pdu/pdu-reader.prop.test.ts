import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePdu } from './pdu-codec.ts';
import { PduReader, type PduSink, type PdvHeader } from './pdu-reader.ts';
import { fullAc, fullRq } from '../../../tests/fixtures/pdu-samples.ts';

class Counter implements PduSink {
  events = 0;
  data = 0;
  invalid = 0;

  onDataPdu(): boolean {
    return true;
  }

  onPdv(_pdv: PdvHeader, _buffer: Buffer, start: number, end: number): void {
    this.data += end - start;
  }

  onPdu(): void {
    this.events += 1;
  }

  onInvalid(): void {
    this.invalid += 1;
  }
}

function feed(bytes: Uint8Array, cut: number): Counter {
  const counter = new Counter();
  const reader = new PduReader(counter);
  const buffer = Buffer.from(bytes);
  for (let at = 0; at < buffer.length; at += cut) {
    reader.push(buffer, at, Math.min(buffer.length, at + cut));
  }
  return counter;
}

describe('PDU reader, any bytes', () => {
  it('gives PDUs, needs more, or says protocol error: nothing else', () => {
    const header = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 80 }));
    const pdu = fc
      .tuple(header, fc.uint8Array({ maxLength: 90 }))
      .map(([[type, length], rest]) => Uint8Array.from([type, 0, 0, 0, 0, length, ...rest]));
    const stream = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(pdu, { maxLength: 6 }).map((list) => Buffer.concat(list)),
    );
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 40 }), (bytes, cut) => {
        const inPieces = feed(bytes, cut);
        const atOnce = feed(bytes, Math.max(1, bytes.length));
        expect(inPieces).toEqual(atOnce);
        expect(inPieces.invalid).toBeLessThanOrEqual(1);
        expect(inPieces.data).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 1500 },
    );
  });

  it('survives any byte changed in an A-ASSOCIATE PDU', () => {
    const samples = [encodePdu(fullRq()), encodePdu(fullAc())];
    fc.assert(
      fc.property(fc.nat(1), fc.nat(500), fc.nat(255), (which, at, value) => {
        const bytes = Buffer.from(samples[which] ?? []);
        bytes[at % bytes.length] = value;
        const { events, invalid } = feed(bytes, bytes.length);
        expect(events + invalid).toBeLessThanOrEqual(2);
      }),
      { numRuns: 1500 },
    );
  });
});
