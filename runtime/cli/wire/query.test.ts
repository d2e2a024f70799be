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

  it('asks a worklist by its scheduled steps', () => {
    const { model, keys } = queryOf({ what: 'worklist', modality: 'US', today });
    expect(model).toBe('worklist');
    expect(keys).toMatchObject({ ScheduledProcedureStepSequence: [{ Modality: 'US' }] });
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
  ])('refuses %j', (words, message) => {
    expect(() => queryOf(words)).toThrow(message);
  });
});
