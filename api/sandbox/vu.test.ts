// `__ENV` of a VU: its own, and a new one in each scenario.
import { describe, expect, it } from 'vitest';
import { Vu } from './vu.ts';

describe('__ENV', () => {
  const common = { WHO: 'all', WHERE: 'here' };

  it('is the own of each VU, and the same while it is in a scenario', () => {
    const [one, other] = [new Vu(0, 1, common), new Vu(1, 2, common)];
    one.env['WHO'] = 'one';
    expect(one.env).toEqual({ WHO: 'one', WHERE: 'here' });
    expect(other.env).toEqual(common);
    expect(common).toEqual({ WHO: 'all', WHERE: 'here' });
  });

  it('is made anew with the variables of a scenario', () => {
    const vu = new Vu(0, 1, common);
    vu.env['WHO'] = 'one';
    vu.newEnv({ WHO: 'beta' });
    expect(vu.env).toEqual({ WHO: 'beta', WHERE: 'here' });
    vu.newEnv({});
    expect(vu.env).toEqual(common);
  });
});
