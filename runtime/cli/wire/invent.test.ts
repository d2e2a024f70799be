import { describe, expect, it } from 'vitest';
import { Inventor } from './invent.ts';

const RUN = '123456789012345';

describe('identities as storescu invents them', () => {
  it('begin a series, a study and a patient after so many', () => {
    const inventor = new Inventor({ images: 2, series: 3, studies: 2 }, RUN);
    const all = Array.from({ length: 24 }, () => inventor.next());
    const distinct = (key: keyof (typeof all)[number]): number =>
      new Set(all.map((one) => one[key])).size;
    expect(distinct('SOPInstanceUID')).toBe(24);
    expect(distinct('SeriesInstanceUID')).toBe(12);
    expect(distinct('StudyInstanceUID')).toBe(4);
    expect(distinct('PatientID')).toBe(2);
    expect(distinct('PatientName')).toBe(2);
    const studyOf = (at: number): string => all[at]?.StudyInstanceUID ?? '';
    expect(studyOf(5)).toBe(studyOf(0));
    expect(studyOf(6)).not.toBe(studyOf(0));
    expect(all[12]?.PatientID).not.toBe(all[11]?.PatientID);
  });

  it('are UIDs and IDs that fit', () => {
    const { SOPInstanceUID, PatientID, PatientName } = new Inventor(
      { images: 1, series: 1, studies: 1 },
      RUN,
    ).next();
    expect(SOPInstanceUID).toMatch(/^[0-9.]{1,64}$/);
    expect(PatientID.length).toBeLessThanOrEqual(16);
    expect(PatientName).toMatch(/^DICOMRUN\^/);
  });
});
