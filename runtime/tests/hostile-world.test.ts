// Faults of the world around a run: signals in every phase, files, ports, names, disks, targets.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Place, STORE_SCRIPT, type Finished } from './cli-spawn.ts';
import { listen } from '../dicom/scp/server.ts';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { closeServers, ECHO, serve, servers } from './wire-fixture.ts';

const MAIN = new URL('../../dist/runtime/cli/main.js', import.meta.url).pathname;
const QUICK = ['--embedded', '--no-report', '--settle', '2s'];
const PHASES = `import dicom from 'dicom';
import { sleep } from 'k6';
const archive = dicom.receiver({ aet: 'ARCHIVE' });
const pacs = dicom.peer({ deliversTo: archive });
const ct = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
const phase = __ENV.PHASE;
console.log('in init');
if (phase === 'init') { const end = Date.now() + 3000; while (Date.now() < end); }
export async function setup() { console.log('in setup'); if (phase === 'setup') await sleep(30); }
export async function vuInit() { console.log('in vuInit'); if (phase === 'vuInit') await sleep(30); }
export default async function () {
  console.log(__ITER === 0 ? 'in ramp' : 'once round');
  const study = dicom.study({ images: 1, from: ct });
  await pacs.store(study.images[0]);
  await sleep(0.2);
}
export async function teardown() { console.log('in teardown'); if (phase === 'teardown') await sleep(2); }
`;

let place: Place;
afterEach(async () => {
  await closeServers();
  place.remove();
});

/** Nothing of the run is left: no process of its folder, no temporary file. */
function expectNothingLeft(): void {
  const left = readdirSync(place.folder).filter(
    (name) => !/^(results|phases\.ts|store\.ts|out|tiny|blocked|\.npm)$/.test(name),
  );
  expect(left).toEqual([]);
  const running = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  expect(running).not.toContain(place.folder);
}

describe('a signal', () => {
  it.each(['init', 'setup', 'vuInit', 'ramp', 'teardown'])(
    'in %s ends the run in order, with 105',
    async (phase) => {
      place = new Place({ 'phases.ts': PHASES });
      const load = [
        '--vus',
        '2',
        '--ramp',
        '1s',
        '--duration',
        phase === 'teardown' ? '0s' : '20s',
      ];
      const running = place.start(['run', 'phases.ts', ...QUICK, ...load], { PHASE: phase });
      // Output of init comes when init is over.
      if (phase === 'init') await new Promise((resolve) => setTimeout(resolve, 1_200));
      else await running.says(`in ${phase}`);
      running.kill('SIGINT');
      const began = performance.now();
      const { code, err } = await running.done;
      expect({ code, err }, err).toMatchObject({ code: 105 });
      expect(err).toContain('SIGINT: stopping');
      expect(performance.now() - began).toBeLessThan(15_000);
      if (phase === 'ramp') expect(err).toContain('in teardown');
      expectNothingLeft();
    },
  );

  it.each(['SIGTERM', 'SIGHUP'] as const)('%s is as good as Ctrl-C', async (signal) => {
    place = new Place({ 'phases.ts': PHASES });
    const running = place.start(['run', 'phases.ts', ...QUICK, '--vus', '2', '--duration', '20s']);
    await running.says('once round');
    running.kill(signal);
    const { code, out, err } = await running.done;
    expect(code, err).toBe(105);
    expect(out).toContain(`interrupted by ${signal}`);
    expect(place.summary().execution.iterations).toBeGreaterThan(0);
    expectNothingLeft();
  });

  it('is 105 from the first moment on, whatever the command', async () => {
    // Sent as soon as somebody listens: nothing else is loaded by then.
    const now = `process.once('newListener', (name) => {
      if (name === 'SIGINT') setImmediate(() => process.kill(process.pid, 'SIGINT'));
    });`;
    place = new Place({ 'now.mjs': now });
    const env = { NODE_OPTIONS: '--import ./now.mjs' };
    const { code, out, err } = await place.start(['config'], env).done;
    expect({ code, out, err }).toEqual({
      code: 105,
      out: '',
      err: 'error: interrupted by SIGINT\n',
    });
  });

  it('ends generate after the file under way, and says how many there are', async () => {
    place = new Place({});
    const running = place.start(['generate', 'made', '--count', '9999', '--size', '5MB']);
    const made = join(place.folder, 'made', 'study0001', 'series1');
    await expect
      .poll(() => existsSync(join(made, 'image0002.dcm')), { timeout: 10_000 })
      .toBe(true);
    running.kill('SIGINT');
    const { code, out, err } = await running.done;
    expect(code, err).toBe(105);
    expect(err).toContain('interrupted by SIGINT');
    const files = readdirSync(made);
    expect(out).toMatch(new RegExp(`^${files.length} files, `));
    expect(files.filter((name) => !name.endsWith('.dcm'))).toEqual([]);
  });

  it('while deliveries settle, ends the waiting', async () => {
    const port = await serve();
    const script = PHASES.replace('dicom.peer({ ', `dicom.peer({ connect: 'X@127.0.0.1:${port}', `);
    place = new Place({ 'phases.ts': script });
    const load = ['--no-report', '--settle', '60s', '--vus', '1', '--iterations', '2'];
    const running = place.start(['run', 'phases.ts', ...load]);
    await running.says('waiting for deliveries');
    running.kill('SIGINT');
    const began = performance.now();
    const { code, err } = await running.done;
    expect(code, err).toBe(105);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(place.summary().delivery.routes[0]).toMatchObject({ accepted: 2, missing: 2 });
  });
});

