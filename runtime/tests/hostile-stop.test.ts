// How a run ends that is told to: associations are released, not dropped, and nothing stays behind;
// and a terminal that changes its size meanwhile.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { Place } from './cli-spawn.ts';
import { requirePeer, startStorescp } from './peers.ts';
import { REPLY_LATER } from '../dicom/dimse/incoming.ts';
import { closeServers, serve } from './wire-fixture.ts';

const MAIN = new URL('../../dist/runtime/cli/main.js', import.meta.url).pathname;

const script = (associate: string, after: string): string => `import dicom from 'dicom';
import { sleep } from 'k6';
const receiver = dicom.receiver({ aet: 'RECEIVER' });
const pacs = dicom.peer({ deliversTo: receiver });
const ct = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export const options = {
  scenarios: { s: { executor: 'constant-vus', vus: 1, duration: '60s', gracefulStop: '2s' } },
};
export function setup() { console.log('receiver on ' + receiver.port); }
export default async function () {
  const study = dicom.study({ images: 1, from: ct });
  ${associate}
  await association.store(study.images[0]);
  console.log('stored');
  ${after}
}
`;
const CASES: readonly (readonly [string, string, string])[] = [
  ['kept by its VU', 'const association = await pacs.associate({ for: study, keep: true });', 'await sleep(0.1);'],
  ['of an iteration that ends in time', 'await using association = await pacs.associate({ for: study });', 'await sleep(0.5);'],
  ['of an iteration that is interrupted', 'const association = await pacs.associate({ for: study });', 'await sleep(60);'],
]; // prettier-ignore

let place: Place;
afterEach(() => place.remove());

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}

/** Processes that know the folder of the run. */
function processes(): string {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  return all
    .split('\n')
    .filter((line) => line.includes(place.folder))
    .join('\n');
}

describe.skipIf(!requirePeer('storescp'))('associations at Ctrl-C', () => {
  it.each(CASES)('%s: storescp sees A-RELEASE, no abort', async (_name, associate, after) => {
    const peer = await startStorescp({ fork: false, args: ['-v'] });
    place = new Place({ 'stop.ts': script(associate, after) });
    const target = `${peer.aet}@127.0.0.1:${peer.port}`;
    const args = ['run', 'stop.ts', '-c', target, '--no-report', '--settle', '0s'];
    const running = place.start(args);
    await running.says('stored');
    running.kill('SIGINT');
    const began = performance.now();
    const { code, out, err } = await running.done;
    expect(code, err).toBe(105);
    // The graceful stop, and what a busy machine adds to it.
    expect(performance.now() - began).toBeLessThan(20_000);
    const accepted = (): number => count(peer.log(), /Association Acknowledged/g);
    const released = (): number => count(peer.log(), /Association Release/g);
    await expect.poll(() => released() - accepted(), { timeout: 5_000 }).toBe(0);
    expect(accepted()).toBeGreaterThan(0);
    expect(peer.log()).not.toMatch(/abort/i);
    const port = Number(/receiver on (\d+)/.exec(out + err)?.[1]);
    expect(await refused(port)).toBe(true);
    expect(processes()).toBe('');
    expect(readdirSync(place.folder).sort()).toEqual(['results', 'stop.ts']);
    await peer.stop();
  });
});

describe('a dead InfluxDB', () => {
  it('is waited for at the end, and Ctrl-C ends that wait: the run is judged as it was', async () => {
    place = new Place({ 'nothing.ts': 'export default function () {}\n' });
    const out = 'influxdb=http://127.0.0.1:1/db';
    const running = place.start(['run', 'nothing.ts', '--no-report', '--out', out]);
    await running.says('trying for up to 30 s more');
    // Who leaves at once has a summary all the same.
    const draft = place.summary();
    expect(draft.execution.iterations).toBe(1);
    expect(draft.outputs[0]?.note).toBe('still being written');
    running.kill('SIGINT');
    const began = performance.now();
    const result = await running.done;
    expect(result.code, result.err).toBe(0);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(result.out).toMatch(/^DONE {2}1 iteration/);
    expect(result.out).toMatch(/points are in the run log only: dicomrun replay results/);
  });
});

