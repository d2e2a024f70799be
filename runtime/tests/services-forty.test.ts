// Forty queries to three archives: what ours answers is what dcmqrscp and Orthanc answer. Where one
// of them differs, the difference is listed here and argued.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveArchive, type Served } from '../acceptors/serve.ts';
import type { Attributes } from '../dicom/dimse/model.ts';
import type { JsonDataset } from '../dicom/element/json.ts';
import type { Association } from '../dicom/ul/association.ts';
import { type Peer, requirePeer, startOrthanc, startQrscp } from './peers.ts';
import {
  connected,
  findAll,
  instance,
  propose,
  QUERY_CLASSES,
  SECONDARY_CAPTURE,
  storeInstance,
} from './wire-calls.ts';

/** Five patients, six studies, nine instances; the names are nobody's. */
const LATIN = { SpecificCharacterSet: 'ISO_IR 100' };
const INSTANCES: readonly Attributes[] = [
  instance(1, 1, { PatientName: 'ALPHA^ANNA', StudyDescription: 'CT HEAD' }),
  instance(1, 2, { PatientName: 'ALPHA^ANNA', StudyDescription: 'CT HEAD' }),
  series(instance(1, 3, { PatientName: 'ALPHA^ANNA', StudyDescription: 'CT HEAD' }), 2, 'CT'),
  instance(2, 1, { PatientName: 'ALPHA^BERT', StudyDate: '20260215', StudyTime: '083000' }),
  instance(3, 1, { PatientName: 'BETA^CARL', StudyDate: '20260301', StudyTime: '235959' }),
  instance(4, 1, { ...LATIN, PatientName: 'MÜLLER^DORA', StudyDate: '20260302' }),
  instance(5, 1, { PatientName: 'GAMMA', PatientID: 'P3', StudyDate: '20251231' }),
  instance(6, 1, { PatientName: 'DELTA^EVE', AccessionNumber: '', StudyDescription: '' }),
  instance(6, 2, { PatientName: 'DELTA^EVE', AccessionNumber: '', StudyDescription: '' }),
];

function series(of: Attributes, number: number, modality: string): Attributes {
  const uid = `${String(of['StudyInstanceUID'])}.${number}`;
  return { ...of, SeriesInstanceUID: uid, SeriesNumber: number, Modality: modality };
}

type Asked = readonly [name: string, level: string, keys: Attributes, model?: string];

const ALL = { StudyInstanceUID: '', PatientID: '', StudyDate: '' };
const OF_ONE = { StudyInstanceUID: '2.25.91' };
const of = (name: string, keys: Attributes): Asked => [name, 'STUDY', { ...ALL, ...keys }];

const QUERIES: readonly Asked[] = [
  of('everything', {}),
  of('a patient', { PatientID: 'P1' }),
  of('an unknown patient', { PatientID: 'NOBODY' }),
  of('a name', { PatientName: 'BETA^CARL' }),
  of('a name in part', { PatientName: 'ALPHA*' }),
  of('a name from its end', { PatientName: '*BERT' }),
  of('a name by its middle', { PatientName: '*A^*' }),
  of('one letter', { PatientName: 'ALPHA^?ERT' }),
  of('any letters', { PatientName: '*' }),
  of('a name of one component', { PatientName: 'GAMMA' }),
  of('no such name', { PatientName: 'ALPHA' }),
  of('an umlaut', { ...LATIN, PatientName: 'MÜLLER*' }),
  of('a day', { StudyDate: '20260215' }),
  of('days', { StudyDate: '20260101-20260228' }),
  of('until a day', { StudyDate: '-20251231' }),
  of('from a day', { StudyDate: '20260301-' }),
  of('no day of these', { StudyDate: '20200101-20201231' }),
  of('a time', { StudyTime: '083000' }),
  of('times', { StudyTime: '080000-090000' }),
  of('a study', OF_ONE),
  of('a list of studies', { StudyInstanceUID: ['2.25.91', '2.25.93', '2.25.999'] }),
  of('an unknown study', { StudyInstanceUID: '2.25.999' }),
  of('an accession number', { AccessionNumber: 'A2' }),
  of('accession numbers', { AccessionNumber: 'A*' }),
  of('a description', { StudyDescription: 'CT*' }),
  of('a study ID', { StudyID: '3' }),
  of('modalities asked for', { ModalitiesInStudy: '' }),
  of('a modality', { ModalitiesInStudy: 'CT' }),
  of('counts', { ...OF_ONE, NumberOfStudyRelatedInstances: '', NumberOfStudyRelatedSeries: '' }),
  of('several keys', { PatientID: 'P1', StudyDate: '20260101', AccessionNumber: 'A1' }),
  of('keys that exclude each other', { PatientID: 'P1', AccessionNumber: 'A2' }),
  of('a patient of two studies', { PatientID: 'P3' }),
  ['the series of a study', 'SERIES', { ...OF_ONE, SeriesInstanceUID: '', Modality: '' }],
  ['series of a modality', 'SERIES', { ...OF_ONE, SeriesInstanceUID: '', Modality: 'CT' }],
  ['a series by number', 'SERIES', { ...OF_ONE, SeriesInstanceUID: '', SeriesNumber: '2' }],
  [
    'the instances of a series',
    'IMAGE',
    { ...OF_ONE, SeriesInstanceUID: '2.25.91.1', SOPInstanceUID: '', InstanceNumber: '' },
  ],
  [
    'an instance by number',
    'IMAGE',
    { ...OF_ONE, SeriesInstanceUID: '2.25.91.1', SOPInstanceUID: '', InstanceNumber: '2' },
  ],
  ['patients', 'PATIENT', { PatientID: '', PatientName: '' }, 'patient'],
  ['a patient by name', 'PATIENT', { PatientID: '', PatientName: 'ALPHA*' }, 'patient'],
  ['the studies of a patient', 'STUDY', { PatientID: 'P1', StudyInstanceUID: '' }, 'patient'],
];

