import { expect, it } from 'vitest';
import type { AgentInfo } from './protocol.ts';
import { calledApart } from './recruit.ts';

it.each([
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [
    ['a', 'a', 'a'],
    ['a', 'a-2', 'a-3'],
  ],
  [
    ['a', 'a', 'a-2'],
    ['a', 'a-3', 'a-2'],
  ],
  [
    ['a-2', 'a', 'a', 'a-2'],
    ['a-2', 'a', 'a-3', 'a-2-2'],
  ],
])('agents that are called %j are told apart as %j', (names, apart) => {
  const agents = names.map((name) => ({ name }) as AgentInfo);
  const found = calledApart(agents);
  expect(found.map(({ name }) => name)).toEqual(apart);
  expect(calledApart(found)).toEqual(found);
});
