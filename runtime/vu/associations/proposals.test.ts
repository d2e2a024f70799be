import { describe, expect, it } from 'vitest';
import { SERVICE_CLASSES } from '../../dicom/dimse/services.ts';
import { SopClass, STORAGE_CLASSES } from '../../dicom/dimse/uids.ts';
import { RingFault } from '../sandbox/host.ts';
import { proposalOf } from './proposals.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const JPEG_2000 = '1.2.840.10008.1.2.4.90';

const classes = (pairs: readonly (readonly string[])[]): string[] =>
  proposalOf({ pairs }).contexts.map((context) => context.abstractSyntax);

describe('what is proposed', () => {
  it('is one context for each SOP class and transfer syntax, once', () => {
    const pairs = [[CT, JPEG_2000], [CT, JPEG_2000], ['Verification']];
    const { contexts } = proposalOf({ pairs });
    expect(contexts).toHaveLength(2);
    expect(contexts[0]).toEqual({ abstractSyntax: CT, transferSyntaxes: [JPEG_2000] });
    expect(contexts[1]?.abstractSyntax).toBe(SopClass.VERIFICATION);
  });

  it('is all that a named model offers', () => {
    expect(classes([['StudyRoot']])).toEqual(SERVICE_CLASSES.get('StudyRoot'));
    expect(classes([['PatientRootMove']])).toEqual([SopClass.PATIENT_ROOT_MOVE]);
  });

  it('also offers uncompressed syntaxes where more than the stored one may be sent', () => {
    const { contexts } = proposalOf({ pairs: [[CT, JPEG_2000]], onlyStored: false });
    expect(contexts).toHaveLength(2);
    expect(contexts[1]?.transferSyntaxes).not.toContain(JPEG_2000);
  });

  it('has the receiving role for what a C-GET may bring, by name or the usual classes', () => {
    const named = proposalOf({ pairs: [['StudyRootGet'], [CT, JPEG_2000]] });
    expect(named.roles).toEqual([{ sopClass: CT, scu: true, scp: true }]);
    const byName = proposalOf({ pairs: [['StudyRootGet'], ['SC']] });
    expect(byName.contexts).toHaveLength(2);
    expect(byName.roles).toEqual([{ sopClass: '1.2.840.10008.5.1.4.1.1.7', scu: true, scp: true }]);
    const usual = proposalOf({ pairs: [['StudyRootGet']] });
    expect(usual.contexts).toHaveLength(1 + STORAGE_CLASSES.length);
    expect(usual.roles).toHaveLength(STORAGE_CLASSES.length);
    expect(usual.roles?.every((role) => role.scp && !role.scu)).toBe(true);
    expect(proposalOf({ pairs: [[CT, JPEG_2000]] }).roles).toBeUndefined();
  });

  it('is exactly what the script says, when it says it', () => {
    const wishes = {
      pairs: [],
      contexts: [{ abstractSyntax: 'CT', transferSyntaxes: ['JPEG2000Lossless', '1.2.3'] }],
      roles: [{ sopClass: 'CT', scu: false, scp: true }],
      extended: { StudyRootFind: [1, 0] },
    };
    expect(proposalOf(wishes)).toEqual({
      contexts: [{ abstractSyntax: CT, transferSyntaxes: [JPEG_2000, '1.2.3'] }],
      roles: [{ sopClass: CT, scu: false, scp: true }],
      extended: [{ sopClass: SopClass.STUDY_ROOT_FIND, info: Uint8Array.of(1, 0) }],
    });
  });

  it('is refused with the name of what nobody knows', () => {
    expect(() => classes([['Worklst']])).toThrow(RingFault);
    expect(() => classes([['Worklst']])).toThrow(/unknown SOP class or service "Worklst"/);
    expect(() => classes([])).toThrow(/no presentation context/);
    const many = Array.from({ length: 129 }, (_, i) => [`1.2.${i + 1}`, JPEG_2000]);
    expect(() => classes(many)).toThrow(/129 presentation contexts, at most 128/);
  });
});
