import { describe, expect, it } from 'vitest';
import { indexDataset } from './element-index.ts';
import { encodingOf, TransferSyntax } from './transfer-syntax.ts';
import { reencode } from './reencode.ts';

const LE = encodingOf(TransferSyntax.EXPLICIT_LE);
const BE = encodingOf(TransferSyntax.EXPLICIT_BE);

/** (0009,1001) with a VR and 4 bytes of length (PS3.5 §7.1.2), and (0010,0020) LO after it. */
function dataset(vr: string, value: Buffer): Buffer {
  const head = Buffer.from([0x09, 0x00, 0x01, 0x10, ...Buffer.from(vr), 0, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(value.length, 8);
  const after = Buffer.from([0x10, 0x00, 0x20, 0x00, ...Buffer.from('LO'), 2, 0, 0x49, 0x44]);
  return Buffer.concat([head, value, after]);
}

describe('a data set in another encoding', () => {
  for (const vr of ['OB', 'UN', 'UC', 'QQ']) {
    it(`writes the length of ${vr} as wide as it is read`, () => {
      const bytes = dataset(vr, Buffer.alloc(70_000, 7));
      const there = reencode(bytes, LE, BE);
      const { elements } = indexDataset(there, BE);
      expect(elements.map((one) => [one.tag, one.vr, one.length])).toEqual([
        [0x00091001, vr, 70_000],
        [0x00100020, 'LO', 2],
      ]);
      expect(reencode(there, BE, LE).equals(bytes)).toBe(true);
      expect(reencode(dataset(vr, Buffer.alloc(2)), LE, LE)).toEqual(dataset(vr, Buffer.alloc(2)));
    });
  }
});
