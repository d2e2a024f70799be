// `dicomrun record` between several requestors and Orthanc: it holds byte for byte what it holds
// without, answers the same, and the recording has all of it. RECORD_ASSOCIATIONS=200 for more of it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { hasPynetdicom, pynetdicomCommand } from '../bench/pynetdicom.ts';
import type { RecordedAssociation } from '../recording/format.ts';
import { Place } from './cli-spawn.ts';
import { dumpToFile, startStorescp, type StoragePeer } from './peers/dcmtk.ts';
import { startOrthanc, type OrthancPeer } from './peers/orthanc.ts';
import { anyPortFree, HOST, requirePeer, runToEnd } from './peers/process.ts';

const command = promisify(execFile);
const COUNT = Number(process.env['RECORD_ASSOCIATIONS'] ?? 18);
const UID = '1.2.826.0.1.3680043.9999.78';
const STUDIES = 3;
/** Requestors at once. */
const AT_ONCE = 4;

const dumpOf = (study: number, instance: number, pixels: string): string => `
(0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
(0008,0018) UI [${UID}.3.${instance}]
(0008,0060) CS [OT]
(0010,0010) PN [ORTHANC^${study}]
(0010,0020) LO [P${study}]
(0020,000d) UI [${UID}.1.${study}]
(0020,000e) UI [${UID}.2.${study}]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 256
(0028,0011) US 256
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7fe0,0010) OB =${pixels}
`;

const SCRIPT = `
import dicom from 'dicom';
import exec from 'k6/execution';
const n = Number(__ENV.N);
export const options = {
  scenarios: { all: { executor: 'shared-iterations', vus: Math.min(3, n), iterations: n } },
  thresholds: { iteration_failed: ['rate==0'], dicom_req_failed: ['rate==0'] },
};
const pool = dicom.files('script');
const peer = dicom.peer({ connect: __ENV.TO, callingAET: 'SCRIPT' });
export default async function () {
  await using open = await peer.associate({ for: pool });
  await open.store([...pool][exec.scenario.iterationInTest].asIs());
}
`;

/** One requestor: what it says in the end. */
type Requestor = (port: string) => Promise<string>;

async function said(program: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await command(program, args);
  return stdout + stderr;
}

const found = ['findscu', 'movescu'] as const;
const keys = (study: number): string[] => [
  ...['-k', '0008,0052=STUDY', '-k', `0020,000D=${UID}.1.${study}`],
];

const hasPeers = requirePeer(
  ...['Orthanc', 'storescu', 'storescp', 'dcmsend', 'echoscu', 'dump2dcm', 'dcmcjpeg'],
  ...found,
);