/** In a pseudo terminal of `script`, whose size changes while the run goes on. */
function inTerminal(args: readonly string[], sizes: string): ChildProcess {
  const run = [process.execPath, MAIN, ...args].join(' ');
  const command = `stty cols 100 rows 30; (${sizes}) & exec ${run}`;
  return spawn('script', ['-qec', command, '/dev/null'], {
    cwd: place.folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: place.folder, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

describe.skipIf(!requirePeer('script', 'stty'))('a terminal', () => {
  it('that changes its size keeps its live lines within it, and the run to its end', async () => {
    const body = `import { sleep } from 'k6';
export const options = { vus: 2, duration: '6s' };
export default async function () { await sleep(0.1); }
`;
    place = new Place({ 'size.ts': body });
    const sizes = ['cols 40 rows 6', 'cols 20 rows 3', 'cols 200 rows 50']
      .map((size) => `sleep 1.3; stty ${size} < /dev/tty; printf '\\n<${size}>\\n' > /dev/tty`)
      .join('; ');
    const child = inTerminal(['run', 'size.ts', '--no-report'], sizes);
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code, text).toBe(0);
    expect(stripVTControlCharacters(text)).toMatch(/DONE +\d+ iterations/);
    // What was drawn between two sizes; the frame that was on its way may be of the size before.
    const small = /<cols 40 rows 6>([^]*)<cols 20/.exec(text)?.[1] ?? '';
    expect(small.length).toBeGreaterThan(0);
    const lines = small.split(/[\r\n]+/).map((line) => stripVTControlCharacters(line));
    expect(lines.filter((line) => line.length > 40).length, small).toBeLessThan(6);
  });
});

describe.skipIf(process.platform === 'win32')('what waits for the operating system', () => {
  it('Ctrl-C twice leaves, whatever a thread waits for', { timeout: 30_000 }, async () => {
    place = new Place();
    execFileSync('mkfifo', [`${place.folder}/pipe`]);
    // As a file server that does not answer: a thread that reads, in a process told to leave.
    const program = `
import { Worker } from 'node:worker_threads';
import { nodeTerminal } from ${JSON.stringify(new URL('terminal.js', `file://${MAIN}`).href)};
const code = "require('node:fs').readFileSync('pipe')";
new Worker(code, { eval: true, execArgv: [] });
setTimeout(() => nodeTerminal().exitNow(105), 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: place.folder,
      stdio: 'ignore',
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
  });

  it('a process that can leave does so with its own code', async () => {
    place = new Place();
    const program = `
import { nodeTerminal } from ${JSON.stringify(new URL('terminal.js', `file://${MAIN}`).href)};
nodeTerminal().exitNow(105);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    expect(await once(child, 'exit')).toEqual([105, null]);
  });

  it.each(["open('pipe')", "open('/dev/zero')", "dicom.files('pipe')"])(
    '%s is refused, and named',
    async (call) => {
      place = new Place({
        'init.ts': `import dicom from 'dicom';\n${call};\nexport default function () {}\n`,
      });
      execFileSync('mkfifo', [`${place.folder}/pipe`]);
      const { code, err } = await place.run(['run', 'init.ts', '--no-report']);
      expect(code, err).toBe(107);
      expect(err).toMatch(/no regular file/);
      expect(err).toMatch(/pipe|\/dev\/zero/);
    },
  );
});

describe('requests on their way at Ctrl-C', () => {
  it('are counted, as interrupted, and fail nobody', async () => {
    let arrived = 0;
    const port = await serve({
      onStoreEnd: () => {
        arrived++;
        return REPLY_LATER;
      },
    });
    place = new Place({
      'stop.ts': `import dicom from 'dicom';
const peer = dicom.peer({ connect: 'SILENT@127.0.0.1:${port}', timeouts: { response: '60s' } });
const ct = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export const options = {
  scenarios: { s: { executor: 'constant-vus', vus: 2, duration: '60s', gracefulStop: '1s' } },
};
export default async function () {
  console.log('stores');
  await peer.store(ct);
}
`,
    });
    const running = place.start(['run', 'stop.ts', '--no-report', '--no-preflight']);
    await running.says('stores');
    await expect.poll(() => arrived, { timeout: 20_000 }).toBe(2);
    running.kill('SIGINT');
    const { code, err } = await running.done;
    await closeServers();
    expect(code, err).toBe(105);
    const { metrics } = place.summary();
    expect(metrics['dicom_reqs']?.values['count']).toBe(arrived);
    expect(metrics['dicom_req_failed']?.values['rate']).toBe(0);
    // The peer has them: so does the ledger, as not answered.
    const told = await place.run(['ledger', place.runs().at(-1) ?? '']);
    expect(told.out).toBe('2 studies, 0 instances, 2 more not answered, 0 missing\n');
  });
});
