// Files that are broken or made to break: refused or skipped with the reason, in bounded time.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Chance, mutated } from '../bench/fuzz-mutate.ts';
import { dumpDataset } from '../dicom/file/dump.ts';
import { loadPool } from '../dicom/pool/files.ts';
import { openDataset, toJson } from '../dicom/element/json.ts';
import { fileMeta } from '../dicom/file/part10.ts';
import { Place } from './cli-spawn.ts';
import { EXPLICIT, IMPLICIT } from './wire-fixture.ts';
import { instance, instanceBytes, SECONDARY_CAPTURE } from './wire-calls.ts';

const MAIN = new URL('../../dist/runtime/cli/main.js', import.meta.url).pathname;
const DEFLATED = '1.2.840.10008.1.2.1.99';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dataset = instanceBytes(instance(1));
const file = (bytes: Buffer, syntax = EXPLICIT): Buffer =>
  Buffer.concat([fileMeta(SECONDARY_CAPTURE, '2.25.91.1.1', syntax), bytes]);
const nested = (depth: number): Buffer => {
  // (0008,1115) SQ and an item, both of undefined length.
  const open = Buffer.from('080015115351 0000ffffffff feff00e0ffffffff'.replaceAll(' ', ''), 'hex');
  return Buffer.concat([dataset.subarray(0, 0), ...Array.from({ length: depth }, () => open)]);
};

let number = 0;
/** What became of a folder with a good file and the given one. */
function loaded(bytes: Buffer): { length: number; skipped: string } {
  const place = join(folder, String(number++));
  mkdirSync(place);
  writeFileSync(join(place, 'good.dcm'), file(dataset));
  writeFileSync(join(place, 'bad.dcm'), bytes);
  const share = loadPool({ paths: [place], base: folder }, { id: 1, key: 'x' });
  rmSync(place, { recursive: true });
  return {
    length: share.members.length,
    skipped: share.skipped.map(({ reason }) => reason).join(),
  };
}

const LENGTH_AT = file(Buffer.alloc(0)).length + 8;
const withLength = (value: number, width: 2 | 4): Buffer => {
  const bytes = file(Buffer.from(dataset));
  if (width === 2) bytes.writeUInt16LE(value, LENGTH_AT - 2);
  else bytes.writeUInt32LE(value, bytes.length - 8);
  return bytes;
};

