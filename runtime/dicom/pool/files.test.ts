import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPool } from './files.ts';
import { hashDataset } from '../file/hash.ts';
import { fileMeta } from '../file/part10.ts';
import { headerFacts } from './pool-builder.ts';
import { Pool } from './prototype.ts';
import { StoreImages } from '../scu/store-image.ts';
import { makeInstances, type SyntheticSpec } from '../synthetic/synthetic.ts';

const POOL = { id: 3, key: 'files' };
let folder = '';

function fileOf(spec: SyntheticSpec): Buffer {
  const [one] = makeInstances(spec);
  if (one?.dataset === null || one === undefined) throw new Error('no data set');
  const facts = headerFacts(one.dataset, one.transferSyntax);
  const meta = fileMeta(facts.sopClass, facts.sopInstance, one.transferSyntax);
  return Buffer.concat([meta, one.dataset]);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-files-'));
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  writeFileSync(
    join(folder, 'a', 'ct-without-extension'),
    fileOf({ modality: 'CT', rows: 32, columns: 32 }),
  );
  writeFileSync(
    join(folder, 'a', 'mr.dcm'),
    fileOf({ modality: 'MR', rows: 32, columns: 32, transferSyntax: 'implicit' }),
  );
  writeFileSync(
    join(folder, 'a', 'b', 'us.DCM'),
    fileOf({ modality: 'US', rows: 700, columns: 700 }),
  );
  writeFileSync(join(folder, 'readme.txt'), 'nothing medical');
  writeFileSync(join(folder, 'empty'), '');
  const cut = fileOf({ modality: 'CT', rows: 32, columns: 32, seed: 9 });
  writeFileSync(join(folder, 'cut.dcm'), cut.subarray(0, cut.length - 100));
  symlinkSync(folder, join(folder, 'a', 'loop'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('pools from files', () => {
  it('finds instances by their magic, skips and counts the rest with reasons', () => {
    const pool = loadPool({ paths: ['.'], base: folder }, POOL);
    expect(pool.members.map((one) => one.modality)).toEqual(['US', 'CT', 'MR']);
    const skipped = Object.fromEntries(pool.skipped.map((one) => [one.reason, one.count]));
    expect(skipped).toEqual({
      'not DICOM': 1,
      empty: 1,
      'truncated or corrupt': 1,
      'cannot be read (ENOENT)': 1,
    });
    expect(pool.notes[0]).toMatch(/skipped 4 of \d files: .*1 not DICOM/);
  });

  it('takes globs, single files and filters', () => {
    const load = (paths: string[], filter = {}): string[] =>
      loadPool({ paths, base: folder, filter }, POOL).members.map((one) => one.modality);
    expect(load(['a/*.dcm'])).toEqual(['MR']);
    expect(load(['**/*.{dcm,DCM}'], { size: 'medium' })).toEqual(['US']);
    expect(load(['a/mr.dcm', 'a/ct-without-extension'])).toEqual(['MR', 'CT']);
    expect(load(['.'], { modality: ['MR', 'CT'] })).toEqual(['CT', 'MR']);
    expect(load(['.'], { tags: { StudyDescription: 'Synthetic M*' } })).toEqual(['MR']);
    expect(load(['.'], { tags: { PatientComments: null }, modality: 'US' })).toEqual(['US']);
  });

  it('says what was looked at when nothing is left', () => {
    expect(() => loadPool({ paths: ['readme.txt'], base: folder }, POOL)).toThrow(
      /files\("readme.txt"\): no DICOM instance in .*looked at 1 files: 1 not DICOM/,
    );
    expect(() => loadPool({ paths: ['missing'], base: folder }, POOL)).toThrow(/ENOENT/);
    expect(() =>
      loadPool({ paths: ['.'], base: folder, filter: { modality: 'PT' } }, POOL),
    ).toThrow(/filtered out/);
  });

  it('keeps large files on disk and streams them with a fresh identity', async () => {
    const inMemory = new Pool(loadPool({ paths: ['a/b/us.DCM'], base: folder }, POOL));
    const onDisk = new Pool(
      loadPool({ paths: ['a/b/us.DCM'], base: folder, largeBytes: 1000 }, POOL),
    );
    const [a] = inMemory.members;
    const [b] = onDisk.members;
    if (a === undefined || b === undefined) throw new Error('no member');
    expect(b.share.location.kind).toBe('file');
    expect(b.share.pixelHash).toBe(a.share.pixelHash);
    expect(b.read().equals(a.read())).toBe(true);
    const images = new StoreImages({ run: '178000000000001' });
    const channel = { contextId: 1, maxPdu: 16384 };
    const identity = { study: 1, member: 2 ** 20 + 1 };
    const wire = async (prototype: typeof a): Promise<Buffer> => {
      const message = images.prepare(prototype, identity, null, channel);
      const pieces = [Buffer.from(message.head)];
      for (;;) {
        const next = await message.body?.next();
        if (next === null || next === undefined) break;
        pieces.push(...next.map((piece) => Buffer.from(piece)));
      }
      message.body?.close();
      const bytes = Buffer.concat(pieces);
      expect(bytes.length).toBe(message.bytes);
      return bytes;
    };
    // why: fragments are cut differently, so payloads are compared through their pixel hash
    const dataset = unframed(await wire(b));
    expect(hashDataset(dataset, b.share.transferSyntax).pixelHash).toBe(a.share.pixelHash);
    expect(dataset.equals(unframed(await wire(a)))).toBe(true);
  });

  it('reads data sets without preamble when asked', () => {
    const [one] = makeInstances({
      modality: 'MR',
      rows: 16,
      columns: 16,
      transferSyntax: 'implicit',
    });
    const path = join(folder, 'bare');
    writeFileSync(path, one?.dataset ?? '');
    expect(() => loadPool({ paths: ['bare'], base: folder }, POOL)).toThrow(/not DICOM/);
    const pool = loadPool({ paths: ['bare'], base: folder, bare: true }, POOL);
    expect(pool.members[0]?.transferSyntax).toBe('1.2.840.10008.1.2');
    rmSync(path);
  });

  it('decompresses when asked', () => {
    const spec = { modality: 'US', rows: 64, columns: 64, fill: 'pattern' } as const;
    const path = join(folder, 'rle');
    writeFileSync(path, fileOf({ ...spec, transferSyntax: 'rle' }));
    const [native] = makeInstances(spec);
    const pool = loadPool({ paths: ['rle'], base: folder, decompress: true }, POOL);
    expect(pool.members[0]?.transferSyntax).toBe('1.2.840.10008.1.2.1');
    const wanted = hashDataset(native?.dataset ?? Buffer.alloc(0), '1.2.840.10008.1.2.1');
    expect(pool.members[0]?.pixelHash).toBe(wanted.pixelHash);
    rmSync(path);
  });
});

function unframed(wire: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < wire.length;) {
    const pdu = wire.readUInt32BE(at + 2);
    if (((wire[at + 11] ?? 0) & 1) === 0) parts.push(wire.subarray(at + 12, at + 6 + pdu));
    at += 6 + pdu;
  }
  return Buffer.concat(parts);
}
