import { describe, expect, it } from 'vitest';
import { fileMeta } from '../dicom/file/part10.ts';
import { Retrieved } from './retrieved.ts';
import { RetrievedBody } from './retrieved-body.ts';

const part10 = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.from('rest')]);

/** Feeds one part in pieces of a size; how many were no instance. */
function oddOf(part: Buffer, piece: number): number {
  const retrieved = new Retrieved(null, null);
  retrieved.onPart();
  for (let at = 0; at < part.length; at += piece) {
    retrieved.onPartData(part, at, Math.min(part.length, at + piece));
  }
  retrieved.onPartEnd();
  expect(retrieved).toMatchObject({ parts: 1, bytes: part.length });
  return retrieved.odd;
}

describe('parts that nobody looks into', () => {
  it.each([1, 3, 127, 128, 129, 130, 131, 132, 1000])(
    'are known by DICM, %i bytes a piece',
    (n) => {
      expect(oddOf(part10, n)).toBe(0);
      const wrong = Buffer.from(part10);
      wrong[131] = 0x6d;
      expect(oddOf(wrong, n)).toBe(1);
      expect(oddOf(part10.subarray(0, 131), n)).toBe(1);
    },
  );

  it('are nothing when they are empty', () => {
    expect(oddOf(Buffer.alloc(0), 1)).toBe(1);
  });
});

describe('a part of any size', () => {
  it.each([null, 'pixels', 'full'] as const)('streams by, hashed: %s', (level) => {
    const head = Buffer.concat([
      fileMeta('1.2.840.10008.5.1.4.1.1.2', '1.2.3', '1.2.840.10008.1.2.1'),
      // (7FE0,0010) OW of 100 MiB
      Buffer.from('e07f10004f57000000004006', 'hex'),
    ]);
    const block = Buffer.alloc(1024 ** 2, 7);
    const retrieved = new Retrieved(level, null);
    const body = new RetrievedBody(retrieved, true);
    body.begin('multipart/related; boundary=b');
    const before = process.memoryUsage().arrayBuffers;
    body.data(Buffer.concat([Buffer.from('--b\r\n\r\n'), head]));
    for (let i = 0; i < 100; i++) body.data(block);
    body.data(Buffer.from('\r\n--b--\r\n'));
    body.end();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 ** 2);
    expect(retrieved).toMatchObject({ parts: 1, odd: 0, bytes: head.length + 100 * block.length });
    if (level !== null) expect(retrieved.instances[0]?.pixelHash).toMatch(/^[0-9a-f]{64}$/);
  });
});
