// The executor `recorded` and dicom.replay: what was recorded is said again, and recorded once more it
// is the same.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import type { RecordedAssociation } from '../recording/format.ts';
import { openPage, startBrowser, tableCells } from './browser.ts';
import { Place, type Running } from './cli-spawn.ts';
import { anyPortFree, HOST, requirePeer } from './peers/process.ts';
import { schemaMisfits } from './summary-schema.ts';

const MONDAY = fileURLToPath(new URL('../../examples/scenarios/monday/', import.meta.url));

function associationsIn(folder: string): RecordedAssociation[] {
  const lines = readFileSync(join(folder, 'traffic.jsonl'), 'utf8').trimEnd().split('\n').slice(1);
  const all = lines.map((line) => JSON.parse(line) as RecordedAssociation);
  // The echo that a run begins with is not of the recording.
  return all.filter(({ calling }) => calling !== 'DICOMRUN');
}

/** What an association was, without its times and digests. */
function shapeOf({ calling, operations, contexts, end }: RecordedAssociation): string {
  const asked = operations.map(({ service, sopClass, bytes, level, matching, status }) =>
    // The bytes of an identifier follow from its values, which are not recorded.
    [service, sopClass, service === 'C-STORE' ? bytes : level, matching, status].join(' '),
  );
  return JSON.stringify([calling, end, contexts.map(({ sopClass }) => sopClass), asked]);
}

/** Images of each study, however many associations they came on. */
function studySizes(associations: readonly RecordedAssociation[]): number[] {
  const sizes = new Map<string, number>();
  for (const { study, service } of associations.flatMap(({ operations }) => operations)) {
    if (service === 'C-STORE') sizes.set(study ?? '', (sizes.get(study ?? '') ?? 0) + 1);
  }
  return [...sizes.values()].sort((a, b) => a - b);
}

const script = (port: number, more: string): string => `
import dicom from 'dicom';
const monday = dicom.recording('monday');
export const options = {
  scenarios: { monday: { executor: 'recorded', recording: monday, ${more} } },
  thresholds: { iteration_failed: ['rate==0'], dicom_req_failed: ['rate==0'] },
};
const peer = dicom.peer({ connect: 'ARCHIVE@${HOST}:${port}' });
export default async function () {
  await dicom.replay({ peer, from: monday });
}
`;

/** The page of a run: each recorded service above what it has become. */
async function expectBothOnPage(folder: string, { recorded = [] }: Summary): Promise<void> {
  const browser = await startBrowser();
  try {
    const url = pathToFileURL(join(folder, 'report.html')).href;
    const { page, complaints, requests } = await openPage(browser, url);
    const rows = await tableCells(page, 'services, recorded and replayed');
    expect(rows.map(([service, when, count]) => [service, when, count])).toEqual(
      recorded.flatMap(({ service, count }) =>
        ['recorded', 'replayed'].map((when) => [service, when, String(count)]),
      ),
    );
    for (const row of rows) expect(row.slice(5).join(' ')).toMatch(/^\S+ k?B( \S+ m?s){3}$/);
    const [then, now] = await tableCells(page, 'C-STORE by size, recorded and replayed');
    expect(then?.slice(0, 2)).toEqual(['small', 'recorded']);
    expect(now?.slice(0, 3)).toEqual(['small', 'replayed', then?.[2]]);
    const section = page.getByRole('region', { name: 'Recorded and replayed', exact: true });
    expect(await section.locator('figcaption').innerText()).toMatch(
      /^recorded, at this speed: .* · replayed, ended: /,
    );
    expect([complaints, requests]).toEqual([[], []]);
  } finally {
    await browser.close();
  }
}

const hasBrowser = requirePeer('chromium');

