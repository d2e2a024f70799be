import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DatasetHasher, hashDataset } from './hash.ts';
import { headerFacts, pixelValue } from '../pool/pool-builder.ts';
import { fragmentsOf } from '../pixels/fragments.ts';
import { makeInstances } from '../synthetic/synthetic.ts';

const SYNTAXES = ['implicit', 'explicit', 'big-endian', 'deflated', 'rle'];

describe('hashes of arriving data sets', () => {
  for (const transferSyntax of SYNTAXES) {
    it(`are the same however ${transferSyntax} is cut`, () => {
      const [one] = makeInstances({
        modality: 'US',
        rows: 20,
        columns: 20,
        frames: 3,
        fill: 'pattern',
        transferSyntax,
      });
      const dataset = one?.dataset ?? Buffer.alloc(0);
      const syntax = one?.transferSyntax ?? '';
      const value = pixelValue(dataset, headerFacts(dataset, syntax), syntax);
      const isNative = transferSyntax !== 'rle';
      const held = fragmentsOf(value ?? Buffer.alloc(0)).slice(1);
      const pixelHash = createHash('sha256')
        .update(isNative ? (value ?? '') : Buffer.concat(held.map(({ bytes }) => bytes)))
        .digest('hex');
      const datasetHash = createHash('sha256').update(dataset).digest('hex');
      for (const step of [1, 2, 3, 7, 11, 13, 4096]) {
        const hasher = new DatasetHasher(syntax, 'full');
        for (let at = 0; at < dataset.length; at += step) {
          hasher.update(dataset.subarray(at, at + step));
        }
        expect(hasher.digest()).toEqual({ pixelHash, datasetHash, malformed: false });
      }
    });
  }

  it('say so when the data set cannot be followed, or ends inside its pixels', () => {
    const [one] = makeInstances({ modality: 'CT', rows: 20, columns: 20 });
    const dataset = one?.dataset ?? Buffer.alloc(0);
    const syntax = one?.transferSyntax ?? '';
    const cut = new DatasetHasher(syntax);
    cut.update(dataset.subarray(0, 900));
    cut.update(dataset.subarray(900, dataset.length - 2));
    expect(cut.digest().malformed).toBe(true);
    expect(hashDataset(Buffer.from('feff00e000000000', 'hex'), syntax).malformed).toBe(true);
  });
});
