import { describe, expect, it } from 'vitest';
import type { JsonDataset } from '../../dicom/element/json.ts';
import { matchTable } from './match-table.ts';

const columns = ['PatientID', 'StudyDescription', 'StudyInstanceUID', 'Modality'];
const matches: readonly JsonDataset[] = [
  { PatientID: 'A1', StudyDescription: 'Head', StudyInstanceUID: '1.2.840.113619.2.1' },
  { PatientID: 'B22', StudyInstanceUID: '1.2.840.113619.2.2' },
];

describe('matches of a query', () => {
  it('are a line each where they fit; columns without a value are left out', () => {
    const table = [
      'PatientID  StudyDescription  StudyInstanceUID',
      'A1         Head              1.2.840.113619.2.1',
      'B22                          1.2.840.113619.2.2',
      '2 matches',
      '',
    ].join('\n');
    expect(matchTable(matches, { columns })).toBe(table);
    expect(matchTable(matches, { columns }, 47)).toBe(table);
  });

  it('are a block each on a terminal that is too narrow', () => {
    expect(matchTable(matches, { columns }, 46)).toBe(
      [
        'PatientID         A1',
        'StudyDescription  Head',
        'StudyInstanceUID  1.2.840.113619.2.1',
        '',
        'PatientID         B22',
        'StudyInstanceUID  1.2.840.113619.2.2',
        '',
        '2 matches',
        '',
      ].join('\n'),
    );
    expect(matchTable([], { columns }, 10)).toBe('0 matches\n');
  });
});
