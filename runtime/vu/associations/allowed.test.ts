import { describe, expect, it } from 'vitest';
import { allowFault, isAllowed } from './allowed.ts';

describe('--allow', () => {
  it('networks and addresses hold for addresses', () => {
    const allow = ['10.1.0.0/16', '192.0.2.7', '2001:db8::/32'];
    for (const host of ['10.1.255.3', '192.0.2.7', '2001:db8::1', '[2001:db8::1]']) {
      expect(isAllowed(host, allow), host).toBe(true);
    }
    for (const host of ['10.2.0.1', '192.0.2.8', '2001:db9::1', 'pacs', '::ffff:10.2.0.1']) {
      expect(isAllowed(host, allow), host).toBe(false);
    }
  });

  it('a name holds for itself only', () => {
    expect(isAllowed('PACS.example', ['pacs.example'])).toBe(true);
    expect(isAllowed('pacs', ['pacs.example'])).toBe(false);
    expect(isAllowed('127.0.0.1', ['localhost'])).toBe(false);
    expect(isAllowed('anything', [])).toBe(false);
  });

  it('says what is wrong with an entry', () => {
    for (const good of ['10.0.0.0/8', 'pacs', '::1', '2001:db8::/32']) {
      expect(allowFault(good), good).toBeNull();
    }
    for (const bad of ['10.0.0.0/33', 'pacs/8', '10.0.0.0/x', 'a b', '10.0.0.0/8/8']) {
      expect(allowFault(bad), bad).not.toBeNull();
    }
  });
});
