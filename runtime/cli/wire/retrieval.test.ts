import { expect, it } from 'vitest';
import { wishKeys, wishOf } from './retrieval.ts';

it('takes UIDs, and lists of them', () => {
  const wish = wishOf('move', '1.2.3', { series: '1.2.3.4\\1.2.3.5' });
  expect(wishKeys(wish)).toEqual({
    level: 'SERIES',
    keys: { StudyInstanceUID: '1.2.3', SeriesInstanceUID: '1.2.3.4\\1.2.3.5' },
  });
});

it.each([
  [() => wishOf('move', 'abc', {}), 'move: Study Instance UID "abc" is no UID'],
  [() => wishOf('get', '', {}), 'get: Study Instance UID "" is no UID'],
  [() => wishOf('get', '1.2.*', {}), '"1.2.*" is no UID'],
  [() => wishOf('get', '1.2', { series: '1'.repeat(65) }), 'get: --series'],
  [() => wishOf('get', '1.2', { instance: '1.2\\' }), 'get: --instance'],
])('says which is none, before a peer is asked', (wish, words) => {
  expect(wish).toThrow(words);
});