/**
 * Optional keys (PS3.4 C.2.2.1.3) that dcmqrscp does not support: it matches nothing by them and gives
 * them back empty, as the standard lets it. Ours and Orthanc support them.
 */
const NOT_IN_QRSCP = { qrscp: 'an optional key that dcmqrscp does not support' };

/** Who answers otherwise than ours, and why that is no fault of either. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'modalities asked for': NOT_IN_QRSCP,
  'a modality': NOT_IN_QRSCP,
  counts: NOT_IN_QRSCP,
};

/** An answer in one form: what was asked for, in no order. */
function answerOf(keys: Attributes, list: readonly JsonDataset[]): string[] {
  const asked = Object.keys(keys).filter((keyword) => keyword !== 'SpecificCharacterSet');
  return list
    .map((match) =>
      JSON.stringify(
        asked.map((keyword) => {
          const value = match[keyword];
          return [keyword, Array.isArray(value) ? [...value].sort() : (value ?? '')];
        }),
      ),
    )
    .sort();
}

describe.skipIf(!requirePeer('dcmqrscp', 'Orthanc'))('forty queries', () => {
  const peers: Peer[] = [];
  const associations: Record<string, Association> = {};
  let own: Served;

  beforeAll(async () => {
    own = await serveArchive({ aets: ['ARCHIVE'] }, { port: 0 });
    const qrscp = await startQrscp({ aet: 'QRSCP' });
    const orthanc = await startOrthanc({ aet: 'ORTHANC' });
    peers.push(qrscp, orthanc);
    const places = {
      archive: { host: '127.0.0.1', port: own.port, aet: 'ARCHIVE' },
      qrscp,
      orthanc,
    };
    for (const [name, place] of Object.entries(places)) {
      const association = await connected(place, propose(SECONDARY_CAPTURE, ...QUERY_CLASSES));
      for (const one of INSTANCES) expect(await storeInstance(association, one), name).toBe(0);
      associations[name] = association;
    }
  }, 60_000);

  afterAll(async () => {
    for (const association of Object.values(associations)) association.abort();
    await own.close();
    for (const peer of peers) await peer.stop();
  });

  it('are forty', () => expect(QUERIES).toHaveLength(40));

  for (const [name, level, keys, model = 'study'] of QUERIES) {
    it(`${name}: three archives answer alike`, async () => {
      const answers: Record<string, unknown> = {};
      for (const [who, association] of Object.entries(associations)) {
        const { status, list } = await findAll(association, { model, level, keys });
        answers[who] = [status, answerOf(keys, list)];
      }
      const { archive, ...others } = answers;
      const differing = Object.keys(others).filter(
        (who) => JSON.stringify(others[who]) !== JSON.stringify(archive),
      );
      const argued = Object.keys(DIFFERENCES[name] ?? {});
      expect(differing, JSON.stringify(answers, null, 1)).toEqual(argued);
    });
  }
});
