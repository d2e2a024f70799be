import { mkdtempSync, rmSync } from 'node:fs';
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
