// `dicomrun record` between real peers: what passes is unchanged, what is written says nothing of a
// patient.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedAssociation, RecordingHeader } from '../recording/format.ts';
import { dcmjs } from '../dicom/element/dictionary.ts';
import { readMeta } from '../dicom/file/part10.ts';
import { smallDisk } from './small-disk.ts';
import { accessFaults, inkOfCanvases, openPage, startBrowser, tableCells } from './browser.ts';
import { Place, type Running } from './cli-spawn.ts';
import { dumpToFile, startQrscp, startStorescp, type StoragePeer } from './peers/dcmtk.ts';
import { anyPortFree, HOST, requirePeer } from './peers/process.ts';

const command = promisify(execFile);
/** Stands in every attribute that can hold it; the UIDs end in the number. */
const CANARY = 'CANARY';
const CANARY_UID = '77665544';
const UID = `1.2.826.0.1.3680043.9999.${CANARY_UID}`;

const dumpOf = (instance: number): string => `
(0008,0005) CS [ISO_IR 100]
(0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
(0008,0018) UI [${UID}.3.${instance}]
(0008,0020) DA [19770707]
(0008,0050) SH [${CANARY}ACC]
(0008,0060) CS [OT]
(0008,0080) LO [${CANARY} CLINIC]
(0008,0090) PN [${CANARY}^REFERRER]
(0008,1030) LO [${CANARY} STUDY]
(0010,0010) PN [${CANARY}^PATIENT]
(0010,0020) LO [${CANARY}ID]
(0010,0030) DA [19770707]
(0010,4000) LT [${CANARY} COMMENT]
(0019,0010) LO [${CANARY} PRIVATE]
(0019,1001) LO [${CANARY} VALUE]
(0020,000d) UI [${UID}.1]
(0020,000e) UI [${UID}.2]
(0020,0010) SH [${CANARY}]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 2
(0028,0011) US 4
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7fe0,0010) OB 01\\02\\03\\04\\05\\06\\07\\08
`;

/** What stands in an element of each VR that is text; numbers and dates are canaries, too. */
const CANARIES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['SH', 'LO', 'ST', 'LT', 'UT', 'UC', 'CS', 'AE'].map((vr) => [vr, CANARY])),
  ...{ PN: `${CANARY}^PN`, UR: `http://${CANARY}/`, UI: `${UID}.9`, AS: '077Y' },
  ...{ DA: '19770707', DT: '19770707070707', TM: '070707', IS: CANARY_UID, DS: CANARY_UID },
};

/** Every attribute of the standard that is text, each with a canary; `fixed` has other values. */
function dumpOfAll(fixed: Readonly<Record<string, string>>): string {
  const lines = new Map(Object.entries(fixed));
  for (const entry of Object.values(dcmjs().data.DicomMetaDictionary.nameMap)) {
    const tag = /^\((\d{3}[02468ACE],[\dA-F]{4})\)$/.exec(entry?.tag ?? '')?.[1]?.toLowerCase();
    const value = CANARIES[entry?.vr ?? ''];
    if (tag === undefined || tag < '0008' || value === undefined || lines.has(tag)) continue;
    lines.set(tag, `${entry?.vr} [${value}]`);
  }
  return [...lines]
    .sort()
    .map(([tag, value]) => `(${tag}) ${value}\n`)
    .join('');
}

const IMAGES = 6;
const hasPeers = requirePeer('storescu', 'storescp', 'findscu', 'movescu', 'dcmqrscp', 'dump2dcm');

interface Recording {
  readonly header: RecordingHeader;
  readonly associations: readonly RecordedAssociation[];
}

function readTraffic(folder: string): Recording {
  const text = readFileSync(join(folder, 'traffic.jsonl'), 'utf8');
  const lines = text.trimEnd().split('\n');
  const [header, ...associations] = lines.map((line) => JSON.parse(line) as unknown);
  return {
    header: header as RecordingHeader,
    associations: associations as readonly RecordedAssociation[],
  };
}

function digests(files: readonly string[]): string[] {
  return files.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex')).sort();
}

/** Of what follows the file meta information. */
function datasetDigest(bytes: Buffer): string {
  const dataset = bytes.subarray(readMeta(bytes).datasetOffset);
  return createHash('sha256').update(dataset).digest('hex');
}

/** Takes what is left of a small disk. */
function fill(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, 'filler'), Buffer.alloc(bavail * bsize));
}

