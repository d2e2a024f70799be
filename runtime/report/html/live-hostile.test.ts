// Raw bytes at the live page: each of them is refused, and the page goes on.
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUNLOG_FILE } from '../../runlog/format.ts';
import { RunLogWriter } from '../../runlog/writer.ts';
import { startLivePage } from './live.ts';
import type { LivePage } from './live.ts';

const assets = { js: '', css: '' };

/** What comes back for these bytes, until the page hangs up or has answered. */
function answerTo(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (data) => (got += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(got));
  });
}

describe('the live page and raw requests', () => {
  let dir: string;
  let page: LivePage;
  let port: number;
  const thrown: unknown[] = [];
  const note = (error: unknown) => thrown.push(error);
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'dicomrun-raw-'));
    new RunLogWriter(dir, () => undefined).close();
    page = await startLivePage({ file: join(dir, RUNLOG_FILE), assets });
    port = Number(new URL(page.url).port);
    process.on('uncaughtException', note);
  });
  afterAll(async () => {
    process.off('uncaughtException', note);
    await page.finish();
    rmSync(dir, { recursive: true, force: true });
  });

  it.each([
    'GET // HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET http://[ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    'GET http://[::1 HTTP/1.1\r\nHost: [\r\n\r\n',
    'GET * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    'GET /%zz%?token=%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    'GET /?token=\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    'CONNECT [::1]:99999 HTTP/1.1\r\nHost: x\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello',
    'GET / HTTP/1.0\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01',
  ])('%j is refused', async (bytes) => {
    const got = await answerTo(port, Buffer.from(bytes, 'latin1'));
    expect(got === '' || /^HTTP\/1\.1 (400|403|404) /.test(got), got).toBe(true);
  });

  it('refuses the right token under the name of another host', async () => {
    const path = page.url.slice(page.url.indexOf('/?'));
    const say = (host: string) => answerTo(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(await say('evil.example')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await say('127.0.0.1')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('survives request lines of any bytes', async () => {
    const line = fc.string({ unit: 'binary', maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(line, line, async (target, host) => {
        const bytes = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 'latin1');
        expect(await answerTo(port, bytes)).not.toMatch(/^HTTP\/1\.1 200/);
      }),
      { numRuns: 40 },
    );
    expect(thrown).toEqual([]);
  }, 60_000);
});
