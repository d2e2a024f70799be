// Data off the wire: what a fresh identity or an edit costs, and how fast files become a pool.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditShapes } from '../dicom/edit/edit-shape.ts';
import { compileEdits } from '../dicom/edit/edits.ts';
import { loadPool } from '../dicom/pool/files.ts';
import { fileMeta } from '../dicom/file/part10.ts';
import { headerFacts } from '../dicom/pool/pool-builder.ts';
import { Pool } from '../dicom/pool/prototype.ts';
import { makeInstances, syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { StoreImages } from '../dicom/scu/store-image.ts';
import type { Case } from './bench.ts';
import { row } from './tally.ts';

const CHANNEL = { contextId: 1, maxPdu: 131_072 };
const RUN = '178000000000001';

interface PatchTimes {
  readonly fresh: number;
  readonly edited: number;
}

/** µs of one fresh identity, and of five values that are never met again. */
function patchTimes(preset: string, count: number): PatchTimes {
  const [prototype] = new Pool(syntheticPool(preset, { id: 1, key: preset })).members;
  if (prototype === undefined) throw new Error(`${preset}: no instance`);
  const images = new StoreImages({ run: RUN });
  const identity = { study: 0, member: 2 ** 20 + 1 };
  const each = (times: number, work: (i: number) => void): number => {
    const from = performance.now();
    for (let i = 0; i < times; i++) work(i);
    return ((performance.now() - from) * 1000) / times;
  };
  const fresh = (i: number): void => {
    identity.study = i;
    images.prepare(prototype, identity, null, CHANNEL).written(true);
  };
  each(count / 10, fresh);
  const shapes = new EditShapes();
  const edited = (i: number): void => {
    const edits = {
      SOPInstanceUID: `1.2.3.${i}`,
      PatientID: `P${i}`,
      PatientName: `TEST^${i % 1000}`,
      StudyDate: '20260101',
      'RequestAttributesSequence[0].ScheduledProcedureStepID': `S${i}`,
    };
    const shaped = shapes.of(edits);
    if (shaped === null) throw new Error(`${preset}: the edits have no shape`);
    const image =
      images.prepareShaped(prototype, identity, shaped, CHANNEL) ??
      images.prepare(prototype, identity, compileEdits(edits), CHANNEL);
    image.written(true);
  };
  each(count / 10, edited);
  return { fresh: each(count, fresh), edited: each(count / 2, edited) };
}

function writeFiles(folder: string, count: number): void {
  const made = makeInstances({ modality: 'CT', rows: 48, columns: 48, instances: count });
  for (const [i, { dataset, transferSyntax }] of made.entries()) {
    if (dataset === null) continue;
    const { sopClass, sopInstance } = headerFacts(dataset, transferSyntax);
    const below = join(folder, String(i % 100));
    if (i < 100) mkdirSync(below);
    const meta = fileMeta(sopClass, sopInstance, transferSyntax);
    writeFileSync(join(below, `${i}`), Buffer.concat([meta, dataset]));
  }
}

export const data: Case = async (bench) => {
  const fresh: number[] = [];
  const freshLarge: number[] = [];
  const edited: number[] = [];
  const editedLarge: number[] = [];
  const loaded: number[] = [];
  const memory: number[] = [];
  const count = bench.quick ? 2_000 : 10_000;
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-bench-'));
  try {
    writeFiles(folder, count);
    for (let i = 0; i < bench.rounds; i++) {
      const small = patchTimes('KB005', 100_000);
      fresh.push(small.fresh);
      edited.push(small.edited);
      const large = patchTimes('MB10', 50_000);
      freshLarge.push(large.fresh);
      editedLarge.push(large.edited);
      globalThis.gc?.();
      const before = process.memoryUsage().rss;
      const from = performance.now();
      const pool = loadPool({ paths: [folder], base: '/' }, { id: 1, key: 'files' });
      loaded.push((count / (performance.now() - from)) * 1000);
      memory.push((process.memoryUsage().rss - before) / 1e6);
      if (pool.members.length !== count) throw new Error(`${pool.members.length} files loaded`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return [
    row('fresh identity, 5 KB', fresh, { unit: 'µs', better: '<', floor: 2, aim: 0.6 }),
    row('fresh identity, 10 MB', freshLarge, { unit: 'µs', better: '<', floor: 2, aim: 0.6 }),
    row('5 values met once, 5 KB', edited, { unit: 'µs', better: '<', floor: 10, aim: 5 }),
    row('5 values met once, 10 MB', editedLarge, { unit: 'µs', better: '<', floor: 10, aim: 5 }),
    row(`loading ${count} files of 6 KB`, loaded, { unit: 'files/s', better: '>' }),
    row('memory for loading them', memory, { unit: 'MB', better: '<' }),
  ];
};
