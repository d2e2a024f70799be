// `dicomrun get` against an archive of ours, and two that are not.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveArchive, serveSink, type Served } from '../acceptors/serve.ts';
import { Place } from './cli-spawn.ts';
import { type Peer, requirePeer, startOrthanc, startQrscp } from './peers.ts';
import { instance, writeInstances } from './wire-calls.ts';

const DONE = '2 completed, 0 failed, 0 with warnings; status 0000 success\n';

let place: Place;
const open: Pick<Served, 'close'>[] = [];

beforeEach(() => {
  place = new Place();
});
afterEach(async () => {
  place.remove();
  for (const one of open.splice(0)) await one.close();
});

/** Where our archive listens. */
async function archive(keep: 'all' | 'headers' = 'all'): Promise<string> {
  const served = await serveArchive({ aets: ['ARCHIVE'], keep }, { port: 0 });
  open.push(served);
  return `ARCHIVE@127.0.0.1:${served.port}`;
}

/** Makes two instances of one study and stores them; its UID. */
async function stored(where: string, ...options: readonly string[]): Promise<string> {
  const small = ['--rows', '8', '--columns', '8', '--count', '2', ...options];
  await place.run(['generate', 'files', '--modality', 'CT', ...small]);
  expect(await place.run(['send', 'files', '-c', where, '-q'])).toMatchObject({ code: 0 });
  const { out } = await place.run(['find', 'all', '--json', '-c', where]);
  return (JSON.parse(out) as { StudyInstanceUID: string }[])[0]?.StudyInstanceUID ?? '';
}

const filesIn = (folder: string): string[] => readdirSync(join(place.folder, folder)).sort();

