// The client against servers that misbehave: every failure has a code, words, and an end.
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { credentialsOf, whole } from './auth.ts';
import { WebFailure } from './failure.ts';
import { WebOrigin, type WebRequest, type WebTimeouts } from './http-client.ts';

const TIMEOUTS: WebTimeouts = { connectMs: 2_000, responseMs: 10_000, idleMs: 10_000 };
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Over undici, which HTTP/2 is left to; what does not speak it is asked in HTTP/1.1. */
let http2 = false;

function at(port: number, timeouts: Partial<WebTimeouts> = {}): WebOrigin {
  const origin = new WebOrigin({
    origin: `http://127.0.0.1:${port}`,
    ...{ tls: null, connections: 4, http2 },
    timeouts: { ...TIMEOUTS, ...timeouts },
  });
  open.push(() => origin.destroy());
  return origin;
}

async function http(answer: RequestListener): Promise<number> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers every connection with these bytes once something was asked; then as `after` says. */
async function raw(bytes: string, after: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(bytes, 'latin1', () => after(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const GET: WebRequest = { method: 'GET', path: '/', headers: [], body: null };
const post = (body: Buffer): WebRequest => ({
  ...{ method: 'POST', path: '/', headers: [] },
  body: { bytes: body.length, pieces: () => [body.subarray(0, 3), body.subarray(3)] },
});
const code = (is: string, more: object = {}) => expect.objectContaining({ code: is, ...more });

describe.each([
  ['our own', false],
  ["undici's", true],
])('HTTP, %s', (_name, isLibrary) => {
  beforeAll(() => {
    http2 = isLibrary;
  });

  it('sends bodies of known length, reads answers, and stamps in order', async () => {
    const seen: string[] = [];
    const port = await http((request, response) => {
      request.on('data', (chunk: Buffer) => seen.push(String(chunk)));
      request.on('end', () => {
        seen.push(String(request.headers['content-length']));
        response.writeHead(201, { 'x-two': ['a', 'b'] }).end('done');
      });
    });
    const answer = await whole(at(port), post(Buffer.from('a body')));
    expect(answer).toMatchObject({ status: 201, text: 'done', headers: { 'x-two': 'a, b' } });
    expect(seen.slice(0, -1).join('')).toBe('a body');
    expect(seen.at(-1)).toBe('6');
  });

  it('sends a body of many pieces, however slowly it is read', async () => {
    const sizes = [100, 600_000, 90, 700_000, 3_000_000, 1, 1_200_000, 40];
    const pieces = sizes.map((size, at) => Buffer.alloc(size, at));
    let seen = Buffer.alloc(0);
    const port = await http((request, response) => {
      const parts: Buffer[] = [];
      setTimeout(() => request.on('data', (chunk: Buffer) => parts.push(chunk)), 50);
      request.on('end', () => {
        seen = Buffer.concat(parts);
        response.end('done');
      });
    });
    const bytes = sizes.reduce((sum, size) => sum + size);
    const body = { bytes, pieces: () => pieces };
    const origin = at(port);
    const answer = await whole(origin, { method: 'POST', path: '/', headers: [], body });
    expect(answer).toMatchObject({ status: 200, text: 'done' });
    expect(seen.equals(Buffer.concat(pieces))).toBe(true);
  });

  it('opens a connection once and keeps it', async () => {
    const ports = new Set<number | undefined>();
    const port = await http((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('x');
    });
    const origin = at(port);
    const connecting: number[] = [];
    for (let i = 0; i < 3; i++) {
      await new Promise<void>((resolve, reject) => {
        const exchange = origin.send(GET, {
          onHeaders: () => undefined,
          onData: () => undefined,
          onDone: () => {
            connecting.push(exchange.connecting);
            const { asked, sendStart, firstByte, lastByte } = exchange;
            expect([asked, sendStart, firstByte, lastByte].map((t) => t > 0)).not.toContain(false);
            expect(firstByte).toBeGreaterThanOrEqual(sendStart);
            resolve();
          },
          onFailed: reject,
        });
      });
    }
    expect(ports.size).toBe(1);
    expect(connecting[0]).toBeGreaterThan(0);
    expect(connecting.slice(1)).toEqual([0, 0]);
  });

  it('asks again, once, where a kept connection was closed under it', async () => {
    let asked = 0;
    const port = await http((request, response) => {
      asked++;
      if (asked === 2) request.socket.destroy();
      else response.end('x');
    });
    const origin = at(port);
    await whole(origin, GET);
    expect((await whole(origin, GET)).text).toBe('x');
    expect(asked).toBe(3);
  });

  it('does not store twice for that', async () => {
    let asked = 0;
    const port = await http((request, response) => {
      asked++;
      if (asked === 2) request.socket.destroy();
      else response.end('x');
    });
    const origin = at(port);
    await whole(origin, GET);
    await expect(whole(origin, post(Buffer.from('image')))).rejects.toThrow(code('TCP_CLOSED'));
    expect(asked).toBe(2);
  });

  it.each([
    ['no HTTP at all', '\x07\x00\x00\x00\x00\x04\x00\x00\x00\x00', 'WEB_NOT_HTTP'],
    ['a body that is cut', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc', 'WEB_CUT'],
    [
      'chunks that are cut',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab',
      'WEB_CUT',
    ],
    ['headers that are cut', 'HTTP/1.1 200 OK\r\ncontent-le', 'WEB_CUT'],
    ['headers without an end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`, 'WEB_HEADERS'],
    ['nothing', '', 'TCP_CLOSED'],
  ])('tells %s', async (_, bytes, is) => {
    const port = await raw(bytes, (socket) => socket.end());
    const failure = await whole(at(port), GET).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'WebFailure', code: is });
  });

  it('tells silence before and within an answer', async () => {
    const silent = await raw('', () => undefined);
    await expect(whole(at(silent, { responseMs: 300 }), GET)).rejects.toThrow(
      code('TIMEOUT_RESPONSE', { kind: 'timeout', phase: 'response' }) as Error,
    );
    const stops = await raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', () => undefined);
    await expect(whole(at(stops, { idleMs: 300 }), GET)).rejects.toThrow(
      code('TIMEOUT_IDLE', { kind: 'timeout', phase: 'idle' }) as Error,
    );
  });

  it('tells who is not there, and who speaks no TLS', async () => {
    const port = await raw('', (socket) => socket.end());
    for (const close of open.splice(0)) await close();
    await expect(whole(at(port), GET)).rejects.toThrow(
      code('TCP_ECONNREFUSED', { kind: 'transport' }) as Error,
    );
    const plain = await http((_, response) => response.end('x'));
    const origin = new WebOrigin({
      origin: `https://127.0.0.1:${plain}`,
      ...{ tls: {}, connections: 1, http2: false, timeouts: TIMEOUTS },
    });
    open.push(() => origin.destroy());
    await expect(whole(origin, GET)).rejects.toThrow(code('TLS_NOT_TLS') as Error);
  });

  it('keeps no connection that says more than it was asked, or that it ends', async () => {
    const ends = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx';
    const more = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\nyours';
    for (const bytes of [ends, more]) {
      const origin = at(await raw(bytes, () => undefined), { responseMs: 2_000 });
      expect((await whole(origin, GET)).text).toBe('x');
      expect((await whole(origin, GET)).text).toBe('x');
    }
  });

  it('hears who answers before it has read the request, and does not go on sending', async () => {
    const port = await raw('HTTP/1.1 413 Too Large\r\ncontent-length: 1\r\n\r\nx', (socket) =>
      socket.pause(),
    );
    const answer = await whole(at(port), post(Buffer.alloc(50_000_000)));
    expect(answer).toMatchObject({ status: 413, text: 'x' });
  });

  it('lets requests wait for a connection, and takes back those that are given up', async () => {
    let answered = 0;
    const port = await http((_, response) => setTimeout(() => response.end(`${++answered}`), 30));
    const origin = at(port);
    const user = { onHeaders: () => undefined, onData: () => undefined, onDone: () => undefined };
    const given = Array.from({ length: 8 }, () =>
      origin.send(GET, { ...user, onFailed: () => undefined }),
    );
    for (const one of given.slice(1)) one.cancel(new WebFailure('GONE', 'was given up'));
    expect((await whole(origin, GET)).status).toBe(200);
    expect(answered).toBeLessThanOrEqual(5);
  });

  it('does not collect an answer without an end', async () => {
    const port = await http((_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(10_000))) if (response.destroyed) return;
        response.once('drain', more);
      };
      more();
    });
    await expect(whole(at(port), GET, 100_000)).rejects.toThrow(code('WEB_TOO_LONG') as Error);
  });
});

