import { describe, expect, it } from 'vitest';
import { anonymiseOptions } from './anonymise-flags.ts';

describe('options of --anonymise', () => {
  it('are those of anonymised(), several with commas', () => {
    const flags = { anonymise: true, retain: 'uids, Device', clean: 'descriptions', salt: 'x' };
    expect(anonymiseOptions(flags)).toEqual({
      retainUids: true,
      retainDevice: true,
      cleanDescriptions: true,
      salt: 'x',
    });
    expect(anonymiseOptions({ anonymise: true })).toEqual({});
    expect(anonymiseOptions({})).toBeNull();
  });

  it('are refused by name, and without --anonymise', () => {
    expect(() => anonymiseOptions({ anonymise: true, retain: 'uids,' })).toThrow(/""/);
    expect(() => anonymiseOptions({ anonymise: true, clean: 'dates' })).toThrow(/"dates"/);
    expect(() => anonymiseOptions({ salt: 'x' })).toThrow(/--salt/);
  });
});
