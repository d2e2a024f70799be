import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { EditShapes } from '../edit/edit-shape.ts';
import { compileEdits } from '../edit/edits.ts';
import { findElement, indexDataset } from '../element/element-index.ts';
import { memberNumber, sopUid, studyNumber, studyUid } from '../pool/identity.ts';
import { inflateDataset } from '../element/deflate.ts';
import { PoolBuilder } from '../pool/pool-builder.ts';
import { Pool, type Prototype } from '../pool/prototype.ts';
import { syntheticPool, type SyntheticSpec } from '../synthetic/synthetic.ts';
import { encodingOf } from '../element/transfer-syntax.ts';
import type { Outgoing } from '../ul/outgoing.ts';
import { StoreImages } from './store-image.ts';

const RUN = '178000000000001';

function prototypeOf(spec: SyntheticSpec | string): Prototype {
  const [prototype] = new Pool(syntheticPool(spec, { id: 1, key: 'test' })).members;
  if (prototype === undefined) throw new Error('no prototype');
  return prototype;
}

interface Unframed {
  readonly command: Buffer;
  readonly dataset: Buffer;
  readonly fragments: readonly number[];
  readonly bytes: number;
}

/** Takes a message apart as a peer does. */
async function unframe(message: Outgoing, maxPdu: number): Promise<Unframed> {
  const pieces = [Buffer.from(message.head)];
  for (;;) {
    const next = await message.body?.next();
    if (next === null || next === undefined) break;
    pieces.push(...next.map((piece) => Buffer.from(piece)));
  }
  const wire = Buffer.concat(pieces);
  const parts: { command: Buffer[]; dataset: Buffer[] } = { command: [], dataset: [] };
  const fragments: number[] = [];
  let last = 0;
  for (let at = 0; at < wire.length;) {
    expect(wire[at]).toBe(4);
    const pdu = wire.readUInt32BE(at + 2);
    if (maxPdu > 0) expect(pdu).toBeLessThanOrEqual(maxPdu);
    const pdv = wire.readUInt32BE(at + 6);
    expect(pdu).toBe(pdv + 4);
    expect(wire[at + 10]).toBe(5);
    const flags = wire[at + 11] ?? 0;
    const data = wire.subarray(at + 12, at + 10 + pdv);
    (flags & 1 ? parts.command : parts.dataset).push(data);
    fragments.push(data.length);
    last = flags;
    at += 6 + pdu;
  }
  expect(last).toBe(2);
  const { command, dataset } = parts;
  return {
    command: Buffer.concat(command),
    dataset: Buffer.concat(dataset),
    fragments,
    bytes: wire.length,
  };
}

function text(dataset: Buffer, syntax: string, tag: number): string {
  const { elements } = indexDataset(dataset, encodingOf(syntax), true);
  const element = findElement(elements, tag);
  if (element === null) return '(absent)';
  return dataset.toString('latin1', element.valueOffset, element.valueOffset + element.length);
}

const SIZES: readonly (SyntheticSpec | string)[] = [
  'KB005',
  'KB032',
  'KB512',
  { modality: 'CT', rows: 64, columns: 64, transferSyntax: 'implicit' },
  { modality: 'CT', rows: 64, columns: 64, transferSyntax: 'big-endian' },
  { modality: 'US', rows: 100, columns: 100, transferSyntax: 'rle' },
  { modality: 'MR', rows: 64, columns: 64, transferSyntax: 'deflated', fill: 'pattern' },
  'MB10',
  { modality: 'XA', bytes: 70_000_000 },
];

