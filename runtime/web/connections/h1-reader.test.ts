// Answers in whatever pieces they come, and what is none.
import { describe, expect, it } from 'vitest';
import { H1Reader } from './h1-reader.ts';

const KEEP = 60_000;

/** What a reader tells of bytes that come `step` at a time, and how many it took. */
function read(text: string, step: number) {
  const told: unknown[] = [];
  let body = '';
  const reader = new H1Reader(
    {
      onHead: (status, headers) => told.push(status, headers),
      onBody: (bytes) => (body += bytes.toString('latin1')),
      onEnd: (keep) => told.push(body, keep),
    },
    KEEP,
  );
  const bytes = Buffer.from(text, 'latin1');
  let taken = 0;
  for (let at = 0; at < bytes.length && told.length < 4; at += step) {
    taken += reader.push(Buffer.from(bytes.subarray(at, at + step)));
  }
  const ended = reader.end();
  return { told, taken, ended };
}

const CHUNKS = '3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nx-t: 1\r\n\r\n';

describe.each([1, 2, 3, 7, 1000])('an answer in pieces of %i bytes', (step) => {
  it.each([
    ['200 OK\r\nContent-Length: 3\r\nX-A: 1\r\nx-a:2 ', 'abc', KEEP, { 'x-a': '1, 2' }],
    ['200\r\ncontent-length: 3\r\nconnection: Close', 'abc', 0, {}],
    ['200 OK\r\ncontent-length: 3\r\nkeep-alive: timeout=5', 'abc', 4000, {}],
    ['200 OK\r\ncontent-length: 3\r\nkeep-alive: timeout=1', 'abc', 0, {}],
    ['200 OK\r\nlong: a\r\n  b\r\ncontent-length: 3', 'abc', KEEP, { long: 'a b' }],
    ['200 OK\r\ncontent-length: 3\r\nconstructor: 1', 'abc', KEEP, { constructor: '1' }],
    ['204 No Content', '', KEEP, {}],
    ['304 Not Modified\r\ncontent-length: 5', '', KEEP, {}],
  ])('is read: %s', (head, body, keep, headers) => {
    const text = `HTTP/1.1 ${head}\r\n\r\n${body}`;
    const { told, taken } = read(text, step);
    expect(told).toEqual([Number(head.slice(0, 3)), expect.objectContaining(headers), body, keep]);
    expect(taken).toBe(text.length);
  });

  it('is read by its chunks, after one that is no answer yet', () => {
    const head =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { told } = read(head + CHUNKS, step);
    expect(told.slice(2)).toEqual(['abc0123456789', KEEP]);
  });

  it('ends with its connection, where it says no length', () => {
    const { told, ended } = read('HTTP/1.0 200 OK\r\n\r\nabc', step);
    expect(ended).toBe(true);
    expect(told.slice(2)).toEqual(['abc', 0]);
  });
});

it('leaves what comes behind an answer', () => {
  const text = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx';
  expect(read(`${text}more`, 1000).taken).toBe(text.length);
});

it.each([
  ['\x07\x00\x00\x00', 'HTTPParserError'],
  ['HTTP/2 200\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 99 Few\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\ncontent-length: 1\n\nx', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\r\nno header\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n', 'HTTPParserError'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n', 'HTTPParserError'],
])('%j is no answer', (text, name) => {
  for (const step of [1, 1000]) {
    expect(() => read(text, step)).toThrow(expect.objectContaining({ name }) as Error);
  }
});

it.each(['HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;'])(
  'has no line without an end after %j',
  (before) => {
    const is = expect.objectContaining({ code: 'UND_ERR_HEADERS_OVERFLOW' }) as Error;
    expect(() => read(before + 'x'.repeat(20_000), 5000)).toThrow(is);
  },
);

describe('a body that comes in one piece', () => {
  const wholes = (text: string, step: number): readonly boolean[] => {
    const told: boolean[] = [];
    const onBody = (_: Buffer, isWhole: boolean): unknown => told.push(isWhole);
    const reader = new H1Reader({ onHead: () => null, onBody, onEnd: () => null }, KEEP);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
    return told;
  };
  const head = 'HTTP/1.1 200 OK\r\n';

  it('is told as whole, and no other is', () => {
    const counted = `${head}content-length: 3\r\n\r\nabc`;
    expect(wholes(counted, 1000)).toEqual([true]);
    expect(wholes(counted, counted.length - 3)).toEqual([true]);
    expect(wholes(counted, counted.length - 1)).toEqual([false, false]);
    expect(wholes(`${head}transfer-encoding: chunked\r\n\r\n${CHUNKS}`, 1000)).toEqual([
      false,
      false,
    ]);
    expect(wholes(`${head}\r\nabc`, 1000)).toEqual([false]);
  });
});
