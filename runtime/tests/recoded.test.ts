// What toolkits make of an image without changing its pixels is unchanged: in the account, and in
// `dump --diff`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Comparison, HashNumbers } from '../acceptors/account/pixels/hashes.ts';
import { KnownPixels, PixelMatch } from '../acceptors/account/pixels/known-pixels.ts';
import { compileEdits } from '../dicom/edit/edits.ts';
import { patchHeader } from '../dicom/edit/header-patch.ts';
import { initializeCodecs } from '../dicom/pixels/codecs.ts';
import { fragmentsOf } from '../dicom/pixels/fragments.ts';
import { type Comparable, comparePixels } from '../dicom/pixels/native-pixels.ts';
import { fileMeta, readMeta } from '../dicom/file/part10.ts';
import { byPlane, pixelsOf } from '../dicom/pixels/transcode.ts';
import { headerFacts, PoolBuilder, pixelValue } from '../dicom/pool/pool-builder.ts';
import { Pool } from '../dicom/pool/prototype.ts';
import { DatasetTap } from '../dicom/scp/dataset-tap.ts';
import { makeInstances } from '../dicom/synthetic/synthetic.ts';
import { requirePeer } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'dicomrun-recoded-'));
const EXPLICIT = '1.2.840.10008.1.2.1';
const PIXEL_BYTES = 64 * 96 * 3 * 2;

const path = (name: string): string => join(folder, `${name}.dcm`);

function read(name: string): Comparable {
  const bytes = readFileSync(path(name));
  const { transferSyntax, datasetOffset } = readMeta(bytes);
  return { dataset: bytes.subarray(datasetOffset), transferSyntax };
}

function write(name: string, { dataset, transferSyntax }: Comparable): void {
  const { sopClass, sopInstance } = headerFacts(dataset, transferSyntax);
  const meta = fileMeta(sopClass, sopInstance, transferSyntax);
  writeFileSync(path(name), Buffer.concat([meta, dataset]));
}

/** Runs a tool of DCMTK from one file to another. */
function make(from: string, to: string, command: string, ...options: readonly string[]): void {
  const args = ['-q', ...options, path(from), path(to)];
  const { status, stderr } = spawnSync(command, args, { encoding: 'latin1' });
  expect(`${status ?? 1} ${stderr}`, `${command} ${args.join(' ')}`).toBe('0 ');
}

/** What the account says of what was sent as one file and came as another. */
function judged(sent: Comparable, came: Comparable): Comparison {
  const expectedBytes = sent.dataset.length;
  const builder = new PoolBuilder({ id: 1, key: 'sent', expectedBytes });
  builder.addDataset(sent.dataset, {
    transferSyntax: sent.transferSyntax,
    origin: 'sent',
  });
  const pool = builder.share();
  const hashes = new HashNumbers();
  hashes.addPool(pool);
  const pixels = new KnownPixels();
  pixels.addPool(pool, hashes);
  const { fragmentsOf: kept, needsHeaders } = hashes;
  const known = new PixelMatch(pixels);
  const tap = new DatasetTap({
    header: needsHeaders,
    pixels: true,
    known,
    fragmentsOf: kept,
  });
  tap.begin(came.transferSyntax);
  for (let at = 0; at < came.dataset.length; at += 1000) {
    tap.push(came.dataset, at, Math.min(at + 1000, came.dataset.length));
  }
  tap.finish();
  const [prototype] = new Pool(pool).members;
  const form = hashes.formOf(tap, came.transferSyntax);
  return hashes.compare(prototype?.number ?? 0, hashes.arrived(tap, came.transferSyntax), form);
}

/** One bit of its last pixels but a few is another. */
function damaged({ dataset, transferSyntax }: Comparable): Comparable {
  const copy = Buffer.from(dataset);
  const at = copy.length - 60;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return { dataset: copy, transferSyntax };
}

function fragments({ dataset, transferSyntax }: Comparable): number {
  const value = pixelValue(dataset, headerFacts(dataset, transferSyntax), transferSyntax);
  return fragmentsOf(value ?? Buffer.alloc(0)).length - 1;
}

