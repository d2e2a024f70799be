import { expect, it } from 'vitest';
import { grafanaLink } from './grafana-link.ts';

it('opens the run in whole seconds around it, whatever its name', () => {
  expect(grafanaLink('http://g:3000/sub/', { id: 'a & b', from: 1_500, to: 2_500 })).toBe(
    'http://g:3000/sub/d/dicomrun-run?var-testid=a+%26+b&from=1000&to=4000',
  );
});
