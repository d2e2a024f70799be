import { describe, expect, it } from 'vitest';
import { compileEdits } from '../../dicom/edit/edits.ts';
import type { Edits } from '../../dicom/edit/edits.ts';
import { patchHeader } from '../../dicom/edit/header-patch.ts';
import {
  accessionNumber,
  memberNumber,
  patientId,
  seriesUid,
  sopUid,
  studyUid,
} from '../../dicom/pool/identity.ts';
import { correlator } from './correlate.ts';
import { Keys } from './keys.ts';

const RUN = '123456789012345';
const EXPLICIT = '1.2.840.10008.1.2.1';
const STUDY = 30_000_000_007;
const MEMBER = memberNumber(2, 5);
const OWN = { a: STUDY, b: MEMBER, study: STUDY };

function header(elements: Edits) {
  const bytes = patchHeader(Buffer.alloc(0), EXPLICIT, compileEdits(elements), { lenient: true });
  return { bytes, transferSyntax: EXPLICIT };
}

describe('correlate', () => {
  it('sop: a UID of the run is numbers, whatever the header says', () => {
    const by = correlator('sop', new Keys(RUN), RUN);
    expect(by(sopUid(RUN, STUDY, MEMBER), undefined)).toEqual(OWN);
  });

  it('sop: a foreign UID belongs to the study its header names', () => {
    const keys = new Keys(RUN);
    const by = correlator('sop', keys, RUN);
    const key = by('1.2.3', header({ StudyInstanceUID: '1.2' }));
    expect(key).toEqual(keys.instance('1.2.3', '1.2'));
    expect(keys.studyUid(key.study)).toBe('1.2');
    expect(by('1.2.4', undefined).study).toBeNaN();
  });

  it('marker: a private element with a UID of the run stands for the instance', () => {
    const by = correlator('marker', new Keys(RUN), RUN);
    const marked = header({
      '00990010': 'DICOMRUN',
      '00991001': { vr: 'UI', value: sopUid(RUN, STUDY, MEMBER) },
    });
    expect(by('9.9', marked)).toEqual(OWN);
    expect(by('9.9', header({ PatientID: 'x' })).a).toBe(-1);
  });

  it.each([
    ['AccessionNumber', accessionNumber(RUN, STUDY)],
    ['PatientID', patientId(RUN, STUDY)],
    ['StudyID', studyUid(RUN, STUDY)],
    ['SeriesInstanceUID', seriesUid(RUN, STUDY, 2)],
  ])('%s: with series and instance number', (keyword, value) => {
    const by = correlator(keyword, new Keys(RUN), RUN);
    const numbers = { SeriesNumber: '2', InstanceNumber: '000005' };
    expect(by('9.9', header({ [keyword]: value, ...numbers }))).toEqual(OWN);
    expect(by('9.9', header({ [keyword]: 'else', ...numbers })).a).toBe(-1);
    expect(by('9.9', undefined).a).toBe(-1);
  });

  it('is refused for a keyword nobody knows', () => {
    expect(() => correlator('AccesionNumber', new Keys(RUN), RUN)).toThrow('AccesionNumber');
  });

  it('takes a header that is none for unrecognised', () => {
    const by = correlator('PatientID', new Keys(RUN), RUN);
    expect(by('9.9', { bytes: Buffer.from('no data set'), transferSyntax: EXPLICIT }).a).toBe(-1);
  });
});

describe('Keys', () => {
  it('forgets foreign UIDs that the account dropped', () => {
    const keys = new Keys(RUN);
    const { a, b, study } = keys.instance('1.2.3', '1.2');
    expect([keys.uid(a, b), keys.size]).toEqual(['1.2.3', 2]);
    keys.forget(a, b);
    keys.forgetStudy(study);
    expect(keys.size).toBe(0);
  });

  it('leaves nothing behind for UIDs of the run', () => {
    const keys = new Keys(RUN);
    const { a, b } = keys.instance(sopUid(RUN, STUDY, MEMBER));
    expect([keys.size, keys.uid(a, b)]).toEqual([0, sopUid(RUN, STUDY, MEMBER)]);
    expect(keys.study(studyUid(RUN, STUDY))).toBe(STUDY);
  });
});
