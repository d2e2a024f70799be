import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileSink } from './file-sink.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-sink-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const meta = (sopInstance: string) => ({
  ...{ transferSyntax: '1.2.840.10008.1.2.1', sopClass: '1.2.840.10008.5.1.4.1.1.2' },
  ...{ sopInstance, datasetOffset: 0 },
});

it('keeps what came to its end, and nothing of what was cut off', () => {
  const sink = new FileSink(folder);
  sink.begin(meta('1.2.3'));
  sink.write(Buffer.from('whole'));
  expect(sink.end()).toBe(join(folder, '1.2.3.dcm'));
  sink.begin(meta('1.2.4'));
  sink.write(Buffer.from('ha'));
  sink.close();
  sink.close();
  expect(readdirSync(folder)).toEqual(['1.2.3.dcm']);
  expect(readFileSync(join(folder, '1.2.3.dcm'), 'utf8')).toBe('whole');
});

it('writes through no link that is in the way', () => {
  const other = join(folder, 'other');
  writeFileSync(other, 'mine');
  symlinkSync(other, join(folder, '1.2.3.dcm'));
  const sink = new FileSink(folder);
  sink.begin(meta('1.2.3'));
  sink.write(Buffer.from('whole'));
  sink.end();
  expect(readFileSync(other, 'utf8')).toBe('mine');
  expect(readFileSync(join(folder, '1.2.3.dcm'), 'utf8')).toBe('whole');
});

it('says which folder cannot be written to, and why', () => {
  writeFileSync(join(folder, 'file'), '');
  const below = join(folder, 'file', 'below');
  expect(() => new FileSink(below).begin(meta('1.2.3'))).toThrow(
    `cannot be kept: ${below}: no folder can be made there (ENOTDIR)`,
  );
});
