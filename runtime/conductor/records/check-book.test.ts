import { describe, expect, it } from 'vitest';
import { seenText } from './check-book.ts';
import { Discretion } from './discretion.ts';

const seen = (tag: string, expected: string | null, actual: string | null) => ({
  differences: [{ tag, expected, actual, instance: '2.25.1' }],
});
const closed = new Discretion(false, '1');

describe('what a check saw', () => {
  it.each([
    ['PatientID', 'A', 'B'],
    ['EthnicGroup', 'A', 'B'],
    ['RequestingPhysician', null, 'B'],
    ['PhysiciansOfRecord', null, 'B'],
    ['RequestAttributesSequence.AccessionNumber', 'A', 'B'],
    // Free text, and nobody said what it has to be.
    ['StudyDescription', null, 'Knee of B'],
  ])('of %s, which may say who somebody is, is told without values', (tag, expected, actual) => {
    const text = seenText(seen(tag, expected, actual), closed);
    expect(text).toContain(`${tag}: expected`);
    expect(text).not.toMatch(/"/);
    expect(seenText(seen(tag, expected, actual), new Discretion(true, '1'))).toContain('"');
  });

  it('of an instance that was read from a file is told by its name, not by that of a person', () => {
    const [one] = seen('Modality', 'CT', 'MR').differences;
    const of = (file: string) =>
      seenText({ differences: one === undefined ? [] : [{ ...one, file }] }, closed);
    expect(of('ct/CT_small.dcm')).toContain('arrived "MR"  (ct/CT_small.dcm, …');
    expect(of('DOE^JANE/1.dcm')).not.toContain('JANE');
    const missing = ['2.25.1', '2.25.2'];
    const lost = seenText({ missing, missingFiles: ['a.dcm', ''], text: '2 of 3 missing' }, closed);
    expect(lost).toMatch(/^2 of 3 missing: a\.dcm, …; …\S+$/);
  });

  it('of anything else, or of a text that the script expects, is told with both values', () => {
    const words = 'StudyDescription: expected "KOPF", arrived "Head"';
    expect(seenText(seen('StudyDescription', 'KOPF', 'Head'), closed)).toContain(words);
    expect(seenText(seen('Modality', null, 'CT'), closed)).toContain('absent, arrived "CT"');
  });
});
