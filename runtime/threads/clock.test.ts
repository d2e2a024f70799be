import { expect, it } from 'vitest';
import { Clock } from './clock.ts';

it('knows when a stamp of another thread was, from before t0, too', () => {
  const [sender, receiver] = [new Clock(), new Clock()];
  const early = sender.at(1000);
  expect(receiver.reading(early)).toBeCloseTo(1000, 2);
  const t0 = performance.timeOrigin + 5000;
  sender.start(t0);
  receiver.start(t0);
  expect(receiver.reading(early)).toBeCloseTo(1000, 2);
  expect(receiver.reading(sender.at(7000))).toBeCloseTo(7000, 2);
  expect(receiver.at(receiver.reading(early))).toBeCloseTo(-4000, 2);
});
