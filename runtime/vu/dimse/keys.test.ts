import { describe, expect, it } from 'vitest';
import { byKeyword } from './keys.ts';

describe('attributes of a request', () => {
  it('are named by keyword, in sequences too', () => {
    const keys = {
      '0020000D': '1.2',
      '(0010,0010)': 'A*',
      ScheduledProcedureStepSequence: [{ '00080060': 'CT' }],
      StudyDate: '',
      ModalitiesInStudy: ['CT', 'MR'],
      ReferencedStudySequence: [],
    };
    expect(byKeyword(keys, 'find')).toEqual({
      StudyInstanceUID: '1.2',
      PatientName: 'A*',
      ScheduledProcedureStepSequence: [{ Modality: 'CT' }],
      StudyDate: '',
      ModalitiesInStudy: ['CT', 'MR'],
      ReferencedStudySequence: [],
    });
  });

  it('are refused when nobody knows them, with the nearest that is known', () => {
    expect(() => byKeyword({ PatientIDD: '' }, 'find')).toThrow(/"PatientIDD"/);
    const nested = { ScheduledProcedureStepSequence: [{ Modalitty: '' }] };
    expect(() => byKeyword(nested, 'find')).toThrow(/"Modalitty"/);
    expect(() => byKeyword({ '00091001': 'x' }, 'find')).toThrow(/"00091001" is private/);
  });

  it('are refused when they are no object', () => {
    for (const wrong of [null, 'x', ['PatientID']]) {
      expect(() => byKeyword(wrong as never, 'move')).toThrow(/move: needs attributes/);
    }
  });
});
