// The examples of the gateway's integration tests on real files: sent, received, written, compared.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMeta } from '../dicom/file/part10.ts';
import { ROOT } from './example-list.ts';
import { Bench, type CliResult } from './run-cli.ts';

const bench = new Bench('examples-files');
const SENT = join(bench.folder, 'sent');
const COUNT = 6;

beforeAll(async () => {
  const args = ['generate', SENT, '--modality', 'CT', '--rows', '64', '--columns', '64'];
  mustPass(await bench.run([...args, '--series', '2', '--count', String(COUNT / 2)]));
});
afterAll(() => bench.remove());

function example(file: string, env: Record<string, string>): Promise<CliResult> {
  const args = ['run', join(ROOT, 'examples/gateway', file)];
  return bench.run(args, { env: { SCALE: 'ci', ...env } });
}

function mustPass({ code, stdout, stderr }: CliResult): void {
  expect(code, stdout + stderr).toBe(0);
}

/** Hashes of the data sets below a folder; each file has a preamble and DICM (PS3.10 §7.1). */
function datasets(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const bytes = readFileSync(join(parentPath, name));
      expect(
        bytes.subarray(0, 128).every((byte) => byte === 0),
        name,
      ).toBe(true);
      expect(bytes.subarray(128, 132).toString('latin1'), name).toBe('DICM');
      const dataset = bytes.subarray(readMeta(bytes).datasetOffset);
      return createHash('sha256').update(dataset).digest('hex');
    })
    .sort();
}

describe('gateway examples on files', () => {
  it('what was sent, forwarded and written is the same, byte for byte', async () => {
    const written = join(bench.folder, 'written');
    const sent = await example('byte-preservation.ts', { FOLDER: SENT, RECEIVED: written });
    mustPass(sent);
    expect(sent.summary().delivery.routes.map(({ unique }) => unique)).toEqual([COUNT]);
    expect(datasets(written)).toEqual(datasets(SENT));

    const compared = await example('written-files.ts', { SENT, WRITTEN: written });
    mustPass(compared);
    const { items } = compared.summary().checks;
    const passes = (name: string) => items.find((item) => item.name === name)?.passes;
    expect(passes('same length')).toBe(COUNT);
    expect(passes('same preamble')).toBe(COUNT);
    expect(passes('every byte of the data set')).toBe(COUNT);
  });

  it('a file that was not written is told', async () => {
    const compared = await example('written-files.ts', {
      SENT,
      WRITTEN: join(ROOT, 'examples'), // a folder without a DICOM file
    });
    expect(compared.code).not.toBe(0);
  });

  it('TEST_DICOM_FILE is sought where the command is typed, not beside the script', async () => {
    const [name = ''] = readdirSync(SENT, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.dcm'),
    );
    const TEST_DICOM_FILE = `./sent/${name}`;
    mustPass(await example('../compass/anonymise-and-send.ts', { TEST_DICOM_FILE }));
  });

  it('reading and writing of files are both measured', async () => {
    const received = join(bench.folder, 'received');
    const result = await example('file-io.ts', { FOLDER: SENT, RECEIVED: received });
    mustPass(result);
    const { thresholds } = result.summary();
    for (const metric of ['dicom_file_read', 'dicom_file_write']) {
      expect(thresholds.find((one) => one.metric === metric)?.observed).toBeGreaterThan(0);
    }
    expect(datasets(received)).toHaveLength(20);
  });
});
