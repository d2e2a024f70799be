import { beforeAll, describe, expect, it } from 'vitest';
import { compileEdits, type Edits } from '../edit/edits.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { elementHeader } from '../element/element-header.ts';
import { getValue, openDataset } from '../element/json.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';
import { makeInstances } from '../synthetic/synthetic.ts';
import { initializeCodecs } from './codecs.ts';
import { diffDatasets } from '../file/diff.ts';
import { type Comparable, comparePixels, nativePixels } from './native-pixels.ts';
import { transcode } from './transcode.ts';

const { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE } = TransferSyntax;
const WITHOUT_CODEC = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE, RLE];
const WITH_CODEC = [
  TransferSyntax.JPEG_LOSSLESS_SV1,
  TransferSyntax.JPEG_LS_LOSSLESS,
  TransferSyntax.JPEG_2000_LOSSLESS,
];

beforeAll(initializeCodecs);

function image(modality: string, edits: Edits = {}, fill: 'noise' | 'pattern' = 'noise'): Buffer {
  const [one] = makeInstances({
    modality,
    rows: 15,
    columns: 13,
    frames: modality === 'CT' ? 1 : 2,
    fill,
  });
  return patchHeader(one?.dataset ?? Buffer.alloc(0), EXPLICIT_LE, compileEdits(edits));
}

function inSyntax(dataset: Buffer, to: string): Comparable {
  return transcode(dataset, EXPLICIT_LE, to);
}

/** One bit of the last pixel but a few is another. */
function damaged(dataset: Buffer): Buffer {
  const copy = Buffer.from(dataset);
  copy[copy.length - 9] = (copy[copy.length - 9] ?? 0) ^ 1;
  return copy;
}

describe('pixels in another transfer syntax', () => {
  for (const modality of ['CT', 'US', 'XA']) {
    const dataset = image(modality);
    for (const to of [...WITHOUT_CODEC, ...WITH_CODEC]) {
      it(`are the same ones, or changed ones: ${modality} in ${to}`, () => {
        const sent = { dataset, transferSyntax: EXPLICIT_LE };
        expect(comparePixels(sent, inSyntax(dataset, to))).toBe('same');
        expect(comparePixels(inSyntax(damaged(dataset), to), sent)).toBe('changed');
        expect(comparePixels(inSyntax(dataset, to), inSyntax(dataset, RLE))).toBe('same');
      });
    }
  }

  it('are the same by plane and by pixel, and whatever pads them', () => {
    const dataset = image('US');
    const planes = Buffer.from(
      patchHeader(dataset, EXPLICIT_LE, compileEdits({ PlanarConfiguration: 1 })),
    );
    const [frame, pixels] = [15 * 13 * 3, 15 * 13];
    const at = planes.length - 2 * frame;
    for (let i = 0; i < 2 * frame; i++) {
      const [of, inFrame] = [Math.floor(i / frame), i % frame];
      const from = of * frame + (inFrame % pixels) * 3 + Math.floor(inFrame / pixels);
      planes[at + i] = dataset[dataset.length - 2 * frame + from] ?? 0;
    }
    const by = (bytes: Buffer): Comparable => ({
      dataset: bytes,
      transferSyntax: EXPLICIT_LE,
    });
    expect(comparePixels(by(dataset), by(planes))).toBe('same');
    expect(nativePixels(by(dataset))?.length).toBe(2 * frame);
    const odd = patchHeader(image('US'), EXPLICIT_LE, compileEdits({ NumberOfFrames: '1' }));
    const padded = Buffer.from(odd);
    padded[odd.length - 1] = 0x55;
    expect(comparePixels(by(odd), by(padded))).toBe('same');
  });

  it('are not judged where a lossy or an unknown codec stands between them', () => {
    const dataset = image('US');
    const sent = { dataset, transferSyntax: EXPLICIT_LE };
    const lossy = inSyntax(dataset, TransferSyntax.JPEG_BASELINE);
    expect(comparePixels(sent, lossy)).toBe('incomparable');
    expect(comparePixels(lossy, lossy)).toBe('same');
    const unknown = {
      ...inSyntax(dataset, RLE),
      transferSyntax: '1.2.840.10008.1.2.4.102',
    };
    expect(comparePixels(sent, unknown)).toBe('incomparable');
    expect(comparePixels({ ...sent, dataset: dataset.subarray(0, 500) }, sent)).toBe('changed');
  });
});

