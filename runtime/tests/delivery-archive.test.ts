// The simulated archive, asked by DCMTK's clients as dcmqrscp would be, and by dcmjs-dimse's.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import dcmjsDimse from 'dcmjs-dimse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Archive } from '../acceptors/archive/archive.ts';
import { openPorts } from '../acceptors/stations/ports.ts';
import { readMeta } from '../dicom/file/part10.ts';
import type { Listening } from '../dicom/scp/acceptor-types.ts';
import { anyPortFree, dumpToFile, requirePeer, startQrscp } from './peers.ts';
import type { StoragePeer } from './peers.ts';

const HOST = '127.0.0.1';
const ROOT = '1.2.826.0.1.3680043.2.1143';
const { Client, Dataset, log, requests } = dcmjsDimse;
log.setLevel('silent');

interface Image {
  readonly patient: string;
  readonly study: number;
  readonly series: number;
  readonly instance: number;
  readonly modality: string;
  readonly date: string;
}

const uid = ({ study, series, instance }: Image): string =>
  `${ROOT}.${study}.${series}.${instance}`;

const IMAGES: readonly Image[] = [1, 2, 3].flatMap((study) =>
  [1, 2].flatMap((series) =>
    [1, 2].map((instance) => ({
      ...{ study, series, instance, patient: `PAT${study % 2}` },
      ...{ modality: series === 1 ? 'CT' : 'SR', date: `2026010${study}` },
    })),
  ),
);

const dump = (image: Image): string => `(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [${uid(image)}]
(0008,0020) DA [${image.date}]
(0008,0030) TM [101500]
(0008,0050) SH [ACC${image.study}]
(0008,0060) CS [${image.modality}]
(0008,1030) LO [Study ${image.study}]
(0010,0010) PN [DICOMRUN^TEST${image.patient}]
(0010,0020) LO [${image.patient}]
(0020,000D) UI [${ROOT}.${image.study}]
(0020,000E) UI [${ROOT}.${image.study}.${image.series}]
(0020,0010) SH [S${image.study}]
(0020,0011) IS [${image.series}]
(0020,0013) IS [${image.instance}]
(0028,0010) US 2
(0028,0011) US 2
(0028,0100) US 8
(7FE0,0010) OB 01\\02\\03\\0${image.instance}
`;

const WORKLIST_ITEM = {
  PatientName: 'DICOMRUN^TEST',
  PatientID: 'W1',
  StudyInstanceUID: `${ROOT}.9`,
  ScheduledProcedureStepSequence: [
    {
      Modality: 'ES',
      ScheduledStationAETitle: 'ENDO',
      ScheduledProcedureStepStartDate: '20260101',
      ScheduledProcedureStepID: 'STEP1',
    },
  ],
};

const env = { ...process.env, TCP_NODELAY: '1' };
const call = async (command: string, ...args: string[]): Promise<string> => {
  const { stdout, stderr } = await promisify(execFile)(command, args, { env });
  return stdout + stderr;
};

interface Place {
  readonly aet: string;
  readonly port: number;
}

/** Answers of findscu, as values of the keys, sorted. */
async function find(at: Place, model: string, keys: readonly string[]): Promise<string[]> {
  const flags = keys.flatMap((key) => ['-k', key]);
  const out = await call('findscu', '-v', model, '-aec', at.aet, ...flags, HOST, String(at.port));
  const found: string[] = [];
  // Responses are printed as dumps, each headed by its number; the identifier asked with comes first.
  for (const block of out.split(/Find Response: \d+/).slice(1)) {
    const values = [
      ...block.matchAll(/\(([0-9a-f]{4},[0-9a-f]{4})\) \w\w (?:\[([^\]]*)\]|=(\S+))/g),
    ];
    const pairs = values.map(([, tag, text, name]) => `${tag}=${(text ?? name ?? '').trim()}`);
    found.push(pairs.filter((pair) => !/^0008,(0005|0052|0054|0056)/.test(pair)).join(' '));
  }
  return found.sort();
}

