// The walker, in pieces, against the reader of whole data sets: two ways through the same bytes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashDataset, DatasetHasher } from '../file/hash.ts';
import { DatasetTap } from '../scp/dataset-tap.ts';
import { vrOf } from './dictionary.ts';
import { indexDataset } from './element-index.ts';
import { encodingOf, TransferSyntax } from './transfer-syntax.ts';

interface Element {
  readonly tag: number;
  readonly vr: string;
  readonly value: Buffer | Element[][];
  /** Undefined length. */
  readonly open: boolean;
}

const { IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, RLE } = TransferSyntax;
const SHORT = 'AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' ');

function number(value: number, bytes: 2 | 4, syntax: string): Buffer {
  const out = Buffer.alloc(bytes);
  if (syntax === EXPLICIT_BE) out.writeUIntBE(value, 0, bytes);
  else out.writeUIntLE(value, 0, bytes);
  return out;
}

function tagged(tag: number, syntax: string): Buffer {
  return Buffer.concat([number(tag >>> 16, 2, syntax), number(tag & 0xffff, 2, syntax)]);
}

/** Tag and 4-byte length: items, delimiters, implicit VR. */
function plain(tag: number, length: number, syntax: string): Buffer {
  return Buffer.concat([tagged(tag, syntax), number(length, 4, syntax)]);
}

function item(elements: Element[], open: boolean, syntax: string): Buffer {
  const inner = encode(elements, syntax);
  const head = plain(0xfffee000, open ? 0xffffffff : inner.length, syntax);
  return Buffer.concat([head, inner, open ? plain(0xfffee00d, 0, syntax) : Buffer.alloc(0)]);
}

function encode(elements: readonly Element[], syntax: string): Buffer {
  return Buffer.concat(
    elements.map(({ tag, vr, value, open }) => {
      const explicit = syntax !== IMPLICIT_LE;
      const inner = vr === 'UN' && open && explicit ? IMPLICIT_LE : syntax;
      const bytes = Buffer.isBuffer(value)
        ? value
        : Buffer.concat([
            ...value.map((one) => item(one, open, inner)),
            open ? plain(0xfffee0dd, 0, inner) : Buffer.alloc(0),
          ]);
      const length = open ? 0xffffffff : bytes.length;
      if (!explicit) return Buffer.concat([plain(tag, length, syntax), bytes]);
      const short = SHORT.includes(vr);
      const size = short ? number(length, 2, syntax) : number(length, 4, syntax);
      const head = [tagged(tag, syntax), Buffer.from(vr), short ? size : Buffer.alloc(2)];
      return Buffer.concat([...head, ...(short ? [] : [size]), bytes]);
    }),
  );
}

const bytes = fc
  .uint8Array({ maxLength: 12 })
  .map((all) => Buffer.from(all).subarray(0, all.length & ~1));
const tag = fc
  .integer({ min: 0x00080001, max: 0x7fdfffff })
  .filter((one) => one >>> 16 !== 0xfffe && vrOf(one) !== 'SQ');
// ZZ and XQ are VRs that nobody knows yet: they have the long form (PS3.5 §7.1.2).
const vr = fc.constantFrom('AE', 'UI', 'LO', 'US', 'OB', 'OW', 'UN', 'UC', 'SV', 'OV', 'ZZ', 'XQ');
const leaf = fc.record({ tag, vr, value: bytes, open: fc.constant(false) });
const { element } = fc.letrec<{ element: Element }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    leaf,
    fc
      .record({
        tag,
        vr: fc.constantFrom('SQ', 'UN'),
        value: fc.array(fc.array(tie('element'), { maxLength: 3 }), { maxLength: 3 }),
        open: fc.boolean(),
      })
      .map((one) => (one.vr === 'UN' && !one.open ? { ...one, vr: 'SQ' } : one)),
  ),
}));

const pixelTag = fc.constantFrom(0x7fe00010, 0x7fe00008, 0x7fe00009);

function pixels(at: number, value: Buffer, syntax: string, fragments: boolean): Buffer {
  if (!fragments) return encode([{ tag: at, vr: 'OW', value, open: false }], syntax);
  const head = Buffer.concat([tagged(at, syntax), Buffer.from('OB\0\0\xff\xff\xff\xff', 'latin1')]);
  const items = [Buffer.alloc(0), value].map((one) =>
    Buffer.concat([plain(0xfffee000, one.length, syntax), one]),
  );
  return Buffer.concat([head, ...items, plain(0xfffee0dd, 0, syntax)]);
}

const dataset = fc
  .record({
    elements: fc.array(element, { maxLength: 6 }),
    at: fc.option(pixelTag),
    value: bytes,
    syntax: fc.constantFrom(IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, RLE),
    fragments: fc.boolean(),
  })
  .map(({ elements, at, value, syntax, fragments }) => {
    const sorted = [...elements].sort((a, b) => a.tag - b.tag);
    const end = at === null ? [] : [pixels(at, value, syntax, fragments && syntax === RLE)];
    return { syntax, bytes: Buffer.concat([encode(sorted, syntax), ...end]) };
  });

function tapped(of: Buffer, syntax: string, step: number): DatasetTap {
  const tap = new DatasetTap({ header: true, pixels: true });
  tap.begin(syntax);
  for (let at = 0; at < of.length; at += step) tap.push(of, at, Math.min(of.length, at + step));
  tap.finish();
  return tap;
}

it('finds the header and the pixels where the reader of whole data sets finds them', () => {
  fc.assert(
    fc.property(dataset, fc.integer({ min: 1, max: 40 }), ({ syntax, bytes: whole }, step) => {
      const { pixelValueOffset } = indexDataset(whole, encodingOf(syntax));
      const tap = tapped(whole, syntax, step);
      expect(tap.damage).toBe('');
      expect(tap.header?.length).toBe(pixelValueOffset < 0 ? whole.length : pixelValueOffset);
      const hasher = new DatasetHasher(syntax);
      for (let at = 0; at < whole.length; at += step) hasher.update(whole.subarray(at, at + step));
      expect(hasher.digest()).toEqual(hashDataset(whole, syntax));
      expect([tap.pixelHash, hasher.digest().malformed]).toEqual([
        hashDataset(whole, syntax).pixelHash,
        false,
      ]);
      expect(tap.pixelHash === '').toBe(pixelValueOffset < 0);
    }),
    { numRuns: 500 },
  );
});

it('says that a data set is damaged where that reader refuses it', () => {
  const reads = (of: Buffer, syntax: string): boolean => {
    try {
      indexDataset(of, encodingOf(syntax));
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(dataset, fc.nat(200), fc.integer({ min: 1, max: 40 }), (made, cut, step) => {
      const { syntax, bytes: whole } = made;
      const short = whole.subarray(0, Math.max(0, whole.length - cut));
      if (!reads(short, syntax)) expect(tapped(short, syntax, step).damage).not.toBe('');
    }),
    { numRuns: 500 },
  );
});
