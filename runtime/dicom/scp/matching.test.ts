import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { glob, matches, matchesText, project } from './matching.ts';

describe('single values', () => {
  it.each([
    ['LO', 'ABC', 'ABC', true],
    ['LO', 'ABC', 'abc', false],
    ['LO', 'A*', 'ABC', true],
    ['LO', 'A?C', 'ABC', true],
    ['LO', 'A?C', 'ABBC', false],
    ['LO', 'A.C', 'ABC', false],
    ['PN', 'dicomrun^t*', 'DICOMRUN^TEST', true],
    ['PN', 'DICOMRUN^TEST^^^', 'DICOMRUN^TEST', true],
    ['UI', '1.2.*', '1.2.3', false],
    ['DA', '20260101-20260131', '20260115', true],
    ['DA', '20260101-20260131', '20260201', false],
    ['DA', '-20260131', '20260131', true],
    ['DA', '20260101-', '20251231', false],
    ['DA', '20260101', '20260101', true],
    ['DA', '20260101-', '', false],
    ['TM', '1000-1100', '103000.000', true],
    ['TM', '1000-1100', '110059', true],
    ['TM', '1000-1100', '1101', false],
    ['TM', '1000', '100000.000', true],
    ['TM', '100000.000', '10', true],
    ['TM', '000000', '', false],
    ['DA', '2026', '20260115', true],
    ['CS', 'ct*', 'CT CHEST', false],
    ['LO', 'A?', 'A\u{20000}', true],
    ['PN', 'DOE^JOHN', 'DOE^JOHN^^^', true],
    ['PN', 'Yamada^Tarou', 'Yamada^Tarou=\u5c71\u7530^\u592a\u90ce', true],
    ['PN', '\u5c71\u7530*', 'Yamada^Tarou=\u5c71\u7530^\u592a\u90ce', true],
    ['PN', 'Tarou*', 'Yamada^Tarou=\u5c71\u7530^\u592a\u90ce', false],
  ])('%s key %s, value %s: %s', (vr, key, value, expected) => {
    expect(matchesText(vr, key, value)).toBe(expected);
  });
});

describe('identifiers', () => {
  const study = {
    PatientID: 'P1',
    StudyInstanceUID: '1.2.3',
    StudyDate: '20260115',
    ModalitiesInStudy: ['CT', 'SR'],
    RequestAttributesSequence: [{ ScheduledProcedureStepID: 'S1' }],
  };

  it('match universally where a key is empty', () => {
    expect(matches({ PatientID: '', StudyDate: null, PatientName: '*' }, study)).toBe(true);
  });

  it('match a list of UIDs, and any of several values', () => {
    expect(matches({ StudyInstanceUID: ['9', '1.2.3'] }, study)).toBe(true);
    expect(matches({ ModalitiesInStudy: 'SR' }, study)).toBe(true);
    expect(matches({ ModalitiesInStudy: 'MR' }, study)).toBe(false);
  });

  it('match sequences item by item', () => {
    const keys = (ScheduledProcedureStepID: string) => ({
      RequestAttributesSequence: [{ ScheduledProcedureStepID }],
    });
    expect(matches(keys('S1'), study)).toBe(true);
    expect(matches(keys('S2'), study)).toBe(false);
    expect(matches(keys(''), study)).toBe(true);
  });

  it('do not match an absent value', () => {
    expect(matches({ AccessionNumber: 'A1' }, study)).toBe(false);
  });

  it('are answered with exactly the keys asked for', () => {
    const keys = { QueryRetrieveLevel: 'STUDY', StudyDate: '', AccessionNumber: '' };
    expect(project(keys, { ...study, QueryRetrieveLevel: 'STUDY' })).toEqual({
      QueryRetrieveLevel: 'STUDY',
      StudyDate: '20260115',
      AccessionNumber: '',
    });
  });
});

describe('wildcards', () => {
  it('match as a pattern would', () => {
    const text = (of: readonly string[], maxLength: number) =>
      fc.array(fc.constantFrom(...of), { maxLength }).map((all) => all.join(''));
    fc.assert(
      fc.property(text(['a', 'b', '*', '?'], 7), text(['a', 'b'], 9), (key, value) => {
        const pattern = key.replace(/\*/g, '.*').replace(/\?/g, '.');
        expect(glob(key, value)).toBe(new RegExp(`^${pattern}$`).test(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('take no longer, however many there are', () => {
    // Backtracking over all of them would take centuries.
    expect(glob(`${'*a'.repeat(5000)}*b`, 'a'.repeat(6000))).toBe(false);
    expect(matches({ AccessionNumber: '**' }, {})).toBe(true);
  });
});