describe('tokens of OAuth 2', () => {
  const settings = { ...{ tls: null, connections: 1, http2: false }, timeouts: TIMEOUTS };
  const oauth2 = (port: number) => ({
    tokenUrl: `http://127.0.0.1:${port}/token`,
    ...{ clientId: 'us', clientSecret: 's:e%cret', scope: 'dicom' },
  });

  it('are fetched once, for all who wait, and again when they were refused', async () => {
    const asked: string[] = [];
    const port = await http((request, response) => {
      request.on('data', (chunk: Buffer) => asked.push(String(chunk)));
      request.on('end', () => {
        asked.push(
          Buffer.from(String(request.headers.authorization).slice(6), 'base64').toString(),
        );
        response.end(JSON.stringify({ access_token: `t${asked.length}`, expires_in: 3600 }));
      });
    });
    const credentials = credentialsOf({ oauth2: oauth2(port) }, settings);
    expect(credentials.header()).toBeNull();
    expect(await Promise.all([credentials.fetch(), credentials.fetch()])).toEqual([
      'Bearer t2',
      'Bearer t2',
    ]);
    expect(credentials.header()).toBe('Bearer t2');
    expect(asked).toEqual(['grant_type=client_credentials&scope=dicom', 'us:s%3Ae%25cret']);
    expect(credentials.refused()).toBe(true);
    expect(credentials.header()).toBeNull();
    expect(await credentials.fetch()).toBe('Bearer t4');
  });

  it.each([
    [401, '{}', /answered the request of a token with 401/],
    [200, '<html>', /no JSON/],
    [200, '{"token":"x"}', /no access_token/],
  ])('that are none (%i %s) are told, without secrets', async (status, body, why) => {
    const port = await http((_, response) => response.writeHead(status).end(body));
    const failure = await credentialsOf({ oauth2: oauth2(port) }, settings)
      .fetch()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'WEB_TOKEN' });
    expect(String(failure)).toMatch(why);
    expect(JSON.stringify(failure) + String(failure)).not.toContain('e%cret');
  });
});