describe('a recording', () => {
  const place = new Place();
  cpSync(MONDAY, join(place.folder, 'monday'), { recursive: true });
  afterAll(() => place.remove());

  async function stage(out: string): Promise<{ port: number; end(): Promise<void> }> {
    const [port, behind] = [await anyPortFree(), await anyPortFree()];
    const serve = ['serve', 'archive', '--aet', 'ARCHIVE', '--port', String(behind)];
    const to = `ARCHIVE@${HOST}:${behind}`;
    const stations: Running[] = [
      place.start(serve),
      place.start(['record', '--listen', String(port), '--to', to, '--out', out]),
    ];
    for (const one of stations) await one.says('Ctrl-C ends it');
    const end = async (): Promise<void> => {
      for (const one of stations.reverse()) {
        one.kill('SIGINT');
        expect((await one.done).code).toBe(0);
      }
    };
    return { port, end };
  }

  it('is replayed association by association, and recorded again it is the same', async () => {
    const { port, end } = await stage('again');
    place.write('replay.ts', script(port, 'speed: 5'));
    const { code, err, out } = await place.run(['run', 'replay.ts', '--workers', '2']);
    expect([code, code === 0 ? '' : err + out]).toEqual([0, '']);
    await end();
    const before = associationsIn(join(place.folder, 'monday'));
    const after = associationsIn(join(place.folder, 'again'));
    expect(after.map(shapeOf).sort()).toEqual(before.map(shapeOf).sort());
    expect(studySizes(after)).toEqual(studySizes(before));
    const { iterations, dropped } = place.summary().execution;
    expect([iterations, dropped]).toEqual([before.length, 0]);
    const [first = ''] = readFileSync(join(place.runs().at(-1) ?? '', 'run.ndjson'), 'utf8').split(
      '\n',
    );
    const { recorded = [], operations } = place.summary();
    expect(schemaMisfits(place.summary())).toEqual([]);
    const sent = before.flatMap((one) => one.operations.filter(({ by }) => by === 'requestor'));
    const servicesOf = (rows: readonly { service: string; count: number }[]) =>
      rows.map(({ service, count }) => `${count} ${service}`).sort();
    expect(servicesOf(recorded)).toEqual(servicesOf(operations));
    const [most] = recorded;
    const times = sent
      .filter(({ service }) => service === most?.service)
      .map(({ sending, waiting }) => sending + (waiting ?? 0))
      .sort((a, b) => a - b);
    expect(most?.duration?.max).toBe(times.at(-1));
    expect(most?.duration?.med).toBe(times[Math.ceil(times.length / 2) - 1]);
    if (hasBrowser) await expectBothOnPage(place.runs().at(-1) ?? '', place.summary());
    expect(out).toMatch(/\nTHEN AND NOW .*\n {2}C-STORE +recorded +\d.*\n +replayed +\d/);
    const { plan } = JSON.parse(first) as { plan: { due: { starts: number[] } } };
    expect(plan.due.starts.reduce((sum, n) => sum + n)).toBe(before.length);
  });

  it('is replayed without pauses, round and round, from a pool, under other titles', async () => {
    const { port, end } = await stage('edited');
    for (const size of ['30000', '90000']) {
      const { code } = await place.run(['generate', `pool/${size}`, '--size', size]);
      expect(code).toBe(0);
    }
    // Slowed down so much that with its pauses it would be cut off.
    const slow = "from: '10.43s', for: '70ms', speed: 0.02, loop: 2, gracefulStop: '3s'";
    const later = "from: '11.1s', for: '100ms', startTime: '4s', scale: 2";
    place.write(
      'edited.ts',
      `
import dicom from 'dicom';
const monday = dicom.recording('monday');
const pool = dicom.files('pool');
const one = { executor: 'recorded', recording: monday };
export const options = {
  scenarios: { ct: { ...one, ${slow} }, viewer: { ...one, ${later} } },
  thresholds: { iteration_failed: ['rate==0'], dicom_req_failed: ['rate==0'] },
};
const peer = dicom.peer({ connect: 'ARCHIVE@${HOST}:${port}' });
export default async function () {
  const aets = { CT1: 'TEST_CT' };
  await dicom.replay({ peer, from: pool, gaps: 'asap', aets, values: { PatientID: 'R*' } });
}
`,
    );
    const { code, out, err } = await place.run(['run', 'edited.ts', '--no-report']);
    expect([code, code === 0 ? '' : err + out]).toEqual([0, '']);
    await end();
    const after = associationsIn(join(place.folder, 'edited'));
    const by = (title: string) => after.filter(({ calling }) => calling === title);
    expect([by('CT1'), by('TEST_CT'), by('VIEWER')].map(({ length }) => length)).toEqual([0, 2, 2]);
    expect(studySizes(after)).toEqual([12, 12]);
    const stores = by('TEST_CT').flatMap(({ operations }) => operations);
    const sizes = new Set(stores.map(({ bytes }) => Math.round(bytes / 10_000)));
    expect([...sizes]).toEqual([3]);
    const found = by('VIEWER').flatMap(({ operations }) => operations);
    expect(Math.max(...found.map(({ matches = 0 }) => matches))).toBeGreaterThan(0);
  });

  it('is the plan: the curve is drawn, and what it comes to', async () => {
    place.write('plan.ts', script(1, "speed: 2, scale: 1.5, for: '20s'"));
    const { code, out, err } = await place.run(['inspect', 'plan.ts']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/monday at speed 2, 1.5 times the associations, \d+ iterations in 10s/);
    expect(out).toMatch(/┤ *█/);
  });

  it.each([
    ["dicom.recording('tuesday')", 'speed: 1', 'recording("tuesday"): there is no recording'],
    ["dicom.recording('monday')", "from: '25:00'", 'from must be a time of day such as 08:00'],
    ["'monday'", 'speed: 1', 'const monday = dicom.recording("monday"); then recording: monday'],
  ])('that is declared as %s with %s is refused', async (declared, more, message) => {
    place.write('wrong.ts', script(1, more).replace("dicom.recording('monday')", declared));
    const { code, err } = await place.run(['inspect', 'wrong.ts']);
    expect([104, 107]).toContain(code);
    expect(err).toContain(message);
  });
});
