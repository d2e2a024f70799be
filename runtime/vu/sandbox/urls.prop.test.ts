// `URL` and `URLSearchParams` of a script against those of Node, over everything that comes to mind.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connect, registers } from '../../../api/sandbox/door.ts';
import { URL as OurURL } from '../../../api/sandbox/url.ts';
import { URLSearchParams as OurParams } from '../../../api/sandbox/url-params.ts';
import { urlParts } from './urls.ts';

let answer = '';
connect({
  ring: () => {
    answer = urlParts(registers.text());
    return 0;
  },
  text: () => answer,
  a: () => 0,
  b: () => 0,
  c: () => 0,
});

const SCHEMES = [
  'http:',
  'https:',
  'HTTP:',
  'ftp:',
  'file:',
  'ws:',
  'mailto:',
  'data:',
  'a+b-c.1:',
];
const HOSTS = [
  ...['example.com', 'EXAMPLE.com.', 'a:80', 'a:443', 'a:0', 'a:65535', 'a:65536', 'a:x', 'u@h'],
  ...['u:p@h', 'u:@h', ':p@h', 'a%41', 'ä.de', 'xn--4ca.de', '☃.net', '192.168.0.1', '0x7f.1'],
  ...['256.1.1.1', '1.2.3', '[::1]', '[::1]:8', '[::ffff:1.2.3.4]', '[1::2::3]', '[g]', ''],
  ...[
    'a b',
    'a<b',
    'a|b',
    'a_b',
    '-a-',
    'a..b',
    '%',
    '%zz',
    'a\u00adb',
    'u%3Ap:q@h',
    'a\tb',
    '日本',
  ],
];
const TAILS = [
  ...['', '/', '/a/b/../c', '/./a', '/%2e%2E/a', '/a b', '/ä', '/a?b', '/a?b=c&d#e', '?q', '#f'],
  ...['/a\\b', '//x', '/a;b=c', '/"<>`{}', '/?"<>\'', '/#"<>`', '/%zz', '/\u0000', '/a?ä#ä'],
];
const RELATIVE = [
  ...['', 'a', './a', '../a', '../../../a', '/a', '//h/a', '?q', '#f', 'http:a', 'https:a', '.'],
  ...['..', '\\a', '/..//a', 'x:y', ' a ', '\na\t', 'a:80', '///a', 'C|/a', '%2e', '?', '#', '@'],
];
const BASES = [
  'http://u:p@h:8/x/y?z#w',
  'file:///c:/x',
  'mailto:a',
  'a://b/c',
  '/no',
  'about:blank',
];

const PARTS = [
  ...['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port'],
  ...['pathname', 'search', 'hash'],
] as const;

type Made = URL | OurURL;

/** Every part, or that there is no URL. */
function parts(make: () => Made): unknown {
  try {
    const url = make();
    const query = [...url.searchParams];
    return [...PARTS.map((part) => url[part]), String(url), JSON.stringify(url), query];
  } catch (error) {
    return `${(error as Error).name} ${(error as Error).message}`;
  }
}

