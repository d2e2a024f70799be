import { beforeAll, describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, initializeCodecs } from './codecs.ts';
import { hashDataset } from '../file/hash.ts';
import { getValue, openDataset } from '../element/json.ts';
import { padOddDataset } from '../element/pad-odd.ts';
import { decodeRle, encodeRle } from './rle.ts';
import { makeInstances } from '../synthetic/synthetic.ts';
import { framesOf, transcode } from './transcode.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';

const { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE } = TransferSyntax;

beforeAll(initializeCodecs);

/** A JPEG image without its APPn segments. */
function withoutApplicationMarkers(jpeg: Buffer): Buffer {
  const parts = [jpeg.subarray(0, 2)];
  let at = 2;
  for (; jpeg.readUInt16BE(at) !== 0xffda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const isApp = (jpeg.readUInt16BE(at) & 0xfff0) === 0xffe0;
    if (!isApp) parts.push(jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2)));
  }
  return Buffer.concat([...parts, jpeg.subarray(at)]);
}

function native(modality: string): Buffer {
  const [one] = makeInstances({ modality, rows: 33, columns: 31, frames: 2, fill: 'pattern' });
  return one?.dataset ?? Buffer.alloc(0);
}

describe('transcoding', () => {
  const LOSSLESS = [
    IMPLICIT_LE,
    EXPLICIT_BE,
    DEFLATED_LE,
    RLE,
    TransferSyntax.JPEG_LOSSLESS_SV1,
    TransferSyntax.JPEG_LS_LOSSLESS,
    TransferSyntax.JPEG_2000_LOSSLESS,
  ];
  for (const syntax of LOSSLESS) {
    for (const modality of ['US', 'XA']) {
      it(`to ${syntax} and back gives the same pixels of ${modality}`, () => {
        const dataset = native(modality);
        const there = transcode(dataset, EXPLICIT_LE, syntax);
        const back = transcode(there.dataset, syntax, EXPLICIT_LE);
        const hash = (bytes: Buffer): string => hashDataset(bytes, EXPLICIT_LE).pixelHash;
        expect(hash(back.dataset)).toBe(hash(dataset));
        const open = openDataset(back.dataset, EXPLICIT_LE);
        expect(getValue(open, 'PhotometricInterpretation')).toBe(
          modality === 'US' ? 'RGB' : 'MONOCHROME2',
        );
      });
    }
  }

  it('to an uncompressed encoding and back is the same byte for byte', () => {
    for (const modality of ['CT', 'SR', 'SM', 'NM']) {
      const [one] = makeInstances({ modality, rows: 16, columns: 16 });
      const dataset = one?.dataset ?? Buffer.alloc(0);
      for (const syntax of [IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE]) {
        // why: implicit VR does not say whether 8-bit pixels were OB or OW
        if (modality === 'SM' && syntax === IMPLICIT_LE) continue;
        const there = transcode(dataset, EXPLICIT_LE, syntax).dataset;
        expect(transcode(there, syntax, EXPLICIT_LE).dataset.equals(dataset)).toBe(true);
      }
    }
  });

  it('takes three JPEG components for what the data set says where no marker says otherwise', () => {
    const shape = {
      rows: 8,
      columns: 8,
      samples: 3,
      bitsAllocated: 8,
      bitsStored: 8,
      frames: 1,
    } as const;
    const grey = Buffer.alloc(8 * 8 * 3, 244);
    const jpeg = { transferSyntax: TransferSyntax.JPEG_BASELINE };
    const encoded = encodeFrame(grey, shape, { ...jpeg, photometric: 'RGB' });
    // the frame holds YCbCr: without its marker and called RGB, nothing is converted
    const bare = withoutApplicationMarkers(encoded.bytes);
    expect(bare.length).toBeLessThan(encoded.bytes.length);
    const plain = decodeFrame(bare, shape, { ...jpeg, photometric: 'RGB' });
    expect([...plain.bytes.subarray(0, 3)]).toEqual([244, 128, 128]);
    const converted = decodeFrame(bare, shape, { ...jpeg, photometric: 'YBR_FULL_422' });
    expect([...converted.bytes.subarray(0, 3)]).toEqual([244, 244, 244]);
  });

  it('says what it cannot do', () => {
    expect(() => transcode(native('US'), EXPLICIT_LE, '1.2.840.10008.1.2.4.100')).toThrow(
      /no encoder/,
    );
    const [ct] = makeInstances({ modality: 'CT', rows: 8, columns: 8 });
    expect(() =>
      transcode(ct?.dataset ?? Buffer.alloc(0), EXPLICIT_LE, TransferSyntax.JPEG_BASELINE),
    ).toThrow(/takes up to 8 bits, not 12/);
  });

  it('puts the fragments of a frame together', () => {
    const item = (text: string): string =>
      `feff00e0${Buffer.from([text.length, 0, 0, 0]).toString('hex')}${Buffer.from(text).toString('hex')}`;
    const table = (...at: number[]): string =>
      item(at.map((one) => String.fromCharCode(one, 0, 0, 0)).join(''));
    const frames = (value: string, count: number): string[] =>
      framesOf(Buffer.from(value, 'hex'), count).map(String);
    expect(frames(table(0, 20) + item('ab') + item('cd') + item('ef'), 2)).toEqual(['abcd', 'ef']);
    expect(frames(item('') + item('ab') + item('cd'), 2)).toEqual(['ab', 'cd']);
    expect(frames(item('') + item('ab') + item('cd'), 1)).toEqual(['abcd']);
    expect(() => frames(item('') + item('ab') + item('cd') + item('ef'), 2)).toThrow(
      /no offset table/,
    );
  });
});

describe('RLE', () => {
  it('packs runs and literals of any length', () => {
    for (const length of [1, 2, 3, 127, 128, 129, 300]) {
      const runs = Buffer.alloc(length, 7);
      const literals = Buffer.from(Array.from({ length }, (_, i) => i & 0xff));
      for (const frame of [runs, literals, Buffer.concat([runs, literals, runs])]) {
        const encoded = encodeRle(frame, 1, 1);
        expect(encoded.length % 2).toBe(0);
        expect(decodeRle(encoded, 1, 1, frame.length).equals(frame)).toBe(true);
      }
    }
  });
});

describe('odd values', () => {
  it('are padded, lengths around them follow', () => {
    const dataset = Buffer.from(
      '08001800' +
        '5549' +
        '0300' +
        '312e32' +
        '40007502' +
        '5351' +
        '0000' +
        '13000000' +
        'feff00e0' +
        '0b000000' +
        '40000700' +
        '4c4f' +
        '0300' +
        '616263' +
        'e07f1000' +
        '4f42' +
        '0000' +
        '01000000' +
        'ff',
      'hex',
    );
    expect(padOddDataset(dataset, EXPLICIT_LE).toString('hex')).toBe(
      '08001800' +
        '5549' +
        '0400' +
        '312e3200' +
        '40007502' +
        '5351' +
        '0000' +
        '14000000' +
        'feff00e0' +
        '0c000000' +
        '40000700' +
        '4c4f' +
        '0400' +
        '61626320' +
        'e07f1000' +
        '4f42' +
        '0000' +
        '02000000' +
        'ff00',
    );
  });
});
