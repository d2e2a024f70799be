// Pixels that come in another form than they were sent in.
import { beforeAll, describe, expect, it } from 'vitest';
import { TransferSyntax as TS } from '../../../dicom/element/transfer-syntax.ts';
import { initializeCodecs } from '../../../dicom/pixels/codecs.ts';
import { transcode } from '../../../dicom/pixels/transcode.ts';
import { Pool } from '../../../dicom/pool/prototype.ts';
import { DatasetTap } from '../../../dicom/scp/dataset-tap.ts';
import { syntheticPool } from '../../../dicom/synthetic/synthetic.ts';
import type { SyntheticSpec } from '../../../dicom/synthetic/synthetic.ts';
import { Comparison, HashNumbers } from './hashes.ts';
import { KnownPixels, PixelMatch } from './known-pixels.ts';

/** What an account says of what was sent as `sent` and came as `came`. */
function judge(spec: SyntheticSpec, came: string, harm?: (dataset: Buffer) => Buffer) {
  const pool = syntheticPool(spec, { id: 1, key: 'one' });
  const [prototype] = new Pool(pool).members;
  if (prototype === undefined) throw new Error('no prototype');
  const hashes = new HashNumbers();
  hashes.addPool(pool);
  const pixels = new KnownPixels();
  pixels.addPool(pool, hashes);
  const known = new PixelMatch(pixels);
  const { fragmentsOf } = hashes;
  const tap = new DatasetTap({ header: false, pixels: true, known, fragmentsOf });
  const { dataset } = transcode(prototype.read(), prototype.share.transferSyntax, came);
  tap.begin(came);
  const bytes = harm?.(Buffer.from(dataset)) ?? dataset;
  for (let at = 0; at < bytes.length; at += 333)
    tap.push(bytes, at, Math.min(at + 333, bytes.length));
  tap.finish();
  return hashes.compare(prototype.number, hashes.arrived(tap, came), hashes.formOf(tap, came));
}

const flipped = (bytes: Buffer): Buffer => {
  const at = bytes.length - 12;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

beforeAll(() => initializeCodecs());

describe('pixels that come in another form', () => {
  const CT = { modality: 'CT', rows: 16, columns: 15 } as const;
  const US = { modality: 'US', rows: 15, columns: 15 } as const;
  const native = [TS.IMPLICIT_LE, TS.EXPLICIT_LE, TS.EXPLICIT_BE, TS.DEFLATED_LE];
  const sent = ['implicit', 'explicit', 'big-endian', 'rle', 'deflated'] as const;
  for (const spec of [CT, US]) {
    for (const transferSyntax of sent) {
      it(`${spec.modality} sent as ${transferSyntax} is right in every form that can be compared`, () => {
        const one = { ...spec, transferSyntax };
        // Of a deflated one the pixels are compared where they come native.
        const forms =
          transferSyntax === 'deflated' ? [TS.EXPLICIT_LE, TS.DEFLATED_LE] : [...native, TS.RLE];
        for (const form of forms) expect(judge(one, form), form).toBe(Comparison.EQUAL);
      });
      it(`${spec.modality} sent as ${transferSyntax} is changed by one bit, or none there`, () => {
        const one = { ...spec, transferSyntax };
        for (const form of [TS.EXPLICIT_LE, TS.IMPLICIT_LE]) {
          expect(judge(one, form, flipped), form).toBe(Comparison.CHANGED);
          const cut = (bytes: Buffer) => bytes.subarray(0, 100);
          expect(judge(one, form, cut), form).toBe(Comparison.CHANGED);
        }
      });
    }
  }

  it('compressed by a codec are neither right nor changed, unless in the same one', () => {
    const jpeg = { ...US, transferSyntax: 'jpeg' } as const;
    expect(judge(jpeg, TS.JPEG_BASELINE)).toBe(Comparison.EQUAL);
    expect(judge(jpeg, TS.JPEG_BASELINE, flipped)).toBe(Comparison.CHANGED);
    expect(judge(jpeg, TS.EXPLICIT_LE)).toBe(Comparison.RECODED);
    expect(judge(CT, TS.JPEG_LS_LOSSLESS)).toBe(Comparison.RECODED);
  });

  it('in the byte order of the other kind are changed', () => {
    const swap = (bytes: Buffer): Buffer => {
      bytes.subarray(bytes.length - 16 * 15 * 2).swap16();
      return bytes;
    };
    expect(judge(CT, TS.EXPLICIT_BE, swap)).toBe(Comparison.CHANGED);
  });

  it('are not needed where none were sent', () => {
    expect(judge({ modality: 'SR' }, TS.IMPLICIT_LE)).toBe(Comparison.EQUAL);
  });
});
