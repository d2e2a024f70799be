// What DCMTK and GDCM compress of our images: we decompress it to the pixels that each of them does.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getValue, openDataset } from '../dicom/element/json.ts';
import { TransferSyntax } from '../dicom/element/transfer-syntax.ts';
import { initializeCodecs } from '../dicom/pixels/codecs.ts';
import { type Comparable, nativePixels } from '../dicom/pixels/native-pixels.ts';
import { fileMeta, readMeta } from '../dicom/file/part10.ts';
import { transcode } from '../dicom/pixels/transcode.ts';
import { headerFacts } from '../dicom/pool/pool-builder.ts';
import { makeInstances, type SyntheticSpec } from '../dicom/synthetic/synthetic.ts';
import { requirePeer } from './peers.ts';

const { EXPLICIT_LE } = TransferSyntax;
const folder = mkdtempSync(join(tmpdir(), 'dicomrun-decompression-'));
const SMALL = { rows: 48, columns: 40, fill: 'pattern' } as const;

/** Grey of 8 and 16 bits, colour, several frames. */
const IMAGES: Readonly<Record<string, SyntheticSpec>> = {
  grey8: { modality: 'XA', ...SMALL },
  grey16: { modality: 'CR', ...SMALL },
  colour: { modality: 'ES', ...SMALL },
  cine: { modality: 'US', frames: 3, ...SMALL },
};

type Command = readonly [command: string, ...options: string[]];

const COMPRESSORS: Readonly<Record<string, Command>> = {
  dcmcrle: ['dcmcrle'],
  'dcmcjpeg lossless SV1': ['dcmcjpeg', '+e1'],
  'dcmcjpeg lossless': ['dcmcjpeg', '+el'],
  'dcmcjpeg baseline': ['dcmcjpeg', '+eb'],
  'dcmcjpeg extended': ['dcmcjpeg', '+ee'],
  'dcmcjpls lossless': ['dcmcjpls', '+el'],
  'dcmcjpls near-lossless': ['dcmcjpls', '+en'],
  'gdcmconv rle': ['gdcmconv', '--rle'],
  'gdcmconv jpeg': ['gdcmconv', '--jpeg'],
  'gdcmconv jpeg lossy': ['gdcmconv', '--jpeg', '--lossy'],
  'gdcmconv jpeg-ls': ['gdcmconv', '--jpegls'],
  'gdcmconv jpeg2000': ['gdcmconv', '--j2k'],
  'gdcmconv jpeg2000 lossy': ['gdcmconv', '--j2k', '--lossy'],
};

/** Who decompresses what, with colour as RGB by pixel. */
const DECODERS: Readonly<Record<string, readonly Command[]>> = {
  [TransferSyntax.RLE]: [['dcmdrle'], ['gdcmconv', '--raw']],
  [TransferSyntax.JPEG_BASELINE]: [
    ['dcmdjpeg', '+cp'],
    ['gdcmconv', '--raw'],
  ],
  [TransferSyntax.JPEG_EXTENDED]: [
    ['dcmdjpeg', '+cp'],
    ['gdcmconv', '--raw'],
  ],
  [TransferSyntax.JPEG_LOSSLESS]: [
    ['dcmdjpeg', '+cn'],
    ['gdcmconv', '--raw'],
  ],
  [TransferSyntax.JPEG_LOSSLESS_SV1]: [
    ['dcmdjpeg', '+cn'],
    ['gdcmconv', '--raw'],
  ],
  [TransferSyntax.JPEG_LS_LOSSLESS]: [['dcmdjpls'], ['gdcmconv', '--raw']],
  [TransferSyntax.JPEG_LS_LOSSY]: [['dcmdjpls'], ['gdcmconv', '--raw']],
  [TransferSyntax.JPEG_2000_LOSSLESS]: [['gdcmconv', '--raw']],
  [TransferSyntax.JPEG_2000]: [['gdcmconv', '--raw']],
};

function read(file: string): Comparable {
  const bytes = readFileSync(file);
  const { transferSyntax, datasetOffset } = readMeta(bytes);
  return { dataset: bytes.subarray(datasetOffset), transferSyntax };
}

function run([command, ...options]: Command, from: string, to: string): void {
  const { status, stderr } = spawnSync(command, [...options, from, to], { encoding: 'latin1' });
  expect(`${status ?? 1} ${stderr}`, `${command} ${options.join(' ')}`).toMatch(/^0 /);
}

/** How far apart the samples are; where the colours are told otherwise, what they are. */
function differenceOf(ours: Comparable, theirs: Comparable): number | string {
  const value = (of: Comparable, name: string): string =>
    String(getValue(openDataset(of.dataset, of.transferSyntax), name));
  const colours = [ours, theirs].map((of) => value(of, 'PhotometricInterpretation'));
  if (colours[0] !== colours[1]) return colours.join(' and ');
  const [a, b] = [nativePixels(ours), nativePixels(theirs)];
  if (a === null || b === null || a.length !== b.length) return 'sizes';
  const step = Number(value(ours, 'BitsAllocated')) / 8;
  let most = 0;
  for (let i = 0; i < a.length; i += step) {
    most = Math.max(most, Math.abs(a.readUIntLE(i, step) - b.readUIntLE(i, step)));
  }
  return most;
}

beforeAll(async () => {
  await initializeCodecs();
  for (const [name, spec] of Object.entries(IMAGES)) {
    const [one] = makeInstances(spec);
    if (!one?.dataset) throw new Error(`${name}: not made`);
    const { sopClass, sopInstance } = headerFacts(one.dataset, one.transferSyntax);
    const meta = fileMeta(sopClass, sopInstance, one.transferSyntax);
    writeFileSync(join(folder, name), Buffer.concat([meta, one.dataset]));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** GDCM makes a DCT of 16 bits, which JPEG has not; DCMTK does not read it either. */
const NO_JPEG = /lossy JPEG has 8 or 12 bits .* this says 16/;

describe.skipIf(!requirePeer('dcmcjpeg', 'dcmcrle', 'gdcmconv'))('decompression', () => {
  for (const [compressor, command] of Object.entries(COMPRESSORS)) {
    it(`of what ${compressor} makes is that of DCMTK and GDCM`, () => {
      for (const name of Object.keys(IMAGES)) {
        const packed = join(folder, `${name} ${compressor}`);
        run(command, join(folder, name), packed);
        const theirs = read(packed);
        const decompress = (): Comparable =>
          transcode(theirs.dataset, theirs.transferSyntax, EXPLICIT_LE);
        if (compressor === 'gdcmconv jpeg lossy' && name === 'grey16') {
          expect(decompress).toThrow(NO_JPEG);
          continue;
        }
        const ours = decompress();
        const answers = (DECODERS[theirs.transferSyntax] ?? []).map((decoder) => {
          const out = `${packed} ${decoder[0]}`;
          run(decoder, packed, out);
          return differenceOf(ours, read(out));
        });
        // GDCM leaves YBR as it is where DCMTK and we make RGB of it.
        const others = answers.filter((one) => one !== 'RGB and YBR_FULL');
        expect(others.length, name).toBeGreaterThan(0);
        expect(new Set(others), name).toEqual(new Set([0]));
      }
    });
  }
});