describe('store images', () => {
  for (const spec of SIZES) {
    for (const maxPdu of [0, 16384, 131072, 4098]) {
      const name = typeof spec === 'string' ? spec : JSON.stringify(spec);
      if (name.includes('70000000') && maxPdu !== 131072) continue;
      it(`sends ${name} with maximum PDU ${maxPdu} byte for byte, then with fresh identity`, async () => {
        const prototype = prototypeOf(spec);
        const images = new StoreImages({ run: RUN });
        const channel = { contextId: 5, maxPdu };
        const whole = prototype.read();
        const asIs = images.prepare(prototype, null, null, channel);
        const first = await unframe(asIs, maxPdu);
        expect(first.dataset.equals(whole)).toBe(true);
        expect(first.bytes).toBe(asIs.bytes);
        expect(first.command.toString('latin1')).toContain(prototype.share.sopInstance);
        expect(first.fragments.every((length) => length % 2 === 0)).toBe(true);

        const study = studyNumber(7, 123);
        const member = memberNumber(2, 45);
        const fresh = images.prepare(prototype, { study, member }, null, channel);
        fresh.head.writeUInt16LE(0xbeef, fresh.messageIdOffset);
        const sent = await unframe(fresh, maxPdu);
        const { transferSyntax } = prototype.share;
        const deflated = encodingOf(transferSyntax).deflated;
        const dataset = deflated ? inflateDataset(sent.dataset) : sent.dataset;
        const syntax = deflated ? '1.2.840.10008.1.2.1' : transferSyntax;
        const sop = sopUid(RUN, study, member);
        expect(text(dataset, syntax, 0x00080018)).toBe(sop);
        expect(text(dataset, syntax, 0x0020000d)).toBe(studyUid(RUN, study));
        expect(text(dataset, syntax, 0x00200013)).toBe('000045');
        expect(text(dataset, syntax, 0x00200011)).toBe('000002');
        expect(text(sent.command, '1.2.840.10008.1.2', 0x00001000)).toBe(sop);
        expect(sent.command.readUInt16LE(sent.command.indexOf('00001001', 0, 'hex') + 8)).toBe(
          0xbeef,
        );
        expect(sent.command.readUInt32LE(8)).toBe(sent.command.length - 12);
        if (!deflated) expect(dataset.length).toBe(whole.length);
      });
    }
  }

  it('survives peers with a tiny maximum PDU length', async () => {
    const prototype = prototypeOf('KB005');
    const images = new StoreImages({ run: RUN });
    for (const maxPdu of [8, 20, 49, 50, 64]) {
      const identity = { study: 3, member: memberNumber(1, 9) };
      const message = images.prepare(prototype, identity, null, { contextId: 5, maxPdu });
      const sent = await unframe(message, maxPdu);
      expect(text(sent.dataset, prototype.share.transferSyntax, 0x00080018)).toBe(
        sopUid(RUN, 3, memberNumber(1, 9)),
      );
    }
  });

  it('patches the same buffer once it was flushed, and another one while it was not', () => {
    const prototype = prototypeOf('KB005');
    const images = new StoreImages({ run: RUN });
    const channel = { contextId: 1, maxPdu: 16384 };
    const first = images.prepare(
      prototype,
      { study: 1, member: memberNumber(1, 1) },
      null,
      channel,
    );
    first.written(true);
    const second = images.prepare(
      prototype,
      { study: 2, member: memberNumber(1, 1) },
      null,
      channel,
    );
    expect(second).toBe(first);
    second.written(false);
    const held = Buffer.from(second.head);
    const third = images.prepare(
      prototype,
      { study: 3, member: memberNumber(1, 1) },
      null,
      channel,
    );
    const fourth = images.prepare(
      prototype,
      { study: 4, member: memberNumber(1, 1) },
      null,
      channel,
    );
    expect(third.head).not.toBe(second.head);
    expect(fourth.head).not.toBe(third.head);
    expect(second.head.equals(held)).toBe(true);
    expect(images.cache.cloned).toBe(2);
  });

  it('takes buffers up again that had to wait for their sockets', () => {
    const prototype = prototypeOf('KB005');
    const images = new StoreImages({ run: RUN });
    const channel = { contextId: 1, maxPdu: 16384 };
    const prepare = (study: number): Outgoing =>
      images.prepare(prototype, { study, member: memberNumber(1, 1) }, null, channel);
    const waiting: Outgoing[] = [];
    for (let study = 1; study <= 200; study++) {
      const message = prepare(study);
      message.written(false);
      waiting.push(message);
      if (waiting.length === 8) waiting.shift()?.left?.();
      // None that still waits is written to.
      expect(new Set(waiting.map(({ head }) => head)).size).toBe(waiting.length);
    }
    expect(images.cache.cloned).toBe(7);
    expect(images.cache.bytes).toBe(8 * prepare(0).head.length);
  });

  it('keeps few of those that never come back', () => {
    const prototype = prototypeOf('KB005');
    const images = new StoreImages({ run: RUN });
    const limited = new StoreImages({ run: RUN, cacheBytes: 32_000 });
    for (let study = 1; study <= 100; study++) {
      for (const one of [images, limited]) {
        const identity = { study, member: memberNumber(1, 1) };
        one.prepare(prototype, identity, null, { contextId: 1, maxPdu: 16384 }).written(false);
      }
    }
    expect(images.cache.bytes).toBeLessThan(17 * 6000);
    expect(limited.cache.bytes).toBeLessThanOrEqual(6000);
  });

  it('keeps no more than its limit', () => {
    const images = new StoreImages({ run: RUN, cacheBytes: 100_000 });
    const pool = new Pool(syntheticPool({ preset: 'KB032', instances: 5 }, { id: 1, key: 'test' }));
    for (const prototype of pool.members) {
      images.prepare(prototype, null, null, { contextId: 1, maxPdu: 16384 }).written(true);
      expect(images.cache.bytes).toBeLessThanOrEqual(100_000);
    }
    expect(images.cache.made).toBe(5);
  });

  it('applies edits and keeps an edited identity value', async () => {
    const prototype = prototypeOf('KB032');
    const images = new StoreImages({ run: RUN });
    const edits = compileEdits({ PatientID: 'MINE', StudyDescription: 'GI Endoscopy' });
    const channel = { contextId: 5, maxPdu: 16384 };
    const identity = { study: 9, member: memberNumber(1, 1) };
    for (let i = 0; i < 3; i++) {
      const message = images.prepare(prototype, identity, edits, channel);
      const sent = await unframe(message, 16384);
      message.written(true);
      expect(text(sent.dataset, prototype.share.transferSyntax, 0x00100020)).toBe('MINE');
      expect(text(sent.dataset, prototype.share.transferSyntax, 0x00081030)).toBe('GI Endoscopy');
      expect(text(sent.dataset, prototype.share.transferSyntax, 0x0020000d)).toBe(studyUid(RUN, 9));
    }
    expect(images.cache.made).toBe(1);
  });

  for (const [name, maxPdu] of [
    ['KB005', 16384],
    ['KB005', 128],
    ['KB512', 131072],
    ['MB10', 131072],
  ] as const) {
    it(`writes values that differ from send to send into ${name}, maximum PDU ${maxPdu}`, async () => {
      const prototype = prototypeOf(name);
      const images = new StoreImages({ run: RUN });
      const shapes = new EditShapes();
      const channel = { contextId: 5, maxPdu };
      for (let i = 0; i < 12; i++) {
        const edits = {
          PatientName: `TEST^${'N'.repeat(1 + ((i * 7) % 5))}`,
          SOPInstanceUID: `1.2.3.${10 ** (i % 3)}`,
          'RequestAttributesSequence[0].ScheduledProcedureStepID': `S${i}`,
        };
        const identity = i % 2 === 0 ? { study: i, member: memberNumber(1, 1) } : null;
        const shaped = shapes.of(edits);
        if (shaped === null) throw new Error('no shape');
        const message = images.prepareShaped(prototype, identity, shaped, channel);
        const wanted = new StoreImages({ run: RUN });
        const compiled = compileEdits(edits);
        const other = await unframe(wanted.prepare(prototype, identity, compiled, channel), maxPdu);
        if (i < 2) {
          expect(message).toBeNull();
          continue;
        }
        if (message === null) throw new Error(`send ${i}: not by its shape`);
        const sent = await unframe(message, maxPdu);
        // why: every third is still held by its socket when the next of its lengths is prepared
        message.written(i % 3 !== 0);
        expect(sent.bytes).toBe(message.bytes);
        expect(sent.command.equals(other.command)).toBe(true);
        expect(sent.dataset.equals(other.dataset)).toBe(true);
      }
    });
  }

  it('keeps nothing of a shape of edits that nobody holds any more', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const prototype = prototypeOf('KB005');
    const images = new StoreImages({ run: RUN });
    const sendOnce = (id: string): WeakRef<object> => {
      const shaped = new EditShapes().of({ OtherPatientIDs: ['A', id] });
      if (shaped === null) throw new Error('no shape');
      images.prepareShaped(prototype, null, shaped, { contextId: 5, maxPdu: 16384 });
      return new WeakRef(shaped.shape);
    };
    const shapes = Array.from({ length: 20 }, (_, i) => sendOnce(`P${i}`));
    // why: what a WeakRef was made of lives until the end of its turn
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(shapes.filter((shape) => shape.deref() !== undefined).length).toBeLessThan(2);
  });

  it('refuses a data set of odd length by name, pads or sends it when asked', async () => {
    const odd = Buffer.from(
      '08001600' +
        '55490200' +
        '3100' +
        '08001800' +
        '55490400' +
        '322e3300' +
        '10001000504e0300413d42',
      'hex',
    );
    const builder = new PoolBuilder({ id: 1, key: 'odd', expectedBytes: odd.length });
    builder.addDataset(odd, { transferSyntax: '1.2.840.10008.1.2.1', origin: 'odd.dcm' });
    const [prototype] = new Pool(builder.share()).members;
    if (prototype === undefined) throw new Error('no prototype');
    const channel = { contextId: 5, maxPdu: 16384 };
    expect(prototype.share.oddLength).toBe(true);
    const refusing = new StoreImages({ run: RUN });
    expect(() => refusing.prepare(prototype, null, null, channel)).toThrow(/odd\.dcm.*odd number/);
    const sending = new StoreImages({ run: RUN, oddLength: 'send' });
    const sent = await unframe(sending.prepare(prototype, null, null, channel), 16384);
    expect(sent.dataset.equals(odd)).toBe(true);
    const padding = new StoreImages({ run: RUN, oddLength: 'pad' });
    const padded = await unframe(padding.prepare(prototype, null, null, channel), 16384);
    expect(padded.dataset.length).toBe(odd.length + 1);
    expect(text(padded.dataset, '1.2.840.10008.1.2.1', 0x00100010)).toBe('A=B ');
  });
});
