import { describe, expect, it } from 'vitest';
import { hashDataset } from '../../../dicom/file/hash.ts';
import { Pool } from '../../../dicom/pool/prototype.ts';
import { syntheticPool } from '../../../dicom/synthetic/synthetic.ts';
import { DatasetTap } from '../../../dicom/scp/dataset-tap.ts';
import { HashNumbers } from './hashes.ts';
import { KnownPixels, PixelMatch } from './known-pixels.ts';

const pool = syntheticPool(
  [
    { modality: 'CT', rows: 32, columns: 32, instances: 4 },
    { modality: 'US', rows: 32, columns: 32, transferSyntax: 'rle', instances: 2 },
    { modality: 'MR', rows: 16, columns: 16, transferSyntax: 'implicit' },
    { modality: 'SR' },
  ],
  { id: 1, key: 'mixed' },
);
const members = new Pool(pool).members;

function known(): { hashes: HashNumbers; tap: DatasetTap } {
  const hashes = new HashNumbers();
  hashes.addPool(pool);
  const pixels = new KnownPixels();
  pixels.addPool(pool, hashes);
  const wants = { header: true, pixels: true, known: new PixelMatch(pixels) };
  return { hashes, tap: new DatasetTap(wants) };
}

function take(tap: DatasetTap, bytes: Buffer, syntax: string, piece: number): void {
  tap.begin(syntax);
  for (let at = 0; at < bytes.length; at += piece) {
    tap.push(bytes, at, Math.min(at + piece, bytes.length));
  }
  tap.finish();
}

describe('known pixels', () => {
  for (const piece of [7, 500, 1 << 20]) {
    it(`are recognised in pieces of ${piece}, in any order, by number or by hash`, () => {
      const { hashes, tap } = known();
      for (const at of [0, 3, 1, 5, 2, 6, 4, 0, 0, 7]) {
        const prototype = members[at];
        if (!prototype?.dataset) throw new Error('not in memory');
        take(tap, prototype.dataset, prototype.share.transferSyntax, piece);
        const number = hashes.arrived(tap, prototype.share.transferSyntax);
        expect(number).toBe(hashes.expectedOf(prototype.number));
      }
    });
  }

  it('need no hash when they are native', () => {
    const { tap } = known();
    const prototype = members[1];
    if (!prototype?.dataset) throw new Error('not in memory');
    take(tap, prototype.dataset, prototype.share.transferSyntax, 300);
    expect(tap.pixelHash).toBe('');
    expect(tap.knownPixels).toBeGreaterThan(0);
  });

  it('that were cut off are changed, wherever it was', () => {
    const { hashes, tap } = known();
    const prototype = members[0];
    if (!prototype?.dataset) throw new Error('not in memory');
    const { transferSyntax, headerBytes } = prototype.share;
    for (let end = headerBytes + 1; end < prototype.dataset.length; end += 331) {
      take(tap, prototype.dataset.subarray(0, end), transferSyntax, 256);
      expect([tap.knownPixels, tap.damage]).toEqual([0, 'is cut off']);
      expect(hashes.arrived(tap, transferSyntax)).toBeLessThan(0);
    }
  });

  it('with one byte changed anywhere are not taken for them, and hash as they are', () => {
    const { hashes, tap } = known();
    const prototype = members[0];
    if (!prototype?.dataset) throw new Error('not in memory');
    const { transferSyntax, headerBytes } = prototype.share;
    for (let at = headerBytes; at < prototype.dataset.length; at += 97) {
      const bytes = Buffer.from(prototype.dataset);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      take(tap, bytes, transferSyntax, 256);
      expect(tap.knownPixels).toBe(0);
      expect(tap.pixelHash).toBe(hashDataset(bytes, transferSyntax).pixelHash);
      expect(hashes.arrived(tap, transferSyntax)).toBeLessThan(0);
    }
  });
});
