// Whatever breaks in main while a run goes on: teardown, summary, verdict 109 and where to read on.
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './run-cli.ts';

const SCRIPT = `
import dicom from 'dicom';
import { check, sleep } from 'k6';
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
const peer = dicom.peer({});
export const options = { vus: 1, duration: '8s' };
export default async function () {
  check(await peer.store(ct), { ok: (r) => r.ok });
  await sleep(0.2);
}
export function teardown() { console.log('TEARDOWN ran'); }
`;

/** A user's output runs in main like any of ours; this one breaks from a timer. */
const BREAKS = `
export default () => ({
  start() { setTimeout(() => { throw new Error('broke from a timer'); }, 1500); },
  points() {},
});
`;

describe('a fault in main', () => {
  let bench: Bench;
  beforeAll(() => {
    bench = new Bench('trust-supervisor');
  });
  afterAll(() => bench.remove());

  it('ends the run in order, with 109', { timeout: 60_000 }, async () => {
    bench.write('breaks.ts', BREAKS);
    const run = await bench.script(SCRIPT, [
      '--embedded',
      '--settle',
      '1s',
      '--out',
      './breaks.ts',
    ]);
    expect(run.code, run.stderr).toBe(109);
    expect(run.ms).toBeLessThan(30_000);
    expect(run.stderr).toMatch(/internal: broke from a timer\n.*fault of dicomrun.*Details: \S+/);
    expect(run.stderr).toMatch(/TEARDOWN ran/);
    expect(run.stdout).toMatch(/FAIL.*internal: broke from a timer/);
    expect(run.stdout).toMatch(/dicomrun report results/);
    const { verdict, checks } = run.summary();
    expect(verdict.exitCode).toBe(109);
    expect(checks.passes).toBeGreaterThan(0);
    expect(existsSync(join(run.folder(), 'report.html'))).toBe(true);
    expect(readFileSync(join(run.folder(), 'run.ndjson'), 'utf8')).toMatch(/"k":"end"/);
  });

  it('is not made by anything that the live page is asked', { timeout: 60_000 }, async () => {
    const run = bench.startScript(SCRIPT, ['--embedded', '--settle', '1s', '--web', '0']);
    await run.says(/http:\/\/127\.0\.0\.1:\d+\/\?token=/);
    const port = Number(/127\.0\.0\.1:(\d+)\/\?token/.exec(run.stderr())?.[1]);
    for (const line of ['GET // HTTP/1.1', 'GET http://[ HTTP/1.1', 'GET //?token=% HTTP/1.1']) {
      await raw(port, `${line}\r\nHost: a\r\n\r\n`);
    }
    // As a page of another origin does with <img src="http://127.0.0.1:PORT//">.
    await new Promise<void>((resolve) => {
      const asked = request({ port, path: '//', headers: { origin: 'http://evil.example' } });
      asked.on('response', (answer) => {
        expect(answer.statusCode).toBe(403);
        answer.resume().on('end', resolve);
      });
      asked.end();
    });
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
  });
});

function raw(port: number, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
  });
}