beforeAll(async () => {
  await initializeCodecs();
  const [one] = makeInstances({
    modality: 'US',
    rows: 64,
    columns: 96,
    frames: 2,
    fill: 'noise',
  });
  const dataset = one?.dataset ?? Buffer.alloc(0);
  write('pixels', { dataset, transferSyntax: EXPLICIT });
  const at = dataset.length - PIXEL_BYTES;
  const head = patchHeader(
    dataset.subarray(0, at),
    EXPLICIT,
    compileEdits({ PlanarConfiguration: 1 }),
  );
  const planes = byPlane(dataset.subarray(at), pixelsOf(dataset).shape);
  write('planes', {
    dataset: Buffer.concat([head, planes]),
    transferSyntax: EXPLICIT,
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.skipIf(!requirePeer('dcmcrle', 'dcmdrle', 'dcmconv'))('colour by plane', () => {
  it('is the same in RLE and by pixel, whichever was sent', () => {
    make('planes', 'rle', 'dcmcrle');
    make('pixels', 'other-rle', 'dcmcrle');
    make('rle', 'decoded', 'dcmdrle');
    make('planes', 'big', 'dcmconv', '+tb');
    make('planes', 'implicit', 'dcmconv', '+ti');
    const names = ['pixels', 'planes', 'rle', 'other-rle', 'decoded', 'big', 'implicit'];
    const planar = names.filter((name) => {
      const { dataset, transferSyntax } = read(name);
      return transferSyntax !== '1.2.840.10008.1.2.5' && pixelsOf(dataset, transferSyntax).planar;
    });
    expect(planar).toEqual(['planes', 'decoded', 'big', 'implicit']);
    for (const sent of names) {
      for (const came of names) {
        const what = `${sent} as ${came}`;
        expect(judged(read(sent), read(came)), what).toBe(Comparison.EQUAL);
        expect(comparePixels(read(sent), read(came)), what).toBe('same');
        if (came.endsWith('rle')) continue;
        expect(judged(read(sent), damaged(read(came))), what).toBe(Comparison.CHANGED);
        expect(comparePixels(read(sent), damaged(read(came))), what).toBe('changed');
      }
    }
  });

  it('with an attribute that says otherwise than its bytes is not', () => {
    const { dataset } = read('planes');
    const wrong = patchHeader(dataset, EXPLICIT, compileEdits({ PlanarConfiguration: 0 }));
    const came = { dataset: wrong, transferSyntax: EXPLICIT };
    expect(judged(read('pixels'), came)).toBe(Comparison.CHANGED);
    expect(comparePixels(read('pixels'), came)).toBe('changed');
  });
});

describe.skipIf(!requirePeer('dcmcjpeg', 'dcmcrle'))('fragments', () => {
  const coders = {
    'lossy JPEG': ['dcmcjpeg', '+eb'],
    'lossless JPEG': ['dcmcjpeg', '+e1'],
    RLE: ['dcmcrle'],
  } as const;
  for (const [name, [command, ...options]] of Object.entries(coders)) {
    it(`of ${name} may be cut in any way, with and without an offset table`, () => {
      make('pixels', 'whole', command, ...options);
      make('pixels', 'cut', command, ...options, '+fs', '1', '+ot');
      make('pixels', 'no-table', command, ...options, '-ot');
      const [whole, cut, table] = [read('whole'), read('cut'), read('no-table')];
      expect(fragments(whole)).toBe(2);
      expect(fragments(cut)).toBeGreaterThan(4);
      expect(cut.transferSyntax).toBe(whole.transferSyntax);
      for (const [sent, came] of [
        [whole, cut],
        [cut, whole],
        [whole, table],
        [cut, table],
      ] as const) {
        expect(judged(sent, came)).toBe(Comparison.EQUAL);
        expect(comparePixels(sent, came)).toBe('same');
        expect(judged(sent, damaged(came))).toBe(Comparison.CHANGED);
        expect(comparePixels(sent, damaged(came))).toBe('changed');
      }
    });
  }
});
