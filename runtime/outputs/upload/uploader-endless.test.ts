import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RUNLOG_FILE } from '../../runlog/format.ts';
import { RunLogWriter } from '../../runlog/writer.ts';
import { PointMaker } from '../influxdb/points.ts';
import { createUploader } from './uploader.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'dicomrun-endless-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('leaves a server whose answer never ends, and counts what it holds as unwritten', async () => {
  const log = new RunLogWriter(dir, () => undefined);
  log.append({ k: 'event', at: 1, type: 'start', title: 'start', text: '' });
  log.close();
  const maker = new PointMaker();
  const uploader = createUploader({
    client: {
      prepare: () => Promise.resolve({ kind: 'written' }),
      write: () => new Promise(() => undefined),
    },
    destination: 'http://never',
    sources: [{ file: join(dir, RUNLOG_FILE), points: (record) => maker.points(record) }],
    dir,
    onMessage: () => undefined,
  });
  await uploader.start();
  const result = await uploader.finish(50, 3);
  expect(result).toMatchObject({ written: 0, unwritten: 4 });
});

it('says how many lines of the log it could not read', async () => {
  const log = new RunLogWriter(dir, () => undefined);
  log.append({ k: 'event', at: 1, type: 'start', title: 'start', text: '' });
  log.close();
  appendFileSync(join(dir, RUNLOG_FILE), 'null\n{"torn\n');
  const maker = new PointMaker();
  const uploader = createUploader({
    client: {
      prepare: () => Promise.resolve({ kind: 'written' }),
      write: () => Promise.resolve({ kind: 'written' }),
    },
    destination: 'http://takes-all',
    sources: [{ file: join(dir, RUNLOG_FILE), points: (record) => maker.points(record) }],
    dir,
    onMessage: () => undefined,
  });
  await uploader.start();
  const result = await uploader.finish(5_000, 0);
  expect(result).toMatchObject({ written: 1, unwritten: 0 });
  expect(result.note).toBe('2 damaged lines of the log were left out');
});