describe('URL', () => {
  it('is as in Node, alone and relative', () => {
    const whole = SCHEMES.flatMap((scheme) => [
      ...HOSTS.map((host) => `${scheme}//${host}/a?b#c`),
      ...TAILS.map((tail) => `${scheme}//h${tail}`),
      ...TAILS.map((tail) => `${scheme}${tail}`),
    ]);
    for (const url of [...whole, ...RELATIVE]) {
      expect(
        parts(() => new OurURL(url)),
        url,
      ).toEqual(parts(() => new URL(url)));
      expect(OurURL.canParse(url), url).toBe(URL.canParse(url));
    }
    for (const base of BASES) {
      for (const url of [...RELATIVE, ...HOSTS]) {
        const ours = parts(() => new OurURL(url, base));
        expect(ours, `${url} at ${base}`).toEqual(parts(() => new URL(url, base)));
      }
    }
    expect(whole.length).toBeGreaterThan(600);
    expect(OurURL.parse('no')).toBeNull();
    expect(OurURL.parse('x:y')?.href).toBe('x:y');
  });

  it('is as in Node whatever is set', () => {
    const values = [
      '',
      'a',
      'x:',
      'https',
      'a b',
      'ä',
      '?a=b',
      '#a',
      '80',
      '99999',
      'h:1',
      '/../a',
    ];
    for (const start of ['http://u:p@h:8/x?y#z', 'mailto:a', 'file:///a', 'a:b?c']) {
      for (const part of PARTS) {
        if (part === 'origin') continue;
        for (const value of values) {
          const set = (url: Made): Made => {
            const { searchParams } = url;
            url[part] = value;
            expect(searchParams).toBe(url.searchParams);
            return url;
          };
          expect(
            parts(() => set(new OurURL(start))),
            `${start} ${part}=${value}`,
          ).toEqual(parts(() => set(new URL(start))));
        }
      }
    }
  });

  it('is as in Node for any text', () => {
    const text = fc.oneof(
      fc.webUrl(),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, fc.option(text), (url, base) => {
        const ours = parts(() => new OurURL(url, base ?? undefined));
        expect(ours).toEqual(parts(() => new URL(url, base ?? undefined)));
      }),
      { numRuns: 500 },
    );
  });

  it('takes anything for a text, and nothing longer than a million characters', () => {
    for (const odd of [null, undefined, 5, {}, [], ['http://a'], new Date(0)]) {
      const make = (Class: typeof URL | typeof OurURL) => parts(() => new Class(odd as string));
      expect(make(OurURL)).toEqual(make(URL));
    }
    expect(() => new OurURL(`http://a/${'x'.repeat(1 << 20)}`)).toThrow('Invalid URL');
  });
});

const INITS: readonly unknown[] = [
  ...[
    '',
    '?',
    '?a=b',
    '??a',
    'a',
    '=',
    '&',
    '&&a',
    'a&b',
    'a=b=c',
    'a+b=c+d',
    '%61=%C3%A4',
    '%=%2',
  ],
  ...['%zz', '%ff%fe', '%EF%BB%BFa', 'ä=ö', '\ud800', 'a=b&a=c&b=d', '😀=☃', 'a%00b', '#a=b'],
  ...[undefined, null, 5, true, {}, { a: 1, b: 'x y', ä: null }, [], [['a', 'b'], new Set([1, 2])]],
  ...[[['a']], [['a', 'b', 'c']], ['ab'], [5], new Map([['k', 'v']]), [null]],
];

function text(make: () => URLSearchParams | OurParams): unknown {
  try {
    const params = make();
    return [params.toString(), [...params], params.size, [...params.keys()], [...params.values()]];
  } catch (error) {
    return (error as Error).name;
  }
}

describe('URLSearchParams', () => {
  it('is as in Node for every kind of start', () => {
    for (const init of INITS) {
      const ours = text(() => new OurParams(init as string));
      expect(ours, JSON.stringify(init)).toEqual(text(() => new URLSearchParams(init as string)));
    }
  });

  it('is as in Node whatever is done, and its URL with it', () => {
    const name = fc.oneof(fc.constantFrom('a', 'b', 'ä', '', '\ud800', 'z'), fc.string());
    const step = fc.record({
      what: fc.constantFrom('append', 'set', 'delete', 'delete one', 'sort'),
      name,
      value: fc.oneof(name, fc.string({ unit: 'grapheme' })),
    });
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.array(step), (start, steps) => {
        const [ours, node] = [new OurURL(start), new URL(start)];
        for (const { what, name: key, value } of steps) {
          for (const { searchParams } of [ours, node]) {
            if (what === 'append' || what === 'set') searchParams[what](key, value);
            else if (what === 'sort') searchParams.sort();
            else searchParams.delete(key, what === 'delete' ? undefined : value);
          }
          const [a, b] = [ours.searchParams, node.searchParams];
          expect([a.get(key), a.getAll(key), a.has(key), a.has(key, value)]).toEqual([
            ...[b.get(key), b.getAll(key), b.has(key), b.has(key, value)],
          ]);
        }
        expect(ours.href).toBe(node.href);
        const seen: unknown[] = [];
        ours.searchParams.forEach((value, key) => seen.push([key, value]));
        expect(seen).toEqual([...node.searchParams]);
      }),
      { numRuns: 300 },
    );
  });
});
