import { expect, it } from 'vitest';
import { syntheticPool } from '../synthetic/synthetic.ts';
import { FileNames } from './file-names.ts';
import { prototypeNumber } from './share.ts';
import type { PoolShare } from './share.ts';

const made = syntheticPool(
  { modality: 'CT', rows: 8, columns: 8, instances: 3 },
  { id: 4, key: 'k' },
);

function names(...origins: string[]): string[] {
  const members = made.members.map((one, i) => ({ ...one, origin: origins[i] ?? one.origin }));
  const pool: PoolShare = { ...made, members };
  const files = new FileNames([pool]);
  return members.map((_, i) => files.of(prototypeNumber(4, i)));
}

it('names files from the folder that all of them are in', () => {
  const [ct, mr] = ['/data/samples/ct/CT_small.dcm', '/data/samples/mr/MR_small.dcm'];
  expect(names(ct, mr, '/data/samples/mr2/MR.dcm')).toEqual([
    'ct/CT_small.dcm',
    'mr/MR_small.dcm',
    'mr2/MR.dcm',
  ]);
  expect(names('/a/1.dcm', '/a/2.dcm', '/a/3.dcm')).toEqual(['1.dcm', '2.dcm', '3.dcm']);
  expect(names('/1.dcm', '/a/2.dcm', '/3.dcm')).toEqual(['1.dcm', 'a/2.dcm', '3.dcm']);
});

it('has no name for what was made, nor for what is of no pool', () => {
  expect(names(ct(1), 'synthetic', 'x')).toEqual(['1.dcm', '', '']);
  expect(new FileNames([]).of(7)).toBe('');
});

function ct(n: number): string {
  return `/samples/ct/${n}.dcm`;
}
