import { describe, expect, it } from 'vitest';
import {
  accessionNumber,
  frameOfReferenceUid,
  ID_LENGTH,
  instanceOf,
  memberNumber,
  parseUid,
  patientId,
  putId,
  putUid,
  runNumber,
  seriesOf,
  seriesUid,
  sopUid,
  studyNumber,
  studyRange,
  studyUid,
  UID_LENGTH,
  uidPrefix,
} from './identity.ts';

const RUN = runNumber(1_790_000_000_123, 42);

describe('identity', () => {
  it('makes UIDs of a constant even length below 2^128', () => {
    const uid = sopUid(RUN, studyNumber(999, 9_999_999_999), memberNumber(9999, 999_998));
    expect(uid).toHaveLength(UID_LENGTH);
    expect(uid).toMatch(/^2\.25\.1\d{38}$/);
    expect(BigInt(uid.slice(5)) < 2n ** 128n).toBe(true);
  });

  it('writes in place what the string functions say', () => {
    const cases: [number, number][] = [
      [0, memberNumber(1, 1)],
      [studyNumber(3, 17), memberNumber(2, 314)],
      [studyNumber(999, 9_999_999_999), memberNumber(9999, 999_998)],
      [12_345_678, memberNumber(12, 100_000)],
    ];
    for (const [study, member] of cases) {
      const bytes = Buffer.alloc(UID_LENGTH);
      bytes.write(uidPrefix(RUN), 0, 'latin1');
      putUid(bytes, 0, study, member);
      expect(bytes.toString('latin1')).toBe(sopUid(RUN, study, member));
      expect(parseUid(RUN, bytes)).toEqual({ study, member });
      const id = Buffer.from(patientId(RUN, 0), 'latin1');
      putId(id, 0, study);
      expect(id.toString('latin1')).toBe(patientId(RUN, study));
    }
  });

  it('keeps study, series, instance and frame of reference apart', () => {
    const study = studyNumber(1, 5);
    const uids = [
      studyUid(RUN, study),
      seriesUid(RUN, study, 1),
      sopUid(RUN, study, memberNumber(1, 1)),
      frameOfReferenceUid(RUN, study, 1),
    ];
    expect(new Set(uids).size).toBe(4);
    expect(seriesOf(memberNumber(7, 9))).toBe(7);
    expect(instanceOf(memberNumber(7, 9))).toBe(9);
  });

  it('parses padded UIDs of this run only', () => {
    const uid = sopUid(RUN, 77, memberNumber(1, 2));
    expect(parseUid(RUN, `${uid}\0`)).toEqual({ study: 77, member: memberNumber(1, 2) });
    expect(parseUid(runNumber(1, 1), uid)).toBeNull();
    expect(parseUid(RUN, '1.2.840.10008.1.1')).toBeNull();
    expect(parseUid(RUN, `${uid.slice(0, -1)}x`)).toBeNull();
  });

  it('makes IDs that fit SH', () => {
    expect(accessionNumber(RUN, studyNumber(12, 3))).toHaveLength(ID_LENGTH);
    expect(patientId(RUN, 1)).not.toBe(patientId(runNumber(1, 1), 1));
  });

  it('gives 1,000 processes of 64 workers study numbers that never meet', () => {
    const workers = 64_000;
    const first = studyRange(0, workers);
    const last = studyRange(workers - 1, workers);
    expect(first).toEqual({ first: 0, count: 156_250_000 });
    expect(studyRange(1, workers).first).toBe(first.count);
    expect(last.first + last.count).toBeLessThanOrEqual(1e13);
    const uid = sopUid(RUN, last.first + last.count - 1, memberNumber(1, 1));
    expect(parseUid(RUN, uid)?.study).toBe(last.first + last.count - 1);
  });
});