describe('US or SS', () => {
  const signed = {
    PixelRepresentation: 1,
    PixelPaddingValue: { vr: 'SS', value: -2000 },
  } as const;

  it('is what Pixel Representation says in implicit VR, also in sequences, also when edited', () => {
    const mapped = { RealWorldValueFirstValueMapped: { vr: 'SS', value: -5 } };
    const edits = { ...signed, RealWorldValueMappingSequence: [mapped] };
    const { dataset } = inSyntax(image('CT', edits), IMPLICIT_LE);
    const open = openDataset(dataset, IMPLICIT_LE);
    expect(getValue(open, 'PixelPaddingValue')).toBe(-2000);
    const inside = 'RealWorldValueMappingSequence[0].RealWorldValueFirstValueMapped';
    expect(getValue(open, inside)).toBe(-5);
    const set = patchHeader(dataset, IMPLICIT_LE, compileEdits({ PixelPaddingValue: -1024 }));
    expect(getValue(openDataset(set, IMPLICIT_LE), 'PixelPaddingValue')).toBe(-1024);
    const unsigned = patchHeader(dataset, IMPLICIT_LE, compileEdits({ PixelRepresentation: 0 }));
    expect(getValue(openDataset(unsigned, IMPLICIT_LE), 'PixelPaddingValue')).toBe(63536);
  });

  it('is no difference between a data set and itself in another syntax', () => {
    const dataset = image('CT', signed);
    for (const to of WITHOUT_CODEC) {
      const diff = diffDatasets({ dataset, transferSyntax: EXPLICIT_LE }, inSyntax(dataset, to));
      expect(diff.differences.filter(({ path }) => path === 'PixelPaddingValue')).toEqual([]);
    }
  });
});

describe('elements whose VR one side does not know', () => {
  const own = {
    '0029,0010': 'SYNTHETIC',
    '0029,1001': { vr: 'LO', value: 'some text' },
    '0029,1002': { vr: 'US', value: [1, 2] },
    '0029,1003': { vr: 'DS', value: '1.5' },
    '0029,1004': { vr: 'FD', value: 0.5 },
  } as const;

  it('are compared by their bytes', () => {
    const dataset = image('CT', own);
    const explicit = { dataset, transferSyntax: EXPLICIT_LE };
    for (const to of WITHOUT_CODEC) {
      expect(diffDatasets(explicit, inSyntax(dataset, to)).differences).toEqual([]);
      expect(diffDatasets(inSyntax(dataset, to), explicit).differences).toEqual([]);
    }
    const other = image('CT', {
      ...own,
      '0029,1001': { vr: 'LO', value: 'other text' },
    });
    const { differences } = diffDatasets(explicit, inSyntax(other, IMPLICIT_LE));
    expect(differences.map(({ path }) => path)).toEqual(['00291001']);
  });

  it('may be sequences', () => {
    const encoding = encodingOf(EXPLICIT_LE);
    const inner = { ...encoding, explicit: false };
    const text = Buffer.from('ab');
    const item = (of: typeof encoding): Buffer => {
      const element = Buffer.concat([elementHeader(0x00291101, 'LO', 2, of), text]);
      return Buffer.concat([elementHeader(0xfffee000, '', element.length, inner), element]);
    };
    const sequence = (vr: string, of: typeof encoding): Comparable => {
      const value = item(of);
      const head = elementHeader(0x00291010, vr, value.length, encoding);
      return {
        dataset: Buffer.concat([head, value]),
        transferSyntax: EXPLICIT_LE,
      };
    };
    const [known, unknown] = [sequence('SQ', encoding), sequence('UN', inner)];
    expect(diffDatasets(known, unknown).differences).toEqual([]);
    expect(diffDatasets(unknown, known).differences).toEqual([]);
    text[1] = 0x63;
    expect(diffDatasets(known, sequence('UN', inner)).differences).toHaveLength(1);
  });
});
