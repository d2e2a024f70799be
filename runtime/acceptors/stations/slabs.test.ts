import { expect, it } from 'vitest';
import { PieceBag } from './piece-bag.ts';
import { Slabs } from './slabs.ts';

const SLAB_BYTES = 65_536;
const image = Buffer.alloc(5 * SLAB_BYTES + 1);

function collected(bag: PieceBag, bytes = image.length) {
  bag.add(image, 0, bytes);
  return bag.take();
}

it('are kept when they are free, up to a limit', () => {
  const slabs = new Slabs(4 * SLAB_BYTES);
  const bags = [1, 2, 3].map(() => new PieceBag(slabs));
  const all = bags.map((bag) => collected(bag));
  expect(slabs.freeBytes).toBe(0);
  for (const pieces of all) pieces.release();
  expect(slabs.freeBytes).toBe(4 * SLAB_BYTES);
});

it('stay with those that hold what a destination does not take, however many they are', () => {
  const slabs = new Slabs();
  const bag = new PieceBag(slabs);
  const held = Array.from({ length: 20 }, () => collected(bag));
  expect(slabs.freeBytes).toBe(0);
  const memory = held.flatMap(({ parts }) => parts.map(({ buffer }) => buffer));
  expect(new Set(memory).size).toBe(memory.length);
  for (const pieces of held) pieces.release();
  expect(slabs.freeBytes).toBe(20 * 6 * SLAB_BYTES);
});

it('are shared by small ones, and come back with the last of them', () => {
  const slabs = new Slabs();
  const bag = new PieceBag(slabs);
  const small = Array.from({ length: 13 }, () => collected(bag, 5000));
  const large = collected(bag);
  expect(new Set(small.flatMap(({ parts }) => parts.map(({ buffer }) => buffer))).size).toBe(1);
  for (const pieces of small) pieces.release();
  // The large one begins where they end.
  expect(slabs.freeBytes).toBe(0);
  large.release();
  expect(slabs.freeBytes).toBe(6 * SLAB_BYTES);
});

it('of what is only forgotten are not used again', () => {
  const slabs = new Slabs();
  const pieces = collected(new PieceBag(slabs));
  pieces.forget();
  pieces.release();
  expect([slabs.freeBytes, pieces.parts]).toEqual([0, []]);
});