/** Runs with limits of the shell. */
function runIn(shell: string, args: readonly string[]): Promise<Finished> {
  const command = `${shell}; exec "$0" "$@"`;
  const child = spawn('bash', ['-c', command, process.execPath, MAIN, ...args], {
    cwd: place.folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: place.folder, TMPDIR: place.folder },
  });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
}

describe('files and disks', () => {
  it('a results folder that cannot be made is named before the run, with 104', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT, blocked: 'a file' });
    const { code, err } = await place.run(['run', 'store.ts', ...QUICK, '--results', 'blocked']);
    expect(code).toBe(104);
    expect(err).toMatch(/results folder "blocked.*" cannot be made: ENOTDIR/);
  });

  it('no file descriptors left: the run goes on to its verdict', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const load = ['--vus', '60', '--duration', '3s'];
    const { code, err } = await runIn('ulimit -n 64', ['run', 'store.ts', ...QUICK, ...load]);
    expect([0, 99, 105, 109, 111], err).toContain(code);
    expect(err).not.toMatch(/^\s+at .*\.js:\d+/m);
  });

  it('a full disk costs the files, not the run, and is told', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT, 'mine.ts': TAKES_ALL });
    const folder = join(place.folder, 'tiny');
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], {
        stdio: 'ignore',
      });
    } catch {
      process.stderr.write('NOT TESTED: a full disk (mounting a tmpfs needs root)\n');
      return;
    }
    try {
      writeFileSync(join(folder, 'filler'), Buffer.alloc(50_000));
      const load = ['--vus', '3', '--duration', '3s', '--results', 'tiny', '--out', './mine.ts'];
      const { code, out, err } = await place.run(['run', 'store.ts', ...QUICK, ...load]);
      expect(code, err).toBe(0);
      expect(err).toMatch(/run\.ndjson: cannot write the run log \(ENOSPC/);
      expect(out).toMatch(/^PASS/);
      // What did not reach the log, the output behind it cannot have had.
      expect(Number(/mine\.ts: .* ([1-9]\d*) unwritten/.exec(out)?.[1] ?? 0), out).toBeGreaterThan(
        0,
      );
      const named = [...out.matchAll(/^ +(tiny\/\S+) +\S/gm)].map(([, path = '']) => path);
      for (const path of named)
        expect(statSync(join(place.folder, path)).size, path).toBeGreaterThan(0);
      const strict = await place.run(['run', 'store.ts', ...QUICK, ...load, '--strict-output']);
      expect(strict.code, strict.out).toBe(112);
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  it('a results folder that goes while the run goes on: what is listed is there', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const running = place.start(['run', 'store.ts', ...QUICK, '--vus', '1', '--duration', '4s']);
    const log = (): string => {
      const results = join(place.folder, 'results');
      const [run = ''] = existsSync(results) ? place.runs() : [];
      return join(run, 'run.ndjson');
    };
    await expect.poll(() => existsSync(log()), { timeout: 20_000 }).toBe(true);
    renameSync(join(place.folder, 'results'), join(place.folder, 'elsewhere'));
    const { code, out, err } = await running.done;
    expect(code, err).toBe(0);
    expect(err).not.toMatch(/fault of dicomrun/);
    const named = [...out.matchAll(/^ +(results\/\S+) +\S/gm)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(join(place.folder, path)))).toEqual([]);
  });

  it('a closed reader (| head -1) changes neither run nor verdict', async () => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const args = `run store.ts ${QUICK.join(' ')} --vus 1 --iterations 2`;
    const script = `"${process.execPath}" "${MAIN}" ${args} | head -1; exit \${PIPESTATUS[0]}`;
    const child = spawn('bash', ['-c', script], { cwd: place.folder });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toMatch(/^PASS/);
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk behind > is told, and is no success', () => {
    const script = `"${process.execPath}" "${MAIN}" help words > /dev/full`;
    const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 104 });
    expect(stderr).toMatch(/^error: standard output took not all of it \(ENOSPC\)\n +try: /);
  });

  it.skipIf(!existsSync('/dev/full')).each(['run', 'smoke'])(
    'a full disk behind --reporter of %s is told, and is no success',
    (command) => {
      place = new Place({ 'store.ts': STORE_SCRIPT });
      const load = command === 'run' ? ['--vus', '1', '--iterations', '1'] : [];
      const full = ['--reporter', 'junit=/dev/full'];
      const args = [MAIN, command, 'store.ts', ...QUICK, ...load, ...full];
      const options = { cwd: place.folder, encoding: 'utf8' } as const;
      const { status, stderr } = spawnSync(process.execPath, args, options);
      expect({ status, stderr }).toMatchObject({ status: 112 });
      expect(stderr).toMatch(
        /error: --reporter: "\/dev\/full" cannot be written: ENOSPC.*\n +try: /,
      );
    },
  );
});