describe.skipIf(!hasPeers)('a recording in front of Orthanc', () => {
  const place = new Place({ 'script.ts': SCRIPT });
  const toStop: { stop(): Promise<void> }[] = [];
  let instances = 0;
  afterAll(async () => {
    for (const one of toStop) await one.stop();
    place.remove();
  });

  /** A file that nobody else has; without a study of one that nobody asks for. */
  async function image({ folder = '.', study = -1 } = {}): Promise<string> {
    instances += 1;
    const pixels = join(place.folder, 'pixels.raw');
    const seed = instances;
    writeFileSync(pixels, Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * seed) & 0xff)));
    const file = join(place.folder, folder, `${instances}.dcm`);
    await dumpToFile(dumpOf(study < 0 ? STUDIES : study, instances, pixels), file);
    return file;
  }

  async function compressed(): Promise<string> {
    const plain = await image();
    runToEnd('dcmcjpeg', ['+e1', plain, `${plain}.jpg`], '.');
    return `${plain}.jpg`;
  }

  async function archive(): Promise<{ orthanc: OrthancPeer; sink: StoragePeer }> {
    const sink = await startStorescp({ aet: 'SINK' });
    const orthanc = await startOrthanc({ modalities: { SINK: { host: HOST, port: sink.port } } });
    toStop.push(orthanc, sink);
    return { orthanc, sink };
  }

  /** Requestors in turn, until there are enough of them; our own script has its share in one run. */
  async function requestors(count: number): Promise<Requestor[]> {
    const kinds: ((i: number) => Promise<Requestor>)[] = [
      async () => {
        const files = [await image(), await image()];
        return (port) => said('storescu', '-aet', 'STORESCU', '-aec', 'X', HOST, port, ...files);
      },
      async () => {
        const files = [await image(), await compressed()];
        return (port) => said('dcmsend', '-aet', 'DCMSEND', '-aec', 'X', HOST, port, ...files);
      },
      async (i) => {
        const what = [...keys(i % STUDIES), '-k', '0010,0010', '-k', '0010,0020'];
        return (port) => said('findscu', '-v', '-S', '-aec', 'X', ...what, HOST, port);
      },
      async (i) => (port) =>
        said('movescu', '-S', '-aem', 'SINK', '-aec', 'X', ...keys(i % STUDIES), HOST, port),
      async () => (port) => said('echoscu', '-aet', 'ECHOSCU', '-aec', 'X', HOST, port),
      ...(hasPynetdicom()
        ? [
            async (): Promise<Requestor> => {
              const file = await image();
              return (port) => {
                const [program = '', ...args] = pynetdicomCommand(Number(port), file, 1);
                return said(program, ...args);
              };
            },
          ]
        : []),
    ];
    const all: Requestor[] = [];
    for (let i = 0; all.length < count; i++) {
      const kind = kinds[i % kinds.length];
      if (kind !== undefined) all.push(await kind(i));
    }
    return all;
  }

  /** What all say in the end. */
  async function runAll(all: readonly Requestor[], scripts: number, port: string) {
    const answers: string[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let i = next++; i < all.length; i = next++) answers[i] = (await all[i]?.(port)) ?? '';
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const env = { N: String(scripts), TO: `ORTHANC@${HOST}:${port}` };
    const { code, err, out } = await place.run(['run', 'script.ts', '--no-report'], env);
    expect([code, code === 0 ? '' : out + err]).toEqual([0, '']);
    return answers;
  }

  async function held({ httpPort, get }: OrthancPeer): Promise<ReadonlyMap<string, string>> {
    const held = new Map<string, string>();
    for (const id of (await get('/instances')) as string[]) {
      const answer = await fetch(`http://${HOST}:${httpPort}/instances/${id}/file`);
      held.set(id, digest(Buffer.from(await answer.arrayBuffer())));
    }
    return new Map([...held].sort());
  }

  it(`is passed by ${COUNT} associations of different programs, and changes nothing`, async () => {
    const [direct, behind] = [await archive(), await archive()];
    mkdirSync(join(place.folder, 'script'));
    const scripts = Math.floor(COUNT / 6);
    for (let i = 0; i < scripts; i++) await image({ folder: 'script' });
    // What is asked for is there before anybody asks, and nobody adds to those studies.
    const base: string[] = [];
    for (let i = 0; i < STUDIES; i++) base.push(await image({ study: i }));
    const all = await requestors(COUNT - scripts - 1);

    const port = String(await anyPortFree());
    const to = ['--to', `ORTHANC@${HOST}:${behind.orthanc.port}`];
    const running = place.start(['record', '--listen', port, ...to, '--out', 'mixed']);
    await running.says('Ctrl-C ends it');
    const answers: string[][] = [];
    for (const one of [String(direct.orthanc.port), port]) {
      await said('storescu', '-aet', 'BASE', '-aec', 'X', HOST, one, ...base);
      answers.push(matches(await runAll(all, scripts, one)));
    }
    running.kill('SIGINT');
    const { code, out, err } = await running.done;
    expect([code, err.replace(/^Ctrl-C ends it\n/, '')]).toEqual([
      0,
      expect.not.stringContaining('warn'),
    ]);

    const [without, through] = [await held(direct.orthanc), await held(behind.orthanc)];
    expect(without.size).toBe(instances);
    expect(through).toEqual(without);
    expect(answers[1]).toEqual(answers[0]);
    const moved = async ({ sink }: typeof direct): Promise<string[]> =>
      (await sink.files()).map((file) => digest(readFileSync(file))).sort();
    expect(await moved(behind)).toEqual(await moved(direct));

    const text = readFileSync(join(place.folder, 'mixed', 'traffic.jsonl'), 'utf8');
    const lines = text.trimEnd().split('\n').slice(1);
    const recorded = lines
      .map((line) => JSON.parse(line) as RecordedAssociation)
      // The echo that a run begins with is one more.
      .filter((one) => one.calling !== 'SCRIPT' || one.operations[0]?.service !== 'C-ECHO');
    expect(recorded).toHaveLength(COUNT);
    expect(new Set(recorded.map(({ end }) => end))).toEqual(new Set(['released']));
    expect(recorded.filter(({ unread }) => unread !== undefined)).toEqual([]);
    const operations = recorded.flatMap((one) => one.operations);
    expect(new Set(operations.map(({ status }) => status))).toEqual(new Set([0]));
    const moves = operations.filter(({ service }) => service === 'C-MOVE');
    expect(await moved(behind)).toHaveLength(moves.length);
    const stores = operations.filter(({ service }) => service === 'C-STORE');
    expect(new Set(stores.map(({ instance }) => instance)).size).toBe(instances);
    expect(out).toMatch(new RegExp(`C-STORE +${instances} +0 `));
    process.stderr.write(`${recorded.length} associations: ${callers(recorded)}\n`);
  });
});

/** What queries found, of what programs said */
function matches(answers: readonly string[]): string[] {
  return answers.map((text) => (text.match(/^I: \([0-9a-f,]+\) .*$/gm) ?? []).join('\n'));
}

function callers(recorded: readonly RecordedAssociation[]): string {
  const counts = new Map<string, number>();
  for (const { calling } of recorded) counts.set(calling, (counts.get(calling) ?? 0) + 1);
  return [...counts].map(([name, n]) => `${n} ${name}`).join(', ');
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
