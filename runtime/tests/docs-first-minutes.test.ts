// What people type in their first minutes, in the habits of DCMTK and k6, and what they are told.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirePeer, startStorescp, type StoragePeer } from './peers.ts';
import { Bench } from './run-cli.ts';

const bench = new Bench('first-minutes');
let server: StoragePeer;
const installed = requirePeer('storescp');

beforeAll(async () => {
  if (installed) server = await startStorescp();
  const made = await bench.run(['generate', './samples', '--modality', 'CT', '--count', '2']);
  expect(made.stdout).toMatch(/^2 files, .*in \.\/samples\n$/);
});
afterAll(async () => {
  if (installed) await server.stop();
  bench.remove();
});

describe.skipIf(!installed)("DCMTK's habits", () => {
  it.each([
    ['in front', (port: string) => ['127.0.0.1', port, './samples']],
    ['at the end', (port: string) => ['./samples', '127.0.0.1', port]],
  ])('send takes host and port %s', async (_, words) => {
    const args = words(String(server.port));
    const result = await bench.run(['send', '-aec', 'STORESCP', '-aet', 'ME', ...args]);
    expect(result.stdout).toBe('2 stored, 0 failed, 0 skipped\n');
    expect(result.code).toBe(0);
  });

  it('echo takes AET@host:port where DCMTK has the host', async () => {
    const result = await bench.run(['echo', `STORESCP@127.0.0.1:${server.port}`]);
    expect(result.stdout).toMatch(/^STORESCP@127\.0\.0\.1:\d+ answers: /);
  });

  it.each([
    ['find', ['find', 'today'], 'C-FIND, Study Root'],
    ['move', ['move', '1.2.3', '--to', 'ME'], 'C-MOVE, Study Root'],
  ])('%s names the service that the peer does not offer', async (_, words, service) => {
    const args = [...words, '-aec', 'STORESCP', '127.0.0.1', String(server.port)];
    const result = await bench.run(args);
    expect(result.stderr).toMatch(`accepted no presentation context for ${service}`);
    expect(result.code).toBe(111);
  });
});

describe("k6's habits", () => {
  it('a check of a promise says that await is missing, with the line', async () => {
    bench.write(
      'forgot.ts',
      `import dicom from 'dicom';
import { check } from 'k6';
const peer = dicom.peer({});
export default async function () {
  const r = peer.echo() as unknown as { ok: boolean };
  check(r, { ok: (x) => x.ok });
}
`,
    );
    const result = await bench.run(['run', 'forgot.ts', '--embedded']);
    expect(result.stderr).toContain('check(): got a promise, not its result');
    expect(result.stderr).toContain('at forgot.ts:6:3');
    expect(result.stderr).toContain('put `await` before the call');
    expect(result.stdout).toMatch(/^FAIL {2}no iteration finished: the one iteration threw/);
    expect(result.code).toBe(99);
  });

  it('the next command after an embedded run needs no server either', async () => {
    bench.write(
      'echo.ts',
      `import dicom from 'dicom';
const peer = dicom.peer({});
export default async function () { await peer.echo(); }
`,
    );
    const result = await bench.run(['run', 'echo.ts', '--embedded']);
    expect(result.stdout).toContain('next: dicomrun smoke echo.ts --embedded\n');
    const served = await bench.run(['run', 'echo.ts', '-c', 'A@127.0.0.1:1', '--no-preflight']);
    expect(served.stdout).toContain('next: dicomrun smoke echo.ts -c A@127.0.0.1:1\n');
  });
});

describe('help', () => {
  it('of a command is its flags', async () => {
    const [topic, flag] = [await bench.run(['help', 'echo']), await bench.run(['echo', '--help'])];
    expect(topic.stdout).toBe(flag.stdout);
    expect(topic.code).toBe(0);
  });

  it('lists every topic with its title, and finds words in them', async () => {
    const { stdout } = await bench.run(['help']);
    expect(stdout).toMatch(/^ {2}exit-codes +Exit codes$/m);
    const { stdout: found } = await bench.run(['help', 'gracefulStop']);
    expect(found).toMatch(/^"gracefulStop" stands in:$/m);
    expect(found).toMatch(/^ {2}dicomrun help executors\n {4}.*gracefulStop/m);
    expect((await bench.run(['help', 'api', 'Pool'])).stdout).toMatch(/^### Pool$/m);
    expect((await bench.run(['help', 'api', 'nosuch'])).code).toBe(104);
  });
});