/** An output of the user that takes whatever comes. */
const TAKES_ALL = 'export default () => ({ points() {} });';

describe('the network', () => {
  const busy = (): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
    });

  it('a receiver port in use is named, before anything is sent', async () => {
    const server = await busy();
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const script = STORE_SCRIPT.replace(
      'dicom.peer({})',
      `dicom.peer({ deliversTo: dicom.receiver({ aet: 'A', port: ${port} }) })`,
    );
    place = new Place({ 'store.ts': script });
    const { code, err } = await place.run(['run', 'store.ts', ...QUICK]);
    server.close();
    expect([104, 107], err).toContain(code);
    expect(err).toContain(`cannot listen on 127.0.0.1:${port}`);
    expect(err).toContain('choose another port, or 0 for any free one');
  });

  it.each([
    ['X@no-such-host.invalid:104', /X@no-such-host\.invalid:104 has an? .*getaddrinfo E/],
    ['X@127.0.0.1:1', /X@127\.0\.0\.1:1 refused the connection .*ECONNREFUSED/],
    ['X@[::1]:1', /X@\[::1\]:1 .*connect E/],
  ])('%s: 111 with its name', async (target, message) => {
    place = new Place({ 'store.ts': STORE_SCRIPT });
    const { code, err } = await place.run(['run', 'store.ts', '-c', target, '--no-report']);
    expect(code, err).toBe(111);
    expect(err).toMatch(message);
  });

  it('a target that is killed and comes back: failures are counted, then it goes on', async () => {
    const start = async (port: number): Promise<number> => {
      const server = await listen({
        port,
        handler: {
          onAssociate: ({ rq }) => ({ kind: 'accept', contexts: negotiateContexts(rq) }),
          ...ECHO,
        },
      });
      servers.push(server);
      return server.port;
    };
    const port = await start(0);
    const paced = STORE_SCRIPT.replace('import { check }', 'import { check, sleep }').replace(
      'const study',
      'await sleep(0.05);\n  const study',
    );
    place = new Place({ 'store.ts': paced });
    const target = ['-c', `X@127.0.0.1:${port}`, '--no-report', '--vus', '2', '--duration', '6s'];
    const running = place.start(['run', 'store.ts', ...target]);
    await running.says('outputs');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await closeServers();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await start(port);
    const { code, err } = await running.done;
    expect(code, err).toBe(0);
    expect(err).toContain('ECONNREFUSED');
    const { errors, delivery, execution } = place.summary();
    expect(errors.total).toBeGreaterThan(0);
    expect(delivery.accepted).toBeGreaterThan(20);
    expect(execution.iterations).toBeGreaterThan(20);
    const log = readFileSync(join(place.runs()[0] ?? '', 'run.ndjson'), 'utf8');
    expect(log.trim().split('\n').length).toBeGreaterThan(5);
  });
});