/** The page of a recording of six images, in a browser. */
async function expectPage(file: string): Promise<void> {
  if (!requirePeer('chromium')) return;
  const browser = await startBrowser();
  try {
    for (const look of [{}, { dark: true, width: 420 }]) {
      const { page, complaints, requests } = await openPage(
        browser,
        pathToFileURL(file).href,
        look,
      );
      expect(await page.locator('h1').innerText()).toBe('Recording stores');
      const [services] = await tableCells(page, 'services');
      expect(services?.slice(0, 3)).toEqual(['C-STORE', '6', '0 %']);
      const modalities = await tableCells(page, 'images by modality');
      expect(modalities).toEqual([[expect.stringMatching(/^(OT|SC) \(1\.2\.840/), '6', '100 %']]);
      const titles = await tableCells(page, 'associations by AE titles, calling → called');
      expect(titles).toEqual([['CT1 → X', '1', '100 %']]);
      expect(await tableCells(page, 'answers by status')).toEqual([
        ['C-STORE 0000 success', '6', '100 %'],
      ]);
      const ink = await inkOfCanvases(page);
      expect(ink).toHaveLength(4);
      expect(Math.min(...ink)).toBeGreaterThan(300);
      expect(await accessFaults(page)).toEqual([]);
      expect([complaints, requests]).toEqual([[], []]);
    }
  } finally {
    await browser.close();
  }
}

async function start(
  place: Place,
  to: StoragePeer,
  out: string,
  more: readonly string[] = [],
): Promise<[Running, string]> {
  const port = String(await anyPortFree());
  const target = `${to.aet}@${HOST}:${to.port}`;
  const running = place.start(['record', '--listen', port, '--to', target, '--out', out, ...more]);
  await running.says('Ctrl-C ends it');
  return [running, port];
}

describe.skipIf(!hasPeers)('a recording between DCMTK and DCMTK', () => {
  const place = new Place();
  const files: string[] = [];

  beforeAll(async () => {
    for (let i = 1; i <= IMAGES; i++) {
      const file = join(place.folder, `${i}.dcm`);
      await dumpToFile(dumpOf(i), file);
      files.push(file);
    }
  });
  afterAll(() => place.remove());

  it('passes stores on byte for byte, and writes neither values nor UIDs', async () => {
    const direct = await startStorescp();
    const behind = await startStorescp();
    const [running, port] = await start(place, behind, 'stores');
    const send = (to: string) =>
      command('storescu', ['-aet', 'CT1', '-aec', 'X', HOST, to, ...files]);
    await send(String(direct.port));
    await send(port);
    running.kill('SIGINT');
    const { code, out } = await running.done;
    expect(code).toBe(0);
    expect(digests(await behind.files())).toEqual(digests(await direct.files()));
    expect(out).toContain('1 association in');
    expect(out).toMatch(/C-STORE +6 +0 /);

    const folder = join(place.folder, 'stores');
    const { header, associations } = readTraffic(folder);
    expect(header).toMatchObject({ kind: 'recording', version: 1, to: 'STORESCP' });
    const [association] = associations;
    expect(association).toMatchObject({ calling: 'CT1', called: 'X', end: 'released' });
    expect(association?.operations.map(({ status }) => status)).toEqual(Array(IMAGES).fill(0));
    const of = (key: 'study' | 'series' | 'instance') =>
      new Set(association?.operations.map((operation) => operation[key]));
    expect([of('study').size, of('series').size, of('instance').size]).toEqual([1, 1, IMAGES]);
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const text = readFileSync(path, 'latin1');
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain(CANARY_UID);
    }
    expect(out).not.toContain(CANARY);
    expect(readdirSync(folder).sort()).toEqual(['recording.html', 'replay.ts', 'traffic.jsonl']);
    expect(out).toContain(`for a browser: ${join('stores', 'recording.html')}\n`);
    await expectPage(join(folder, 'recording.html'));
    const shown = await place.run(['inspect', 'stores']);
    expect([shown.code, shown.err]).toEqual([0, '']);
    expect(shown.out).toMatch(/^1 association in /);
    expect(shown.out).toMatch(/\nassociations open at once:\n1 ┤█/);
    expect(shown.out).not.toContain(CANARY);
    const inspected = await place.run(['inspect', 'stores/replay.ts']);
    expect([inspected.code, inspected.err]).toEqual([0, '']);
    expect(inspected.out).toContain('1 iteration in');
    // As it is, nothing edited.
    const again = ['run', 'stores/replay.ts', '-c', `STORESCP@${HOST}:${direct.port}`];
    const replayed = await place.run(again);
    expect([replayed.code, replayed.code === 0 ? '' : replayed.err]).toEqual([0, '']);
    expect(replayed.out).toMatch(/C-STORE +recorded +6 /);
    expect(await direct.files()).toHaveLength(2 * IMAGES);
    await Promise.all([direct.stop(), behind.stop()]);
  });

  it('knows queries by level and keywords, and retrievals by their sub-operations', async () => {
    const sink = await startStorescp({ aet: 'SINK' });
    const destinations = { SINK: { host: HOST, port: sink.port } };
    const archive = await startQrscp({ files, destinations });
    const [running, port] = await start(place, archive, 'queries');
    const keys = ['-k', '0008,0052=STUDY', '-k', `0020,000D=${UID}.1`, '-k', '0010,0010'];
    const to = ['-S', '-aec', archive.aet, HOST, port];
    await command('findscu', [...keys, ...to]);
    await command('movescu', ['-aem', 'SINK', ...keys.slice(0, 4), ...to]);
    running.kill('SIGINT');
    const { code } = await running.done;
    expect(code).toBe(0);
    const [found, moved] = readTraffic(join(place.folder, 'queries')).associations;
    expect(found?.operations).toMatchObject([
      {
        service: 'C-FIND',
        level: 'STUDY',
        matching: ['StudyInstanceUID'],
        returning: ['PatientName'],
        matches: 1,
        status: 0,
      },
    ]);
    expect(moved?.operations).toMatchObject([
      { service: 'C-MOVE', destination: 'SINK', subOperations: [IMAGES, 0, 0], status: 0 },
    ]);
    expect(moved?.operations[0]?.study).toBe(found?.operations[0]?.study);
    expect(await sink.files()).toHaveLength(IMAGES);
    await Promise.all([archive.stop(), sink.stop()]);
  });

  it('writes no value of any attribute, neither of an image nor of a query', async () => {
    const charset = { '0008,0005': 'CS [ISO_IR 100]' };
    const [image, query] = [join(place.folder, 'all.dcm'), join(place.folder, 'query.dcm')];
    const own = { '0008,0016': 'UI [1.2.840.10008.5.1.4.1.1.7]', '0008,0018': `UI [${UID}.8]` };
    const text = dumpOfAll({ ...charset, ...own });
    expect(text.split(CANARY).length).toBeGreaterThan(1000);
    await dumpToFile(text, image);
    await dumpToFile(dumpOfAll({ ...charset, '0008,0052': 'CS [STUDY]' }), query);
    const archive = await startQrscp();
    const [running, port] = await start(place, archive, 'every');
    await command('storescu', ['-aec', archive.aet, HOST, port, image]);
    await command('findscu', ['-S', '-aec', archive.aet, HOST, port, query]);
    running.kill('SIGINT');
    const { code, out, err } = await running.done;
    expect(code).toBe(0);
    const folder = join(place.folder, 'every');
    const { associations } = readTraffic(folder);
    const [stored, asked] = associations.flatMap(({ operations }) => operations);
    expect([stored?.service, asked?.service]).toEqual(['C-STORE', 'C-FIND']);
    expect(stored?.bytes).toBeGreaterThan(30_000);
    expect(asked?.matching?.length).toBeGreaterThan(50);
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    const { out: shown } = await place.run(['inspect', 'every']);
    for (const written of [...files, out, err, shown]) {
      expect(written).not.toMatch(new RegExp(`${CANARY}|${CANARY_UID}|19770707`));
    }
    await archive.stop();
  });

  it('keeps the instances where it is told to, byte for byte', async () => {
    const behind = await startStorescp();
    const [running, port] = await start(place, behind, 'kept', ['--keep-data', 'patients']);
    const send = () => command('storescu', ['-aec', 'X', HOST, port, ...files]);
    await send();
    await send();
    running.kill('SIGINT');
    const { code, out, err } = await running.done;
    expect(code).toBe(0);
    expect(err).toContain("warn: --keep-data writes patients' data into patients");
    expect(out).toContain("patients: 12 instances written: patients' data\n");
    const kept = join(place.folder, 'patients');
    const names = readdirSync(kept);
    const { associations } = readTraffic(join(place.folder, 'kept'));
    const sent = associations[0]?.operations.map(({ instance }) => instance ?? '') ?? [];
    expect(names.sort()).toEqual(sent.flatMap((one) => [`${one}.dcm`, `${one}-2.dcm`]).sort());
    for (const name of names) expect(statSync(join(kept, name)).mode & 0o777).toBe(0o600);
    const dataSets = (paths: readonly string[]): string[] =>
      paths.map((path) => datasetDigest(readFileSync(path))).sort();
    const received = dataSets(await behind.files());
    expect(received).toHaveLength(2 * IMAGES);
    expect(dataSets(names.map((name) => join(kept, name)))).toEqual(received);
    expect(readFileSync(join(place.folder, 'kept', 'traffic.jsonl'), 'latin1')).not.toContain(
      CANARY,
    );
    await behind.stop();
  });

  it('goes on with the traffic when its disk is full, and says what is missing', async () => {
    const disk = smallDisk('200k');
    if (disk === null) return;
    const behind = await startStorescp();
    const out = join(disk.folder, 'recording');
    const kept = ['--keep-data', join(disk.folder, 'patients')];
    const [running, port] = await start(place, behind, out, kept);
    const echo = () => command('echoscu', [HOST, port]);
    try {
      await echo();
      await expect.poll(() => readTraffic(out).associations.length, { timeout: 10_000 }).toBe(1);
      fill(disk.folder);
      await command('storescu', ['-aec', 'X', HOST, port, ...files]);
      await running.says('an instance cannot be written');
      // A line may still fit into the last page of the file: so many that it cannot.
      for (let i = 0; i < 12; i++) await echo();
      await running.says('warn: the recording cannot be written, bytes go on: ENOSPC');
      expect(await behind.files()).toHaveLength(IMAGES);
      rmSync(join(disk.folder, 'filler'));
      await echo();
      running.kill('SIGINT');
      const { code, out: said } = await running.done;
      expect(code).toBe(112);
      const [, written = '', lost = ''] =
        /: (\d+) associations? written, (\d+) lost/.exec(said) ?? [];
      expect(Number(written) + Number(lost)).toBe(15);
      expect(said).toContain("0 instances written, 6 lost: patients' data");
      expect(readTraffic(out).associations).toHaveLength(Number(written));
      expect(readdirSync(join(disk.folder, 'patients'))).toEqual([]);
    } finally {
      running.kill('SIGKILL');
      await running.done;
      disk.remove();
      await behind.stop();
    }
  });

  it('leaves a readable recording when it is killed', async () => {
    const behind = await startStorescp();
    const [running, port] = await start(place, behind, 'killed');
    for (let i = 0; i < 3; i++) await command('echoscu', [HOST, port]);
    // A line is written when its association has ended on both sides.
    const folder = join(place.folder, 'killed');
    await expect.poll(() => readTraffic(folder).associations.length, { timeout: 10_000 }).toBe(3);
    // In the middle of a store, and of a line.
    const [image = ''] = files;
    const held = execFile('storescu', ['--repeat', '100000', '-aec', 'X', HOST, port, image]);
    await expect.poll(async () => (await behind.files()).length, { timeout: 10_000 }).not.toBe(0);
    running.kill('SIGKILL');
    await running.done;
    held.kill();
    const { associations } = readTraffic(folder);
    expect(associations.map(({ operations }) => operations[0]?.service)).toEqual(
      Array(3).fill('C-ECHO'),
    );
    appendFileSync(join(folder, 'traffic.jsonl'), '{"kind":"association","at":12');
    const { code, out, err } = await place.run(['inspect', 'killed']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^3 associations in /);
    expect(out).toMatch(/C-ECHO +3 +0 /);
    await behind.stop();
  });

  it('refuses a folder that holds a recording, and a port that is taken', async () => {
    const to = ['--to', `X@${HOST}:104`];
    const again = await place.run(['record', '--listen', '0', ...to, '--out', 'killed']);
    expect([again.code, again.err]).toEqual([
      104,
      'error: killed holds a recording already\n  try: name another folder with --out\n',
    ]);
    const behind = await startStorescp();
    const taken = ['--listen', String(behind.port), ...to, '--out', 'taken'];
    const { code, err } = await place.run(['record', ...taken]);
    expect([code, err]).toEqual([104, expect.stringContaining(`port ${behind.port} is in use`)]);
    await behind.stop();
  });
});
