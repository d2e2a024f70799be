import { expect, it } from 'vitest';
import { METRIC_TABLE } from '../../../api/k6/metric-table.ts';
import { FAILURES } from './failure-rates.ts';

/** Told as dropped iterations. */
const APART = 'iterations_achieved';

it('names every built-in rate: none fails unseen where no threshold judges it', () => {
  const rates = METRIC_TABLE.filter(({ type }) => type === 'rate').map(({ name }) => name);
  const told = [...FAILURES.map(({ metric }) => metric), APART];
  expect(told.sort()).toEqual(rates.sort());
});
