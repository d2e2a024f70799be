// Awkward files as parts of a STOW-RS request: not one byte of a data set changes that nobody asked
// to change; a fresh identity stands in meta and data set alike.
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileMeta } from '../dicom/file/part10.ts';
import { loadPool } from '../dicom/pool/files.ts';
import { memberNumber, sopUid, studyUid } from '../dicom/pool/identity.ts';
import { Pool, type Prototype } from '../dicom/pool/prototype.ts';
import { getValue, openDataset } from '../dicom/element/json.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { writeAwkwardFiles } from '../tests/byte-identity-files.ts';
import { bodyPieces, InstanceImages } from './instance-image.ts';
import { MultipartReader } from './multipart-reader.ts';
import { closing } from './multipart-writer.ts';
import { Part10Stream } from './part10-stream.ts';

const RUN = '178000000000001';
const root = mkdtempSync(join(tmpdir(), 'dicomrun-web-parts-'));
let members: readonly Prototype[] = [];
beforeAll(async () => {
  await writeAwkwardFiles(join(root, 'files'), false);
  const pool = loadPool({ paths: ['files'], base: root, hash: 'full' }, { id: 1, key: 'x' });
  members = new Pool(pool).members;
});
afterAll(() => rmSync(root, { recursive: true }));

/** The part as whoever reads the body has it. */
async function read(prototype: Prototype, identity: { study: number; member: number } | null) {
  const images = new InstanceImages(RUN, 'bound');
  const part = images.part({ prototype, identity, edits: null });
  const dataset: Buffer[] = [];
  let meta: FileMeta | null = null;
  let stream: Part10Stream | null = null;
  const reader = new MultipartReader('bound', {
    onPart: () =>
      (stream = new Part10Stream({
        begin: () => undefined,
        data: (bytes) => dataset.push(Buffer.from(bytes)),
      })),
    onPartData: (bytes, start, end) => stream?.push(bytes.subarray(start, end)),
    onPartEnd: () => (meta = stream?.end() ?? null),
  });
  let bytes = 0;
  const end = closing('bound');
  for await (const piece of bodyPieces([part], end)) {
    bytes += piece.length;
    reader.push(piece);
  }
  expect(bytes).toBe(part.bytes + end.length);
  return { meta: meta as FileMeta | null, dataset: Buffer.concat(dataset) };
}

describe('parts of STOW-RS', () => {
  it('carry every awkward data set as it is', async () => {
    expect(members.length).toBeGreaterThan(40);
    for (const one of members) {
      const { meta, dataset } = await read(one, null);
      const { origin, datasetHash, sopInstance, transferSyntax } = one.share;
      expect(hash('sha256', dataset, 'hex'), origin).toBe(datasetHash);
      expect(meta, origin).toMatchObject({ sopInstance, transferSyntax });
    }
  });

  it('carry a fresh identity, and values that repeat a tile', async () => {
    const share = syntheticPool({ modality: 'CT', bytes: 3_000_000 }, { id: 2, key: 'y' });
    for (const prototype of new Pool(share).members) {
      const identity = { study: 7, member: memberNumber(2, 3) };
      const { meta, dataset } = await read(prototype, identity);
      const uid = sopUid(RUN, 7, identity.member);
      expect(meta?.sopInstance).toBe(uid);
      const open = openDataset(dataset, prototype.share.transferSyntax);
      expect(getValue(open, 'SOPInstanceUID')).toBe(uid);
      expect(getValue(open, 'StudyInstanceUID')).toBe(studyUid(RUN, 7));
      const { headerBytes } = prototype.share;
      const value = prototype.read().subarray(headerBytes);
      expect(dataset.subarray(dataset.length - value.length).equals(value)).toBe(true);
    }
  });
});
