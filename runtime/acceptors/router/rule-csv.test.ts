import { describe, expect, it } from 'vitest';
import { rulesFromCsv } from './rule-csv.ts';

describe('rule tables as CSV', () => {
  it('read as rules', () => {
    const text = `route,when:Modality,when:SeriesDescription,set:StudyDescription,copy:PatientID,blank
# visual fields
HTM_OPH,OPV,/GPA/i,"Visual Fields (VF), ""GPA""",,
,OPT,(absent),OCT,OtherPatientIDs,AccessionNumber StudyID

`;
    expect(rulesFromCsv(text)).toEqual([
      {
        route: 'HTM_OPH',
        when: { Modality: 'OPV', SeriesDescription: { re: 'GPA', flags: 'i' } },
        set: { StudyDescription: 'Visual Fields (VF), "GPA"' },
      },
      {
        when: { Modality: 'OPT', SeriesDescription: null },
        set: { StudyDescription: 'OCT' },
        copy: { PatientID: 'OtherPatientIDs' },
        blank: ['AccessionNumber', 'StudyID'],
      },
    ]);
  });

  it('read as spreadsheets write them: a mark in front, semicolons, CRLF', () => {
    const plain = 'route,when:Modality\nCT_ROUTE,CT\n"A,B",MR\n';
    const sheet = '\ufeffroute;when:Modality\r\nCT_ROUTE;CT\r\nA,B;MR\r\n';
    expect(rulesFromCsv(sheet)).toEqual(rulesFromCsv(plain));
  });

  it('name what they cannot read', () => {
    expect(() => rulesFromCsv('route,wenn:Modality\nA,B')).toThrow(
      'rules column 2: "wenn:Modality"',
    );
    expect(() => rulesFromCsv('coerce:PatientID\nbig')).toThrow(
      'rules line 2, coerce:PatientID: "big"',
    );
    expect(rulesFromCsv('')).toEqual([]);
  });
});