describe('one bad file among good ones', () => {
  it.each<[string, Buffer]>([
    ['empty', Buffer.alloc(0)],
    ['one byte', Buffer.from('D')],
    ['only a preamble', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')])],
    ['only file meta information', file(Buffer.alloc(0))],
    ['a first length beyond the file', withLength(0xffff, 2)],
    ['pixel data said to be 4 GiB', withLength(0xfffffffe, 4)],
    ['pixel data of undefined length without items', withLength(0xffffffff, 4)],
    ['sequences 100,000 deep', file(nested(100_000))],
    ['noise behind the meta information', file(Buffer.alloc(5_000, 0xa5))],
    ['deflated noise', file(Buffer.alloc(500, 0xa5), DEFLATED)],
    ['a transfer syntax that does not exist', file(dataset, '1.2.3.4')],
    ['another transfer syntax than it says', file(dataset, IMPLICIT)],
  ])('%s is skipped with a reason', (_name, bytes) => {
    const { length, skipped } = loaded(bytes);
    if (length === 1) expect(skipped).not.toBe('');
    // What is taken all the same must be sendable: it has a SOP class and an instance UID.
    else expect(length).toBe(2);
  });

  it('cut at any byte never throws', () => {
    const whole = file(dataset);
    for (let at = 0; at < whole.length; at += 3) {
      expect(loaded(whole.subarray(0, at)).length).toBeGreaterThan(0);
    }
  });

  it('a deflated bomb is refused before it is unpacked', () => {
    const bomb = deflateRawSync(Buffer.alloc(700e6), { level: 9 });
    expect(bomb.length).toBeLessThan(1e6);
    const before = process.memoryUsage().arrayBuffers;
    const { length, skipped } = loaded(file(bomb, DEFLATED));
    expect(length).toBe(1);
    expect(skipped).toMatch(/truncated or corrupt/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(600e6);
  });

  it('damaged in thousands of ways ends in a value or a DataError', () => {
    const streams = [dataset, Buffer.concat([nested(20), dataset])];
    for (let seed = 0; seed < 6_000; seed++) {
      const bytes = mutated(streams, new Chance(seed));
      for (const syntax of [EXPLICIT, IMPLICIT]) {
        try {
          toJson(openDataset(bytes, syntax));
          dumpDataset(bytes, syntax);
        } catch (error) {
          expect(error, `seed ${seed}`).toMatchObject({ name: 'DataError' });
        }
      }
    }
  });

  it('files damaged in hundreds of ways are skipped', () => {
    for (let seed = 0; seed < 300; seed++) {
      expect(loaded(mutated([file(dataset)], new Chance(seed))).length).toBeGreaterThan(0);
    }
  });
});

describe('a user who may not read', () => {
  /** Nobody, when this is root, whom no mode keeps out. */
  const isRoot = process.getuid?.() === 0;
  const asUser = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  let place: Place | null = null;
  afterEach(() => {
    if (place !== null) execFileSync('chmod', ['-R', 'u+rwx', place.folder]);
    place?.remove();
  });

  function runAsUser(args: readonly string[]): { code: number | null; text: string } {
    const { folder } = place ?? { folder: '.' };
    if (isRoot) execFileSync('chown', ['-R', '65534:65534', folder]);
    const [command = '', ...all] = [...asUser, process.execPath, MAIN, ...args];
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder };
    const done = spawnSync(command, all, { cwd: folder, encoding: 'utf8', env });
    return { code: done.status, text: done.stdout + done.stderr };
  }

  const script = `import dicom from 'dicom';
import { check } from 'k6';
const pool = dicom.files('pool');
const pacs = dicom.peer({});
export const options = { vus: 1, iterations: 2 };
export default async function () {
  check(await pacs.store(pool.next()), { stored: (r) => r.ok });
}
`;

  it('a folder and a file without permission are skipped with the reason, the others sent', () => {
    place = new Place({ 'store.ts': script, 'pool/good.dcm': '', 'pool/shut/a.dcm': '' });
    const pool = join(place.folder, 'pool');
    for (const name of ['good.dcm', 'no.dcm']) writeFileSync(join(pool, name), file(dataset));
    chmodSync(join(pool, 'no.dcm'), 0);
    chmodSync(join(pool, 'shut'), 0);
    const args = ['run', 'store.ts', '--embedded', '--no-report', '--settle', '1s'];
    const { code, text } = runAsUser(args);
    expect(code, text).toBe(0);
    expect(text).toMatch(/skipped 2 of 3 files: 2 cannot be read \(EACCES\)/);
    expect(text).toMatch(/PASS +2 images/);
  });

  it('where nothing can be read or written, it is named with what to do', () => {
    place = new Place({ 'store.ts': script, 'pool/a.dcm': '', 'shut/x': '' });
    chmodSync(join(place.folder, 'pool'), 0);
    chmodSync(join(place.folder, 'shut'), 0o500);
    const args = ['run', 'store.ts', '--embedded', '--no-report'];
    const unreadable = runAsUser(args);
    expect(unreadable.code, unreadable.text).toBe(107);
    expect(unreadable.text).toMatch(/pool.*EACCES/s);
    expect(unreadable.text).not.toMatch(/^\s+at .*\.js:\d+/m);
    writeFileSync(join(place.folder, 'store.ts'), 'export default function () {}');
    const unwritable = runAsUser([...args, '--results', 'shut/results']);
    expect(unwritable.code, unwritable.text).toBe(104);
    expect(unwritable.text).toMatch(/results folder "shut.results.*" cannot be made: EACCES/);
  });
});

describe('folders', () => {
  it('links in circles, dead links and pipes end the walk, not the run', () => {
    const place = join(folder, 'links');
    mkdirSync(join(place, 'a', 'b'), { recursive: true });
    writeFileSync(join(place, 'a', 'good.dcm'), file(dataset));
    symlinkSync(place, join(place, 'a', 'b', 'up'));
    symlinkSync(join(place, 'a'), join(place, 'again'));
    symlinkSync(join(place, 'self'), join(place, 'self'));
    symlinkSync('/nowhere', join(place, 'dead'));
    execFileSync('mkfifo', [join(place, 'pipe')]);
    const share = loadPool({ paths: [place], base: folder }, { id: 1, key: 'x' });
    expect(share.members.length).toBe(1);
    expect(
      share.skipped
        .map(({ reason }) => reason)
        .sort()
        .join(),
    ).toMatch(/ELOOP.*ENOENT/);
  });

  it('with more files than a call takes arguments are walked', () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let i = 0; i < 20_000; i++) writeFileSync(join(many, String(i)), '');
    // With a small stack 20,000 arguments are too many; with that of Node.js some 450,000 are.
    const module = new URL('../../dist/runtime/dicom/pool/files.js', import.meta.url).href;
    const program = `
import { loadPool } from ${JSON.stringify(module)};
try { Math.max(...Array(20_000).fill(1)); } catch (error) { console.log(error.name); }
try { loadPool({ paths: ['many'], base: ${JSON.stringify(folder)} }, { id: 0, key: 'k' }); }
catch (error) { console.log(error.message); }`;
    const args = ['--stack-size=100', '--input-type=module', '-e', program];
    const said = execFileSync(process.execPath, args, { encoding: 'utf8' });
    expect(said).toMatch(/^RangeError\n.*looked at 20000 files: 20000 empty/);
  });

  it('thousands of levels deep are walked or named', () => {
    let deep = join(folder, 'deep');
    for (let i = 0; i < 400; i++) deep = join(deep, 'd');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'good.dcm'), file(dataset));
    const share = loadPool({ paths: ['deep'], base: folder }, { id: 1, key: 'x' });
    expect(share.members.length).toBe(1);
  });
});
