import fc from 'fast-check';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { wishOf } from './live-door.ts';

const TOKEN = '00112233445566778899aabbccddeeff';
const at = (url: string, more: object = {}) =>
  wishOf({ method: 'GET', url, host: '127.0.0.1:5665', ...more }, TOKEN, '127.0.0.1');

describe('the door of the live page', () => {
  it.each([
    [`/?token=${TOKEN}`, 'page'],
    [`/events?token=${TOKEN}`, 'events'],
    [`/report.html?a=b&token=${TOKEN}`, 'report'],
    [`/else?token=${TOKEN}`, 404],
    [`//?token=${TOKEN}`, 404],
    ['/', 403],
    ['//', 403],
    ['http://[', 403],
    ['*', 403],
    ['', 403],
    [`/?token=${TOKEN.slice(1)}`, 403],
    [`/?token=${TOKEN}0`, 403],
    [`/?Token=${TOKEN}`, 403],
    ['/?token=', 403],
  ])('%s → %s', (url, wish) => {
    expect(at(url)).toBe(wish);
  });

  it('is for requests that name this machine', () => {
    const own = `/?token=${TOKEN}`;
    for (const host of ['localhost:1', '[::1]:5665', '10.1.2.3:80', '::', hostname(), undefined]) {
      const good = host !== undefined && host !== '::';
      expect(at(own, { host }), String(host)).toBe(good ? 'page' : 403);
    }
    expect(at(own, { host: 'evil.example:5665' })).toBe(403);
    expect(at(own, { host: '127.0.0.1.evil.example' })).toBe(403);
    expect(wishOf({ method: 'GET', url: own, host: 'Named:1' }, TOKEN, 'named')).toBe('page');
  });

  it('is not for pages of another origin, nor for other methods', () => {
    const own = `/events?token=${TOKEN}`;
    expect(at(own, { origin: 'http://127.0.0.1:5665' })).toBe('events');
    expect(at(own, { origin: 'http://evil.example' })).toBe(403);
    expect(at(own, { origin: 'null' })).toBe(403);
    for (const method of ['HEAD', 'POST', 'OPTIONS', 'TRACE']) {
      expect(at(own, { method })).toBe(403);
    }
  });

  it('never throws and never opens, whatever comes', () => {
    const anything = fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { nil: undefined });
    fc.assert(
      fc.property(anything, anything, anything, (url, host, origin) => {
        expect([403, 404]).toContain(wishOf({ method: 'GET', url, host, origin }, TOKEN, 'x'));
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
