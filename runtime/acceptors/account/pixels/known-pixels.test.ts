import { describe, expect, it } from 'vitest';
import { TransferSyntax } from '../../../dicom/element/transfer-syntax.ts';
import { fragmentsOf } from '../../../dicom/pixels/fragments.ts';
import { hashDataset } from '../../../dicom/file/hash.ts';
import { Pool } from '../../../dicom/pool/prototype.ts';
import { syntheticPool } from '../../../dicom/synthetic/synthetic.ts';
import { Room } from '../../../dicom/collected.ts';
import { DatasetTap } from '../../../dicom/scp/dataset-tap.ts';
import { HashNumbers } from './hashes.ts';
import { KnownPixels, PixelMatch } from './known-pixels.ts';

const pool = syntheticPool(
  [
    { modality: 'CT', rows: 32, columns: 32, instances: 4 },
    { modality: 'US', rows: 32, columns: 32, transferSyntax: 'rle', instances: 2 },
    { modality: 'MR', rows: 16, columns: 16, transferSyntax: 'implicit' },
    { modality: 'SR' },
    { modality: 'US', rows: 20, columns: 20, transferSyntax: 'rle', frames: 3, instances: 3 },
  ],
  { id: 1, key: 'mixed' },
);
const members = new Pool(pool).members;

function known(): { hashes: HashNumbers; tap: DatasetTap; room: Room } {
  const hashes = new HashNumbers();
  hashes.addPool(pool);
  const pixels = new KnownPixels();
  pixels.addPool(pool, hashes);
  const { fragmentsOf: rle } = hashes;
  const room = new Room(1e6);
  const match = new PixelMatch(pixels);
  const wants = { header: true, pixels: true, known: match, fragmentsOf: rle, valueRoom: room };
  return { hashes, tap: new DatasetTap(wants), room };
}

/** Of the sequence delimiter behind the last fragment (PS3.5 §A.4). */
const DELIMITER_BYTES = 8;

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
      for (const at of [0, 3, 1, 5, 2, 6, 4, 0, 0, 7, 9, 8, 10, 4]) {
        const prototype = members[at];
        if (!prototype?.dataset) throw new Error('not in memory');
        take(tap, prototype.dataset, prototype.share.transferSyntax, piece);
        const number = hashes.arrived(tap, prototype.share.transferSyntax);
        expect(number).toBe(hashes.expectedOf(prototype.number));
      }
    });
  }

  /** Native, one fragment, several. */
  const kinds = [1, 5, 9];

  it.each(kinds)('need no hash: %i', (at) => {
    const { tap } = known();
    const { bytes, transferSyntax } = inMemory(at);
    take(tap, bytes, transferSyntax, 300);
    expect(tap.pixelHash).toBe('');
    expect(tap.knownPixels).toBeGreaterThan(0);
  });

  it('in fragments are known however they are cut, in their own transfer syntax only', () => {
    const { tap } = known();
    const { bytes, headerBytes, transferSyntax } = inMemory(9);
    const held = Buffer.concat(
      fragmentsOf(bytes.subarray(headerBytes))
        .slice(1)
        .map((one) => one.bytes),
    );
    const [table, end] = [item(Buffer.alloc(0)), Buffer.from('feffdde000000000', 'hex')];
    const cuts = [0, 10, 12, 500, held.length].map((to, i, all) =>
      item(held.subarray(all[i - 1] ?? 0, to)),
    );
    const again = Buffer.concat([bytes.subarray(0, headerBytes), table, ...cuts, end]);
    take(tap, again, transferSyntax, 300);
    expect(tap.knownPixels).toBeGreaterThan(0);
    take(tap, again, TransferSyntax.JPEG_BASELINE, 300);
    expect(tap.knownPixels).toBe(0);
  });

  it.each(kinds)('that were cut off are changed, wherever it was: %i', (at) => {
    const { hashes, tap } = known();
    const { bytes, headerBytes, transferSyntax } = inMemory(at);
    // Before the delimiter, without which no more is amiss than that it is cut off.
    for (let end = headerBytes + 20; end < bytes.length - 8; end += 331) {
      take(tap, bytes.subarray(0, end), transferSyntax, 256);
      expect([tap.knownPixels, tap.damage]).toEqual([0, 'is cut off']);
      expect(hashes.arrived(tap, transferSyntax)).toBeLessThan(0);
    }
  });

  it.each(kinds)('with one byte changed anywhere hash as they are: %i', (at) => {
    const { hashes, tap } = known();
    const { bytes: whole, headerBytes, transferSyntax, isNative } = inMemory(at);
    const first = isNative ? 0 : fragmentsOf(whole.subarray(headerBytes))[1]?.at;
    for (let offset = headerBytes + (first ?? 0) + 8; offset < whole.length - 8; offset += 97) {
      const bytes = Buffer.from(whole);
      bytes[offset] = (bytes[offset] ?? 0) ^ 1;
      take(tap, bytes, transferSyntax, 256);
      expect(tap.knownPixels).toBe(0);
      const { pixelHash, malformed } = hashDataset(bytes, transferSyntax);
      if (malformed) expect(tap.damage).not.toBe('');
      else expect(tap.pixelHash).toBe(pixelHash);
      // Of RLE a byte may mean nothing: what it decodes to is compared.
      if (isNative) expect(hashes.arrived(tap, transferSyntax)).toBeLessThan(0);
      else if (!malformed) {
        const value = bytes.subarray(headerBytes, bytes.length - DELIMITER_BYTES);
        expect(tap.fragments?.value.equals(value)).toBe(true);
      }
    }
  });

  it('in fragments take up no room while they are those that are known', () => {
    const { tap, room } = known();
    const { bytes, headerBytes, transferSyntax } = inMemory(9);
    tap.begin(transferSyntax);
    tap.push(bytes, 0, bytes.length - 20);
    expect(room.used).toBeLessThan((bytes.length - headerBytes) / 4);
    tap.push(bytes, bytes.length - 20, bytes.length);
    tap.finish();
    expect([tap.knownPixels > 0, tap.fragments, room.used]).toEqual([true, null, 0]);
  });
});

function inMemory(at: number) {
  const prototype = members[at];
  if (!prototype?.dataset) throw new Error('not in memory');
  const { transferSyntax, headerBytes } = prototype.share;
  const isNative = transferSyntax !== TransferSyntax.RLE;
  return { bytes: prototype.dataset, transferSyntax, headerBytes, isNative };
}

/** An item of encapsulated pixel data (PS3.5 §A.4). */
function item(bytes: Buffer): Buffer {
  const header = Buffer.from('feff00e000000000', 'hex');
  header.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}
