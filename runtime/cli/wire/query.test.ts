import { describe, expect, it } from 'vitest';
import { queryOf } from './query.ts';

const today = new Date(2026, 10, 21);

describe('queryOf', () => {
  it('makes keys of the words', () => {
    const { level, keys } = queryOf({ what: 'study', value: '1.2.3', today });
    expect(level).toBe('STUDY');
    expect(keys).toMatchObject({ StudyInstanceUID: '1.2.3', PatientID: '', StudyDate: '' });
    expect(queryOf({ what: 'patient', value: 'T*', today }).keys).toMatchObject({
      PatientID: 'T*',
    });
    expect(queryOf({ what: 'today', modality: 'ct', today }).keys).toMatchObject({
      StudyDate: '20261121',
      ModalitiesInStudy: 'CT',
    });
  });

  it('asks for what tells the matches of a level apart', () => {
    const images = queryOf({ what: 'study', value: '1.2', level: 'image', modality: 'ct', today });
    expect(images.columns).toContain('SOPInstanceUID');
    expect(images.keys).toMatchObject({
      StudyInstanceUID: '1.2',
      SOPInstanceUID: '',
      Modality: 'CT',
    });
    expect(images.keys).not.toHaveProperty('ModalitiesInStudy');
    const patients = queryOf({ what: 'all', level: 'PATIENT', today });
    expect(patients.keys).toHaveProperty('PatientID');
    expect(patients.keys).not.toHaveProperty('StudyInstanceUID');
  });

  it('asks a worklist by its scheduled steps', () => {
    const { model, keys } = queryOf({ what: 'worklist', modality: 'US', today });
    expect(model).toBe('worklist');
    expect(keys).toMatchObject({ ScheduledProcedureStepSequence: [{ Modality: 'US' }] });
  });

  it('puts keys of the scheduled step where they belong, others where they are said to be', () => {
    const step = (key: readonly string[]) =>
      queryOf({ what: 'worklist', key, today }).keys['ScheduledProcedureStepSequence'];
    const bare = step(['ScheduledStationAETitle=CT01', 'Modality=CT']);
    expect(bare).toEqual([
      {
        Modality: 'CT',
        ScheduledProcedureStepStartDate: '',
        ScheduledProcedureStepStartTime: '',
        ScheduledStationAETitle: 'CT01',
        ScheduledProcedureStepID: '',
      },
    ]);
    const path = 'ScheduledProcedureStepSequence[0].ScheduledStationAETitle=CT01';
    expect(step([path, '00400100.00080060=CT'])).toEqual(bare);
    const { keys } = queryOf({
      what: 'all',
      key: ['RequestAttributesSequence[1].RequestedProcedureID=7', 'ProcedureCodeSequence='],
      today,
    });
    expect(keys).toMatchObject({
      RequestAttributesSequence: [{}, { RequestedProcedureID: '7' }],
      ProcedureCodeSequence: [],
    });
  });

  it('adds keys and columns of one’s own', () => {
    const { keys, columns } = queryOf({ what: 'all', key: ['StudyID=7', 'StudyTime'], today });
    expect(keys).toMatchObject({ StudyID: '7', StudyTime: '' });
    expect(columns.slice(-2)).toEqual(['StudyID', 'StudyTime']);
  });

  it.each([
    [{ what: 'studi', today }, /no query "studi"/],
    [{ what: 'study', today }, /value is missing/],
    [{ what: 'today', value: '1', today }, /takes no value/],
    [{ what: 'all', dateRange: '2026', today }, /YYYYMMDD/],
    [{ what: 'all', level: 'FOO', today }, /PATIENT, STUDY/],
    [{ what: 'all', key: ['=x'], today }, /KEYWORD=VALUE/],
    [{ what: 'worklist', key: ['ScheduledProcedureStepSequence=CT01'], today }, /takes no value/],
    [{ what: 'all', key: ['PatientID[0].StudyID=1'], today }, /PatientID is no sequence/],
    [{ what: 'all', key: ['a[b].c=1'], today }, /is no path/],
  ])('refuses %j', (words, message) => {
    expect(() => queryOf(words)).toThrow(message);
  });
});
