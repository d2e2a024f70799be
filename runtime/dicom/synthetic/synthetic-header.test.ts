import { describe, expect, it } from 'vitest';
import {
  fromPrototype,
  headerByDcmjs,
  prototypeRequest,
  type HeaderRequest,
} from './synthetic-header.ts';
import { type Iod } from './synthetic-iods.ts';
import { ALL_IODS } from './synthetic-kinds.ts';

const KINDS = Object.entries(ALL_IODS);

/** Other requests of a kind: sizes, numbers, frames, seeds, dates. */
function others(iod: Iod): HeaderRequest[] {
  const plain = prototypeRequest(iod);
  const { shape } = plain;
  const requests = [
    plain,
    { ...plain, instance: 27 },
    { ...plain, seed: `${iod.modality}/4711`, date: '20301231' },
  ];
  if (shape === null) return requests;
  const frames = iod.manyFrames === true ? [1, 2, 7, 1000] : [1];
  const shapes = frames.map((n) => ({ ...shape, rows: 61, columns: 1024, frames: n }));
  return [...requests, ...shapes.map((one) => ({ ...plain, instance: 3, shape: one }))];
}

describe('a header made from the prototype of its kind', () => {
  it.each(KINDS)('has the bytes that dcmjs writes: %s', (_, iod) => {
    const prototype = headerByDcmjs(prototypeRequest(iod));
    for (const request of others(iod)) {
      const made = fromPrototype(prototype, request);
      if (made !== null)
        expect(made.toString('latin1')).toBe(headerByDcmjs(request).toString('latin1'));
    }
  });

  it('is what the kinds of common images and reports have, whatever their size', () => {
    const rare = KINDS.filter(([, iod]) => {
      const prototype = headerByDcmjs(prototypeRequest(iod));
      return others(iod).some((request) => fromPrototype(prototype, request) === null);
    });
    const names = rare.map(([name]) => name);
    for (const name of ['CT', 'MR', 'CR', 'DX', 'US', 'SR', 'XA', 'MG', 'ES']) {
      expect(names).not.toContain(name);
    }
  });
});
