// files() in whole runs: a folder with DICOM and other files, a glob, and a folder with none.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileMeta } from '../dicom/file/part10.ts';
import { headerFacts } from '../dicom/pool/pool-builder.ts';
import { makeInstances, type SyntheticSpec } from '../dicom/synthetic/synthetic.ts';
import { startDimseServer } from './peers.ts';
import { accepted, Bench } from './run-cli.ts';

const bench = new Bench('files');
afterAll(() => bench.remove());

function part10(spec: SyntheticSpec): Buffer {
  const [one] = makeInstances(spec);
  if (one?.dataset === null || one === undefined) throw new Error('no data set');
  const { sopClass, sopInstance } = headerFacts(one.dataset, one.transferSyntax);
  return Buffer.concat([fileMeta(sopClass, sopInstance, one.transferSyntax), one.dataset]);
}

beforeAll(() => {
  const at = (...parts: string[]): string => join(bench.folder, 'images', ...parts);
  mkdirSync(at('deep', 'deeper'), { recursive: true });
  mkdirSync(join(bench.folder, 'texts'));
  writeFileSync(at('ct'), part10({ modality: 'CT', rows: 16, columns: 16 }));
  writeFileSync(at('deep', 'mr.dcm'), part10({ modality: 'MR', rows: 16, columns: 16 }));
  writeFileSync(at('deep', 'deeper', 'us.dcm'), part10({ modality: 'US', rows: 16, columns: 16 }));
  writeFileSync(at('readme.txt'), 'not DICOM');
  writeFileSync(at('deep', 'notes.dcm'), 'not DICOM either, whatever it is called');
  writeFileSync(join(bench.folder, 'texts', 'a.txt'), 'text');
  writeFileSync(join(bench.folder, 'texts', 'b.dcm'), 'text');
});

/** Stores every member of a pool once. */
function script(pool: string): string {
  return `import dicom from 'dicom';
import { check } from 'k6';
const images = ${pool};
const peer = dicom.peer({});
export const options = { iterations: 1 };
export default async function () {
  console.log('pool of ' + images.length);
  await using association = await peer.associate({ for: images });
  for (const image of images) check(await association.store(image), { stored: (r) => r.ok });
}
`;
}

describe('files()', () => {
  it('of a folder: DICOM by content at any depth; the rest is skipped and counted', async () => {
    const peer = await startDimseServer();
    const target = ['-c', `DIMSE@127.0.0.1:${peer.port}`];
    const result = await bench.script(script(`dicom.files('images')`), target);
    await peer.stop();
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout + result.stderr).toContain('pool of 3');
    expect(result.stderr).toMatch(/2 (files )?.*(skipped|not DICOM|no DICOM)/);
    expect(accepted(result.summary())).toBe(3);
    const modalities = peer.stored.map(({ elements }) => elements['Modality']);
    expect(modalities.sort()).toEqual(['CT', 'MR', 'US']);
  });

  it('of a glob', async () => {
    const pool = `dicom.files('images/**/*.dcm', { filter: { modality: 'US' } })`;
    const result = await bench.script(script(pool), ['--embedded']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout + result.stderr).toContain('pool of 1');
    const both = await bench.script(script(`dicom.files('images/**/*.dcm')`), ['--embedded']);
    expect(both.stdout + both.stderr).toContain('pool of 2');
  });

  it('of a folder without any: 107, with what was looked at and the line', async () => {
    const result = await bench.script(script(`dicom.files('texts')`), ['--embedded']);
    expect(result.code).toBe(107);
    expect(result.stderr).toMatch(/error: init: .*texts/);
    expect(result.stderr).toMatch(/2 files|looked at 2|2 .*looked/);
    expect(result.stderr).toMatch(/at script-\d+\.ts:3:\d+/);
    expect(result.stderr).not.toMatch(/dist\/|node:internal/);
  });

  it('of a folder that is not there: 107', async () => {
    const result = await bench.script(script(`dicom.files('nowhere')`), ['--embedded']);
    expect(result.code).toBe(107);
    expect(result.stderr).toContain('nowhere');
  });
});
