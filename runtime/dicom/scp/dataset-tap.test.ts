import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Room } from '../collected.ts';
import { DatasetTap } from './dataset-tap.ts';

const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const BIG = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const RLE = '1.2.840.10008.1.2.5';

function hex(...parts: string[]): Buffer {
  return Buffer.from(parts.join('').replace(/\s/g, ''), 'hex');
}

function plainOf(deflated: Buffer): Buffer | null {
  try {
    return inflateRawSync(deflated);
  } catch {
    return null; // damaged
  }
}

function sha(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const PIXELS = Buffer.from(Array.from({ length: 40 }, (_, i) => i));
// An item delimiter and a pixel data tag inside values must not confuse the search.
const TRAP = 'e07f 1000 4f57 0000 0400 0000 feff 0de0 0000 0000';

const explicit = Buffer.concat([
  hex('0800 0500 4353 0a00 49534f5f495220313020'), // (0008,0005) CS
  hex('0800 4011 5351 0000 ffffffff'), // (0008,1140) SQ, undefined length
  hex('feff00e0 ffffffff', '0800 5511 5549 0200 3100', 'feff0de0 00000000'),
  hex('feff00e0 0a000000', '0800 5511 5549 0200 3200'),
  hex('feffdde0 00000000'),
  hex('0900 1010 554e 0000 14000000', TRAP), // (0009,1010) UN
  hex('0900 1110 554e 0000 ffffffff'), // UN of undefined length: implicit inside
  hex('feff00e0 0a000000', '0800 5011 02000000 3100', 'feffdde0 00000000'),
]);

const cases: readonly (readonly [string, string, Buffer, Buffer, Buffer])[] = [
  ['explicit', EXPLICIT, explicit, hex('e07f 1000 4f57 0000 28000000'), PIXELS],
  ['implicit', IMPLICIT, hex('0800 1600 02000000 3100'), hex('e07f1000 28000000'), PIXELS],
  ['big endian', BIG, hex('0008 0016 5549 0002 3100'), hex('7fe0 0010 4f57 0000 00000028'), PIXELS],
];

describe('DatasetTap', () => {
  for (const [name, syntax, header, element, pixels] of cases) {
    it(`finds header and pixels in ${name}, cut at every offset`, () => {
      const padding = name === 'explicit' ? hex('fcff fcff 4f42 0000 04000000 00000000') : hex('');
      const bytes = Buffer.concat([header, element, pixels, padding]);
      const tap = new DatasetTap({ header: true, pixels: true });
      for (let cut = 0; cut <= bytes.length; cut++) {
        tap.begin(syntax);
        tap.push(bytes, 0, cut);
        tap.push(bytes, cut, bytes.length);
        tap.finish();
        expect(tap.header?.equals(Buffer.concat([header, element]))).toBe(true);
        expect(tap.pixelHash).toBe(sha(pixels));
        expect(tap.bytes).toBe(bytes.length);
      }
    });
  }

  it('hashes what fragments hold, without the offset table, byte by byte', () => {
    const header = hex('0800 1600 5549 0200 3100', 'e07f 1000 4f42 0000 ffffffff');
    const items = hex(
      'feff00e0 04000000 00000000',
      'feff00e0 06000000 010203040506',
      'feff00e0 02000000 0708',
    );
    const bytes = Buffer.concat([header, items, hex('feffdde0 00000000')]);
    const tap = new DatasetTap({ header: true, pixels: true });
    tap.begin(RLE);
    for (let at = 0; at < bytes.length; at++) tap.push(bytes, at, at + 1);
    tap.finish();
    expect(tap.header?.equals(header)).toBe(true);
    expect(tap.pixelHash).toBe(sha(hex('0102030405060708')));
  });

  it('inflates what came deflated, and tells it apart from what is damaged', () => {
    const element = hex('e07f 1000 4f57 0000 28000000');
    const deflated = deflateRawSync(Buffer.concat([explicit, element, PIXELS]));
    const bytes = Buffer.concat([deflated, hex('00')].slice(0, 1 + (deflated.length % 2)));
    const tap = new DatasetTap({ header: true, pixels: true });
    const hashOf = (sent: Buffer): string => {
      tap.begin(DEFLATED);
      for (let at = 0; at < sent.length; at++) tap.push(sent, at, at + 1);
      tap.finish();
      expect(tap.header?.equals(sent)).toBe(true);
      return tap.pixelHash;
    };
    expect(hashOf(bytes)).toBe(sha(PIXELS));
    for (let at = 0; at < deflated.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      // Damage to the header alone may leave the pixels as they were; then they are what came.
      const hash = hashOf(damaged);
      if (hash === sha(PIXELS)) expect(plainOf(damaged)?.includes(PIXELS)).toBe(true);
    }
    expect(hashOf(bytes.subarray(0, bytes.length - 12))).not.toBe(sha(PIXELS));
  });

  it('only counts a deflated data set that becomes too large', () => {
    const tap = new DatasetTap({ header: false, pixels: true });
    const bomb = deflateRawSync(Buffer.alloc(257 * 1024 ** 2), { level: 1 });
    tap.begin(DEFLATED);
    tap.push(bomb, 0, bomb.length);
    tap.finish();
    expect([tap.pixelHash, tap.bytes]).toEqual(['', bomb.length]);
  }, 60_000);

  it('keeps all of a data set without pixels', () => {
    const tap = new DatasetTap({ header: true, pixels: true });
    const bytes = cases[1]?.[2] ?? hex('');
    tap.begin(IMPLICIT);
    tap.push(bytes, 0, 3);
    tap.push(bytes, 3, bytes.length);
    tap.finish();
    expect(tap.header?.equals(bytes)).toBe(true);
    expect(tap.pixelHash).toBe('');
  });

  it('gives up on what is no data set, and still counts it', () => {
    const tap = new DatasetTap({ header: true, pixels: true });
    const bytes = hex('feff00e0 00000000 feff00e0 00000000');
    tap.begin(EXPLICIT);
    tap.push(bytes, 0, bytes.length);
    tap.finish();
    expect([tap.header, tap.pixelHash, tap.bytes]).toEqual([bytes, '', 16]);
    expect(tap.damage).toBe('cannot be read in its transfer syntax');
  });

  it.each([
    ['a header', EXPLICIT, explicit.subarray(0, 60)],
    ['a deflated data set', DEFLATED, deflateRawSync(explicit).subarray(0, 60)],
    [
      'fragments',
      RLE,
      hex(
        '0800 1600 5549 0200 3100',
        'e07f 1000 4f42 0000 ffffffff feff00e0 00000000 feff00e0 08000000 01',
      ),
    ],
  ])('gives back the room of %s that does not come to its end', (_of, syntax, bytes) => {
    const room = new Room(10_000);
    const wants = { header: true, pixels: true, fragmentsOf: RLE, room, valueRoom: room };
    const tap = new DatasetTap(wants);
    tap.begin(syntax);
    for (let at = 0; at < bytes.length; at += 7)
      tap.push(bytes, at, Math.min(at + 7, bytes.length));
    expect(room.used).toBeGreaterThan(0);
    tap.drop();
    expect(room.used).toBe(0);
  });

  it('is used again without remembering', () => {
    const tap = new DatasetTap({ header: true, pixels: true });
    const [, , header, element] = cases[0] ?? [];
    const first = Buffer.concat([header ?? hex(''), element ?? hex(''), PIXELS]);
    tap.begin(EXPLICIT);
    tap.push(first, 0, 30);
    tap.begin(EXPLICIT);
    tap.push(first, 0, first.length);
    tap.finish();
    expect(tap.pixelHash).toBe(sha(PIXELS));
    expect(tap.bytes).toBe(first.length);
  });
});
