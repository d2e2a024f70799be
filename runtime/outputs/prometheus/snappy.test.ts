import { describe, expect, it } from 'vitest';
import { snappy, varint } from './snappy.ts';

/** Snappy's format description, read the other way round: literals only. */
function decoded(data: Buffer): Buffer {
  let [length, shift, at] = [0, 0, 0];
  for (;;) {
    const byte = data[at++] ?? 0;
    length += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte < 0x80) break;
  }
  const parts: Buffer[] = [];
  while (at < data.length) {
    expect(data[at]).toBe(61 << 2);
    const size = data.readUInt16LE(at + 1) + 1;
    parts.push(data.subarray(at + 3, at + 3 + size));
    at += 3 + size;
  }
  const whole = Buffer.concat(parts);
  expect(whole).toHaveLength(length);
  return whole;
}

describe('snappy', () => {
  it.each([0, 1, 59, 60, 65_535, 65_536, 65_537, 200_000])('keeps %d bytes', (n) => {
    const data = Buffer.from(Array.from({ length: n }, (_, i) => i % 251));
    expect(decoded(snappy(data)).equals(data)).toBe(true);
  });

  it('writes numbers in sevens of bits, negative ones in ten bytes', () => {
    expect([...varint(300)]).toEqual([0xac, 0x02]);
    expect([...varint(0)]).toEqual([0]);
    expect(varint(-1n)).toHaveLength(10);
  });
});