const asked: readonly (readonly [string, string, readonly string[], number])[] = [
  ['patients', '-P', ['QueryRetrieveLevel=PATIENT', 'PatientID', 'PatientName'], 2],
  ['studies', '-S', ['QueryRetrieveLevel=STUDY', 'StudyInstanceUID', 'AccessionNumber'], 3],
  [
    'a study by UID',
    '-S',
    ['QueryRetrieveLevel=STUDY', `StudyInstanceUID=${ROOT}.2`, 'StudyID'],
    1,
  ],
  [
    'by accession',
    '-S',
    ['QueryRetrieveLevel=STUDY', 'AccessionNumber=ACC3', 'StudyInstanceUID'],
    1,
  ],
  [
    'by wildcard',
    '-S',
    ['QueryRetrieveLevel=STUDY', 'PatientName=DICOMRUN^*1', 'StudyInstanceUID'],
    2,
  ],
  [
    'by date range',
    '-S',
    ['QueryRetrieveLevel=STUDY', 'StudyDate=20260102-20260103', 'StudyID'],
    2,
  ],
  ['nothing', '-S', ['QueryRetrieveLevel=STUDY', `StudyInstanceUID=${ROOT}.77`], 0],
  [
    'series',
    '-S',
    ['QueryRetrieveLevel=SERIES', `StudyInstanceUID=${ROOT}.1`, 'Modality', 'SeriesInstanceUID'],
    2,
  ],
  [
    'series by modality',
    '-S',
    ['QueryRetrieveLevel=SERIES', `StudyInstanceUID=${ROOT}.1`, 'Modality=SR', 'SeriesNumber'],
    1,
  ],
  [
    'images',
    '-S',
    [
      'QueryRetrieveLevel=IMAGE',
      `StudyInstanceUID=${ROOT}.1`,
      `SeriesInstanceUID=${ROOT}.1.2`,
      'SOPInstanceUID',
      'InstanceNumber',
    ],
    2,
  ],
];

describe.skipIf(!requirePeer('findscu', 'movescu', 'getscu', 'storescu', 'dcmqrscp', 'dump2dcm'))(
  'the simulated archive, as dcmqrscp',
  () => {
    let folder = '';
    let archive: Archive;
    let listening: Listening;
    let qrscp: StoragePeer;
    let ours: Place;
    let movePort = 0;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'dicomrun-archive-'));
      const files: string[] = [];
      for (const image of IMAGES) {
        const file = join(folder, `${uid(image)}.dcm`);
        await dumpToFile(dump(image), file);
        files.push(file);
      }
      movePort = await anyPortFree();
      const destinations = { MOVER: { host: HOST, port: movePort } };
      archive = new Archive(
        { aets: ['ARCHIVE'], keep: 'all', destinations, worklist: [WORKLIST_ITEM] },
        () => performance.now(),
      );
      const [open] = await openPorts([{ station: archive, host: HOST, port: 0 }]);
      if (open === undefined) throw new Error('not listening');
      listening = open;
      ours = { aet: 'ARCHIVE', port: open.port };
      qrscp = await startQrscp({ aet: 'QRSCP', destinations });
      await call('storescu', '-aec', 'ARCHIVE', HOST, String(ours.port), ...files);
      await call('storescu', '-aec', 'QRSCP', HOST, String(qrscp.port), ...files);
    });

    afterAll(async () => {
      archive.close();
      await listening.close();
      await qrscp.stop();
      await rm(folder, { recursive: true });
    });

    it.each(asked)('finds %s', async (_name, model, keys, count) => {
      const found = await find(ours, model, keys);
      expect(found).toHaveLength(count);
      expect(found).toEqual(await find({ aet: 'QRSCP', port: qrscp.port }, model, keys));
    });

    it('counts what belongs to a study', async () => {
      const keys = ['QueryRetrieveLevel=STUDY', `StudyInstanceUID=${ROOT}.1`];
      const counts = [
        'NumberOfStudyRelatedInstances',
        'NumberOfStudyRelatedSeries',
        'ModalitiesInStudy',
      ];
      const [found] = await find(ours, '-S', [...keys, ...counts]);
      expect(found).toContain('0020,1208=4');
      expect(found).toContain('0020,1206=2');
      expect(found).toContain('0008,0061=CT\\SR');
    });

    it('ends a query on C-CANCEL', async () => {
      const keys = ['-k', 'QueryRetrieveLevel=STUDY', '-k', 'StudyInstanceUID'];
      const out = await call(
        'findscu',
        '-v',
        '-S',
        '--cancel',
        '1',
        '-aec',
        'ARCHIVE',
        ...keys,
        HOST,
        String(ours.port),
      );
      expect(out).toMatch(/Cancel|Success/);
    });

    it('moves a study, byte for byte', async () => {
      const target = join(folder, 'moved');
      await mkdir(target);
      const keys = ['-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${ROOT}.2`];
      const to = ['-aet', 'MOVER', '-aem', 'MOVER', '+P', String(movePort), '-od', target];
      await call('movescu', '-S', '-aec', 'ARCHIVE', ...to, ...keys, HOST, String(ours.port));
      expect(await datasets(target)).toEqual(await datasetsOf(folder, `${ROOT}.2.`));
    });

    it('says A801 for a destination it does not know', async () => {
      const keys = ['-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${ROOT}.2`];
      const to = ['-v', '-aem', 'NOWHERE'];
      const out = await call(
        'movescu',
        '-S',
        '-aec',
        'ARCHIVE',
        ...to,
        ...keys,
        HOST,
        String(ours.port),
      ).catch((error: Error) => error.message);
      expect(out).toMatch(/MoveDestinationUnknown|0xa801/i);
    });

    it('gets a series, byte for byte', async () => {
      const target = join(folder, 'got');
      await mkdir(target);
      const keys = [
        '-k',
        'QueryRetrieveLevel=SERIES',
        '-k',
        `StudyInstanceUID=${ROOT}.3`,
        '-k',
        `SeriesInstanceUID=${ROOT}.3.1`,
      ];
      await call(
        'getscu',
        '-S',
        '-aec',
        'ARCHIVE',
        '-od',
        target,
        '+B',
        ...keys,
        HOST,
        String(ours.port),
      );
      expect(await datasets(target)).toEqual(await datasetsOf(folder, `${ROOT}.3.1.`));
    });

    it('answers a worklist until the step is done', async () => {
      const worklist = (modality: string): Promise<string[]> =>
        find(ours, '-W', ['PatientID', `ScheduledProcedureStepSequence[0].Modality=${modality}`]);
      expect(await worklist('CT')).toHaveLength(0);
      expect(await worklist('ES')).toHaveLength(1);
      const step = `${ROOT}.50`;
      await send(
        new requests.NCreateRequest('1.2.840.10008.3.1.2.3.3', step),
        {
          PerformedProcedureStepStatus: 'IN PROGRESS',
          PerformedProcedureStepID: 'P1',
          PerformedStationAETitle: 'ENDO1',
          PerformedProcedureStepStartDate: '20260101',
          PerformedProcedureStepStartTime: '1000',
          Modality: 'ES',
          ScheduledStepAttributesSequence: [
            { StudyInstanceUID: `${ROOT}.1`, ScheduledProcedureStepID: 'STEP1' },
          ],
        },
        ours.port,
      );
      expect(await worklist('ES')).toHaveLength(1);
      const completed = {
        PerformedProcedureStepStatus: 'COMPLETED',
        PerformedProcedureStepEndDate: '20260101',
        PerformedProcedureStepEndTime: '1010',
      };
      await send(new requests.NSetRequest('1.2.840.10008.3.1.2.3.3', step), completed, ours.port);
      expect(await worklist('ES')).toHaveLength(0);
    });

    it('commits what it has, and says what it has not', async () => {
      const wanted = [`${ROOT}.1.1.1`, `${ROOT}.1.1.99`].map((instance) => ({
        ReferencedSOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
        ReferencedSOPInstanceUID: instance,
      }));
      const request = new requests.NActionRequest(
        '1.2.840.10008.1.20.1',
        '1.2.840.10008.1.20.1.1',
        1,
      );
      const asks = { TransactionUID: `${ROOT}.60`, ReferencedSOPSequence: wanted };
      const event = await send(request, asks, ours.port, true);
      expect(event).toMatchObject({
        TransactionUID: `${ROOT}.60`,
        ReferencedSOPSequence: [{ ReferencedSOPInstanceUID: `${ROOT}.1.1.1` }],
        FailedSOPSequence: [{ ReferencedSOPInstanceUID: `${ROOT}.1.1.99` }],
      });
    });
  },
);

