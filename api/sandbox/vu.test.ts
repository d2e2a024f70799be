// `__ENV` of a VU: its own, and a new one in each scenario; and the count of its associations.
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

describe('associations that are not kept', () => {
  const association = (kept: boolean) => ({ kept, open: true, release: () => Promise.resolve() });

  it('are counted while they are open, each once', () => {
    const vu = new Vu(0, 1, {});
    const [one, other, kept] = [association(false), association(false), association(true)];
    vu.opened(1, one);
    vu.opened(2, kept);
    vu.opened(3, other);
    expect(vu.passing).toBe(2);
    vu.closed(1, one);
    vu.closed(1, one);
    vu.closed(2, kept);
    expect(vu.passing).toBe(1);
    vu.closed(3, other);
    expect([vu.passing, vu.associations.size]).toEqual([0, 0]);
  });

  it('are those of now where a number is given again', () => {
    const vu = new Vu(0, 1, {});
    const [left, next] = [association(false), association(true)];
    vu.opened(1, left);
    vu.opened(1, next);
    expect(vu.passing).toBe(0);
    vu.closed(1, left);
    expect([...vu.associations.values()]).toEqual([next]);
  });
});
