// Data off the wire: what a fresh identity or an edit costs, and how fast files become a pool.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileEdits } from '../dicom/data/edits.ts';
import { loadPool } from '../dicom/data/files.ts';
import { fileMeta } from '../dicom/data/part10.ts';
import { headerFacts } from '../dicom/data/pool-builder.ts';
import { Pool } from '../dicom/data/prototype.ts';
import { makeInstances, syntheticPool } from '../dicom/data/synthetic.ts';
import { StoreImages } from '../dicom/scu/store-image.ts';
import type { Case } from './bench.ts';
import { row } from './tally.ts';

const CHANNEL = { contextId: 1, maxPdu: 131_072 };
const RUN = '178000000000001';

/** µs of one fresh identity, and of one edit that is never met again. */
function patchTimes(preset: string, count: number): { fresh: number; edited: number } {
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
  const edited = (i: number): void => {
    const edits = compileEdits({ StudyDescription: `study ${i}` });
    images.prepare(prototype, identity, edits, CHANNEL).written(true);
  };
  return { fresh: each(count, fresh), edited: each(count / 100, edited) };
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
  const loaded: number[] = [];
  const count = bench.quick ? 2_000 : 10_000;
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-bench-'));
  try {
    writeFiles(folder, count);
    for (let i = 0; i < bench.rounds; i++) {
      const small = patchTimes('KB005', 100_000);
      fresh.push(small.fresh);
      edited.push(small.edited);
      freshLarge.push(patchTimes('MB01', 50_000).fresh);
      const from = performance.now();
      loadPool({ paths: [folder], base: '/' }, { id: 1, key: 'files' });
      loaded.push((count / (performance.now() - from)) * 1000);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return [
    row('fresh identity, 5 KB', fresh, { unit: 'µs', better: '<', floor: 2, aim: 0.6 }),
    row('fresh identity, 1 MB', freshLarge, { unit: 'µs', better: '<', floor: 2, aim: 0.6 }),
    row('an edit met once, 5 KB', edited, { unit: 'µs', better: '<' }),
    row(`loading ${count} files of 6 KB`, loaded, { unit: 'files/s', better: '>' }),
  ];
};
