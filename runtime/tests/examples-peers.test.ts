// Examples against real servers: Orthanc as the archive behind everything, DCMTK as one that writes files.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMeta } from '../dicom/file/part10.ts';
import { ROOT } from './example-list.ts';
import { startOrthanc, startStorescp, type OrthancPeer, type StoragePeer } from './peers.ts';
import { Bench, type CliResult } from './run-cli.ts';

const bench = new Bench('examples-peers');
afterAll(() => bench.remove());

const SECONDS = { env: { SCALE: 'ci', CFIND_INITIAL_DELAY: '0', CFIND_POLL_INTERVAL: '0.2' } };

function run(file: string, target: string, env: Record<string, string> = {}): Promise<CliResult> {
  const args = ['run', join(ROOT, 'examples', file), '-c', target];
  return bench.run(args, { env: { ...SECONDS.env, ...env } });
}

function mustPass({ code, stdout, stderr }: CliResult): void {
  expect(code, stdout + stderr).toBe(0);
}

/** Files of a folder, however deep. */
function found(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Hashes of the data sets; each file must start with a preamble and DICM (PS3.10 §7.1). */
function datasets(files: readonly string[]): string[] {
  return files
    .map((file) => {
      const bytes = readFileSync(file);
      expect(bytes.subarray(128, 132).toString('latin1'), file).toBe('DICM');
      const dataset = bytes.subarray(readMeta(bytes).datasetOffset);
      return createHash('sha256').update(dataset).digest('hex');
    })
    .sort();
}

describe('against Orthanc', () => {
  let orthanc: OrthancPeer;
  beforeAll(async () => {
    orthanc = await startOrthanc();
  });
  afterAll(() => orthanc.stop());

  const files = [
    'progression/01-echo.ts',
    'progression/01-each-size.ts',
    'progression/07-profile.ts',
    'compass/load-stability.ts',
    'compass/data-selection.ts',
    'compass/failure-modes.ts',
    'compass/find-client.ts',
    'compass/uid-ledger.ts',
    'scenarios/context-probe.ts',
    'scenarios/query-storm.ts',
  ];
  for (const file of files) {
    it(file, async () => {
      const result = await run(file, `ORTHANC@127.0.0.1:${orthanc.port}`);
      mustPass(result);
      expect(result.summary().checks.fails).toBe(0);
    });
  }

  it('holds as many studies as were told of', async () => {
    const before = (await orthanc.counts()).instances;
    const result = await run('store.ts', `ORTHANC@127.0.0.1:${orthanc.port}`, {
      DICOMRUN_ITERATIONS: '5',
      DICOMRUN_VUS: '1',
    });
    mustPass(result);
    expect((await orthanc.counts()).instances - before).toBe(result.summary().delivery.accepted);
  });
});

describe('against DCMTK', () => {
  let storescp: StoragePeer;
  beforeAll(async () => {
    storescp = await startStorescp();
  });
  afterAll(() => storescp.stop());

  it('what storescp wrote is what was sent, byte for byte', async () => {
    const target = `STORESCP@127.0.0.1:${storescp.port}`;
    const sent = join(bench.folder, 'sent');
    const args = ['generate', sent, '--modality', 'CT', '--rows', '64', '--columns', '64'];
    mustPass(await bench.run([...args, '--series', '2', '--count', '3']));
    mustPass(await bench.run(['send', '-c', target, sent]));
    const files = await storescp.files();
    const [written = ''] = files;
    const result = await run('gateway/written-files.ts', target, {
      SENT: sent,
      WRITTEN: join(written, '..'),
    });
    mustPass(result);
    const same = result.summary().checks.items.find(({ name }) => name === 'same length');
    expect(same?.passes).toBe(6);
    expect(datasets(files)).toEqual(datasets(found(sent)));
  });
});
