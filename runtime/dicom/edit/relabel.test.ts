import { describe, expect, it } from 'vitest';
import { charsetOf } from '../element/charset.ts';
import { compileEdits, type Edits } from './edits.ts';
import { patchHeader } from './header-patch.ts';
import { getValue, openDataset } from '../element/json.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';

const { EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE } = TransferSyntax;

const ITEM = 'RequestAttributesSequence[0]';
const TEXT: Edits = {
  SpecificCharacterSet: 'ISO_IR 100',
  PatientName: 'DÏCÖM^TÊST',
  StudyDescription: 'plain',
  RequestAttributesSequence: [
    { ScheduledProcedureStepDescription: 'Übung' },
    { SpecificCharacterSet: 'ISO_IR 126', ScheduledProcedureStepDescription: 'Διον' },
  ],
};

function patched(bytes: Buffer, edits: Edits, syntax: string = EXPLICIT_LE): Buffer {
  return patchHeader(bytes, syntax, compileEdits(edits));
}

function made(edits: Edits, syntax: string = EXPLICIT_LE): Buffer {
  const empty = syntax === DEFLATED_LE ? Buffer.of(3, 0) : Buffer.alloc(0);
  return patched(empty, edits, syntax);
}

const latin = (bytes: Buffer, text: string): boolean => bytes.includes(Buffer.from(text, 'latin1'));

describe('a new character set', () => {
  for (const syntax of [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE, DEFLATED_LE]) {
    it(`takes all text with it in ${syntax}, and back again byte for byte`, () => {
      const before = made(TEXT, syntax);
      const after = patched(before, { SpecificCharacterSet: 'ISO_IR 192' }, syntax);
      const open = openDataset(after, syntax);
      expect(getValue(open, 'PatientName')).toBe('DÏCÖM^TÊST');
      expect(getValue(open, `${ITEM}.ScheduledProcedureStepDescription`)).toBe('Übung');
      const second = 'RequestAttributesSequence[1].ScheduledProcedureStepDescription';
      expect(getValue(open, second)).toBe('Διον');
      const again = patched(after, { SpecificCharacterSet: 'ISO_IR 100' }, syntax);
      expect(again.equals(before)).toBe(true);
    });
  }

  it('goes with other edits of the same items', () => {
    const after = patched(made(TEXT), {
      SpecificCharacterSet: 'ISO_IR 192',
      [`${ITEM}.ScheduledProcedureStepID`]: 'Ω',
    });
    const open = openDataset(after, EXPLICIT_LE);
    expect(getValue(open, `${ITEM}.ScheduledProcedureStepID`)).toBe('Ω');
    expect(getValue(open, `${ITEM}.ScheduledProcedureStepDescription`)).toBe('Übung');
  });

  it('makes group lengths true again', () => {
    const before = made({ ...TEXT, '0010,0000': { vr: 'UL', value: 20 } });
    const after = patched(before, { SpecificCharacterSet: 'ISO_IR 192' });
    const name = charsetOf('ISO_IR 192').encode('DÏCÖM^TÊST');
    const length = 8 + name.length + (name.length % 2);
    expect(getValue(openDataset(after, EXPLICIT_LE), '0010,0000')).toBe(length);
  });

  it('that has not the characters is refused, with the attribute and the way out', () => {
    const change = (): Buffer => patched(made(TEXT), { SpecificCharacterSet: 'ISO_IR 144' });
    expect(change).toThrow(/PatientName \(0010,0010\): "Ï": cannot be written/);
    let hint = '';
    try {
      change();
    } catch (error) {
      hint = String((error as { hint?: unknown }).hint);
    }
    expect(hint).toMatch(/set this attribute too.*\{ vr: 'CS', value/);
    const { SpecificCharacterSet, PatientName } = TEXT;
    const small = made({ SpecificCharacterSet, PatientName } as Edits);
    const both = { SpecificCharacterSet: 'ISO_IR 144', PatientName: 'A' };
    expect(latin(patched(small, both), 'ISO_IR 144')).toBe(true);
  });

  it('given with its VR is a label alone', () => {
    const label = { SpecificCharacterSet: { vr: 'CS', value: 'ISO_IR 192' } };
    expect(latin(patched(made(TEXT), label), 'DÏCÖM^TÊST')).toBe(true);
  });

  it('says what text without a label is, when it can be', () => {
    const name = Buffer.from('DÏCÖM^TÊST ', 'utf8');
    const before = made({ PatientName: { vr: 'PN', value: name } });
    const after = patched(before, { SpecificCharacterSet: 'ISO_IR 192' });
    expect(getValue(openDataset(after, EXPLICIT_LE), 'PatientName')).toBe('DÏCÖM^TÊST');
    const other = made({ PatientName: { vr: 'PN', value: Buffer.from('DÏ', 'latin1') } });
    expect(() => patched(other, { SpecificCharacterSet: 'ISO_IR 192' })).toThrow(
      /PatientName \(0010,0010\): is no text in "ISO_IR 192"/,
    );
  });
});
