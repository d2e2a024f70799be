import { describe, expect, it } from 'vitest';
import { fileMeta } from '../dicom/file/part10.ts';
import { Part10Stream } from './part10-stream.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const META = fileMeta(CT, '1.2.3', '1.2.840.10008.1.2.1');

function read(bytes: Buffer, size: number) {
  const begun: number[] = [];
  const data: Buffer[] = [];
  const stream = new Part10Stream({
    begin: (_, head) => begun.push(head.length),
    data: (some) => data.push(Buffer.from(some)),
  });
  for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size));
  const meta = stream.end();
  return { uid: meta?.sopInstance ?? null, begun, data: Buffer.concat(data) };
}

describe('a Part 10 instance in pieces', () => {
  it.each([1, 7, 100, 144, 200, 100_000])(
    'is cut where its data set begins, %i a piece',
    (size) => {
      for (const length of [0, 1, 8, 9, 70_000]) {
        const dataset = Buffer.alloc(length, 5);
        const { uid, begun, data } = read(Buffer.concat([META, dataset]), size);
        expect([uid, begun]).toEqual(['1.2.3', [META.length]]);
        expect(data.equals(dataset)).toBe(true);
      }
    },
  );

  it.each([1, 100, 100_000])('is none without DICM or without a meta, %i a piece', (size) => {
    const none = { uid: null, begun: [], data: Buffer.alloc(0) };
    expect(read(Buffer.alloc(100_000), size)).toEqual(none);
    expect(read(META.subarray(0, 140), size)).toEqual(none);
    // DICM, and a group length, but nothing behind it that is a meta.
    const empty = Buffer.concat([META.subarray(0, 144), Buffer.alloc(100_000)]);
    expect(read(empty, size)).toEqual(none);
  });
});
