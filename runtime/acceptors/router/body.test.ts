import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { Room } from '../../dicom/collected.ts';
import { BodyBag } from './body.ts';
import { Spool } from './spool.ts';

/** Files of a spool that this process has open. */
function spooled(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('dicomrun-spool-');
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, i) => i % 251));

it('what many peers send at once and never end goes to files when memory is used up', () => {
  const spool = new Spool(tmpdir());
  const room = new Room(100_000);
  const bags = Array.from({ length: 50 }, () => new BodyBag({ spool, limit: 1e6, room }));
  for (let at = 0; at < bytes.length; at += 1000) {
    for (const bag of bags) bag.add(bytes, at, at + 1000);
  }
  expect(room.used).toBeLessThanOrEqual(room.limit);
  expect(spooled()).toBeGreaterThan(30);
  for (const bag of bags) {
    const body = bag.take();
    expect(body.error).toBeNull();
    const { parts, tail } = body.onward(Buffer.alloc(0), 0);
    const whole = [...parts, ...(tail === null ? [] : [tail.file.read(0, tail.file.bytes)])];
    expect(Buffer.concat(whole).equals(bytes)).toBe(true);
    body.release();
  }
  expect([room.used, spooled()]).toEqual([0, 0]);
});

it('what is given up gives its room back', () => {
  const room = new Room(100_000);
  const bag = new BodyBag({ spool: new Spool(tmpdir()), limit: 1e6, room });
  bag.add(bytes, 0, bytes.length);
  expect(room.used).toBe(bytes.length);
  bag.discard();
  expect(room.used).toBe(0);
});