/** Data sets of the files of a folder, sorted. */
async function datasets(folder: string): Promise<string[]> {
  return datasetsOf(folder, '');
}

async function datasetsOf(folder: string, part: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && entry.name.includes(part));
  const all = await Promise.all(
    names.map(async ({ name }) => {
      const bytes = await readFile(join(folder, name));
      return bytes.subarray(readMeta(bytes).datasetOffset).toString('hex');
    }),
  );
  return all.sort();
}

/** Sends one N-request with dcmjs-dimse; answers its response's elements, or the event's. */
function send(
  request: InstanceType<typeof requests.NCreateRequest>,
  elements: Record<string, unknown>,
  port: number,
  waitForEvent = false,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    request.setDataset(new Dataset(elements));
    request.on('response', (response: { getStatus(): number }) => {
      if (response.getStatus() !== 0) reject(new Error(`status ${response.getStatus()}`));
      else if (!waitForEvent) resolve({});
    });
    client.on('nEventReportRequest', (event, done) => {
      resolve(event.getDataset()?.getElements() ?? {});
      const response = dcmjsDimse.responses.NEventReportResponse.fromRequest(event);
      response.setStatus(0);
      done(response);
    });
    client.on('networkError', reject);
    client.addRequest(request);
    client.send(HOST, port, 'ENDO', 'ARCHIVE', {
      associationLingerTimeout: waitForEvent ? 300 : 0,
    });
  });
}