describe('dicomrun get', () => {
  it('brings a study, a series or an instance into files as they were sent', async () => {
    const where = await archive();
    const uid = await stored(where);
    const got = await place.run(['get', uid, '-c', where]);
    expect(got).toMatchObject({ code: 0, err: '' });
    expect(got.out).toMatch(/^2 instances, [\d.]+ kB, in received\n/);
    expect(got.out.endsWith(DONE)).toBe(true);
    const files = filesIn('received');
    expect(files).toHaveLength(2);
    const diff = await place.run(['dump', 'files', '--diff', 'received']);
    expect(diff).toMatchObject({ code: 0 });
    const [instanceUid = ''] = files.map((name) => name.replace('.dcm', ''));
    const asked = ['find', 'series', uid, '--json', '-c', where];
    const series = (JSON.parse((await place.run(asked)).out) as { SeriesInstanceUID: string }[])[0];
    const one = ['--series', series?.SeriesInstanceUID ?? '', '--instance', instanceUid];
    expect(await place.run(['get', uid, ...one, '-c', where, '--out', 'a/b'])).toMatchObject({
      code: 0,
    });
    expect(filesIn('a/b')).toEqual([`${instanceUid}.dcm`]);
    // DCMTK's words, and a second time over what is there.
    const [host = '', port = ''] = where.replace('ARCHIVE@', '').split(':');
    const words = ['get', '-aec', 'ARCHIVE', '-aet', 'ME', uid, host, port];
    expect(await place.run(words)).toMatchObject({ code: 0 });
    expect(filesIn('received')).toEqual(files);
  });

  it('takes what is stored compressed as it is, where that is asked for', async () => {
    const where = await archive();
    const uid = await stored(where, '--transfer-syntax', 'jpeg-lossless');
    const compressed = ['--transfer-syntax', 'jpeg-lossless', '--out', 'as-it-is'];
    const got = await place.run(['get', uid, ...compressed, '-c', where]);
    expect(got).toMatchObject({ code: 0 });
    const diff = await place.run(['dump', 'files', '--diff', 'as-it-is', '--json']);
    expect(diff).toMatchObject({ code: 0 });
    // Nothing is lost by undoing it: the archive does so for whoever takes no JPEG.
    const undone = await place.run(['get', uid, '-c', where, '--out', 'undone']);
    expect(undone).toMatchObject({ code: 0 });
    const same = await place.run(['dump', 'files', '--diff', 'undone', '--json']);
    expect(same).toMatchObject({ code: 0 });
    rmSync(join(place.folder, 'files'), { recursive: true });
    const other = await archive();
    const lossy = await stored(other, '--transfer-syntax', 'jpeg2000-lossy');
    const plain = await place.run(['get', lossy, '-c', other, '--out', 'plain']);
    expect(plain).toMatchObject({ code: 99 });
    expect(plain.out).toContain('0 completed, 2 failed');
    expect(plain.err).toContain('--transfer-syntax takes it as it is');
    const wrong = await place.run(['get', uid, '-c', where, '--transfer-syntax', 'jpg']);
    expect(wrong).toMatchObject({ code: 104 });
    expect(wrong.err).toContain('--transfer-syntax: "jpg" is no transfer syntax');
    const many = ['rle', 'jpeg', 'jpeg2000'].flatMap((name) => ['--transfer-syntax', name]);
    expect((await place.run(['get', uid, '-c', where, ...many])).err).toContain('at most 2');
  });

  it('says what did not come, and why', async () => {
    const where = await archive();
    const nothing = await place.run(['get', '1.2.3', '-c', where]);
    expect(nothing).toMatchObject({ code: 0 });
    expect(nothing.out).toContain('0 completed');
    expect(nothing.err).toContain('nothing fits these UIDs there');
    const uid = await stored(where);
    writeFileSync(join(place.folder, 'taken'), '');
    const full = await place.run(['get', uid, '-c', where, '--out', 'taken/x']);
    expect(full).toMatchObject({ code: 99 });
    expect(full.out).toContain('0 instances');
    expect(full.err).toContain('cannot be kept');
    const nobody = where.replace('ARCHIVE', 'NOBODY');
    expect(await place.run(['get', uid, '-c', nobody])).toMatchObject({ code: 111 });
    expect(await place.run(['get', uid])).toMatchObject({ code: 104 });
    const sink = await serveSink({ aets: ['SINK'] }, { port: 0 });
    open.push(sink);
    const refused = await place.run(['get', uid, '-c', `SINK@127.0.0.1:${sink.port}`]);
    expect(refused).toMatchObject({ code: 111 });
    expect(refused.err).toContain('no presentation context for C-GET, Study Root');
    expect(refused.err).toContain('dicomrun move UID --to AET');
  });

  it('asks by an implementation that is not ours, which keeps nothing', async () => {
    const where = await archive();
    const uid = await stored(where);
    const got = await place.run(['get', uid, '-c', where, '--stack', 'dcmjs-dimse']);
    expect(got).toMatchObject({ code: 0 });
    expect(got.out).toBe(`2 instances; no files: dcmjs-dimse reads and writes them anew\n${DONE}`);
    expect(readdirSync(place.folder)).not.toContain('received');
    const none = await place.run(['get', '1.2.3', '-c', where, '--stack', 'dcmjs-dimse']);
    expect(none.err).toContain('nothing fits these UIDs there');
  });

  it('is what getscu is called here', async () => {
    expect((await place.run(['getscu', 'x'])).err).toContain('dicomrun get --help');
  });
});

describe.skipIf(!requirePeer('Orthanc', 'dcmqrscp'))('dicomrun get from archives of others', () => {
  it('brings what Orthanc holds', async () => {
    const orthanc = await startOrthanc();
    try {
      const where = `ORTHANC@127.0.0.1:${orthanc.port}`;
      const uid = await stored(where);
      const got = await place.run(['get', uid, '-c', where]);
      expect(got).toMatchObject({ code: 0 });
      expect(got.out.endsWith(DONE)).toBe(true);
      const diff = await place.run(['dump', 'files', '--diff', 'received']);
      expect(diff).toMatchObject({ code: 0 });
    } finally {
      await orthanc.stop();
    }
  });

  it('brings what dcmqrscp holds', async () => {
    const files = await writeInstances(place.folder, [instance(7, 1), instance(7, 2)]);
    const qrscp: Peer = await startQrscp({ files });
    try {
      const got = await place.run(['get', '2.25.97', '-c', `QRSCP@127.0.0.1:${qrscp.port}`]);
      expect(got).toMatchObject({ code: 0 });
      expect(got.out).toContain(DONE);
      expect(filesIn('received')).toHaveLength(2);
    } finally {
      await qrscp.stop();
    }
  });
});
