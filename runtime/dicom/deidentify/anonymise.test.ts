import { describe, expect, it } from 'vitest';
import { anonymise, type AnonymiseOptions } from './anonymise.ts';
import {
  BASIC,
  DATES,
  DESCRIPTORS,
  DEVICE,
  GRAPHICS,
  INSTITUTION,
  PATIENT,
  STRUCTURED,
  type TagSet,
  UIDS,
  WRITTEN,
} from './anonymise-table.ts';
import { movedDate } from './clean.ts';
import { keywordOf, tagHex, tagOf, vrOf } from '../element/dictionary.ts';
import { compileEdits, type Edits } from '../edit/edits.ts';
import { type ElementAt, findElement, indexDataset } from '../element/element-index.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { getValue, openDataset } from '../element/json.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

const EXPLICIT = TransferSyntax.EXPLICIT_LE;
const SAMPLES: Readonly<Record<string, string | number>> = {
  AE: 'ROOM',
  AS: '042Y',
  CS: 'CODE',
  DA: '20240229',
  DS: '1.5',
  DT: '20240229101112',
  FD: 1.5,
  FL: 1.5,
  IS: '7',
  OB: 'ab',
  SL: 7,
  SS: 7,
  TM: '101112',
  UI: '1.2.3.4',
  UL: 7,
  UN: 'ab',
  UR: 'http://somewhere',
  US: 7,
};

/** Rows of the table that a data set can have, each with a value. */
const rows = [...BASIC].filter(([tag]) => tag >>> 16 > 4);

function sample(tag: number): Edits {
  if (vrOf(tag) === 'SQ') {
    return { [tagHex(tag)]: [{ ReferencedSOPInstanceUID: '1.2.3.4', PersonName: 'WHO^EVER' }] };
  }
  // why: the dictionary of edits refuses nothing here but what the patch of a header refuses too
  return { [tagHex(tag)]: { vr: vrOf(tag), value: SAMPLES[vrOf(tag)] ?? 'words of somebody' } };
}

function made(edits: Edits): Buffer {
  return patchHeader(Buffer.alloc(0), EXPLICIT, compileEdits(edits));
}

interface Outcome {
  readonly before: Buffer;
  /** Null: the element is gone. */
  readonly after: Buffer | null;
}

function outcome(tag: number, options: AnonymiseOptions): Outcome {
  const dataset = made(sample(tag));
  const result = anonymise(dataset, EXPLICIT, options);
  const at = (bytes: Buffer): ElementAt | null =>
    findElement(indexDataset(bytes, encodingOf(EXPLICIT)).elements, tag);
  const slice = (bytes: Buffer, one: ElementAt): Buffer =>
    bytes.subarray(one.valueOffset, one.valueOffset + one.length);
  const before = at(dataset);
  const after = at(result);
  if (before === null) throw new Error(`${keywordOf(tag)}: not in the sample`);
  return { before: slice(dataset, before), after: after === null ? null : slice(result, after) };
}

/** Attributes that the profile itself writes. */
const WRITTEN_ANYWAY = new Set(['PatientName', 'PatientID'].map(tagOf));

describe('PS3.15 Table E.1-1', () => {
  it('has the rows of its edition', () => {
    expect(BASIC.size).toBe(617);
  });

  for (const action of ['D', 'Z', 'X', 'U', 'Z/D', 'X/Z', 'X/D', 'X/Z/D', 'X/Z/U*'] as const) {
    it(`does ${action} on every row that asks for it`, () => {
      const asked = rows.filter(([tag, one]) => one === action && !WRITTEN_ANYWAY.has(tag));
      expect(asked.length).toBeGreaterThan(1);
      for (const [tag] of asked) {
        const name = keywordOf(tag);
        const { before, after } = outcome(tag, {});
        const sequence = vrOf(tag) === 'SQ';
        if (action === 'X' || (sequence && action.startsWith('X/') && action.endsWith('D'))) {
          expect(after, name).toBeNull();
        } else if (action === 'Z' || action === 'X/Z') {
          expect(after?.length, name).toBe(0);
        } else {
          expect(after?.length, name).toBeGreaterThan(0);
          expect(after?.equals(before), name).toBe(false);
        }
        expect(after?.toString('latin1') ?? '', name).not.toMatch(/WHO|EVER|words of/);
      }
    });
  }

  const kept: readonly (readonly [keyof AnonymiseOptions, TagSet, TagSet | null])[] = [
    ['retainUids', UIDS, null],
    ['retainDates', DATES, null],
    ['retainDevice', DEVICE, null],
    ['retainInstitution', INSTITUTION, null],
    ['retainPatientCharacteristics', PATIENT, WRITTEN],
    ['retainDescriptions', DESCRIPTORS, null],
  ];
  for (const [flag, tags, but] of kept) {
    it(`keeps every row of ${flag}, and no other`, () => {
      const named = rows.filter(([tag]) => tags.has(tag) && but?.has(tag) !== true);
      expect(named.length).toBeGreaterThan(7);
      for (const [tag] of named) {
        const { before, after } = outcome(tag, { [flag]: true });
        expect(after?.equals(before), keywordOf(tag)).toBe(true);
      }
      const others = rows.filter(([tag, action]) => action === 'X' && !tags.has(tag));
      for (const [tag] of others) {
        expect(outcome(tag, { [flag]: true }).after, keywordOf(tag)).toBeNull();
      }
    });
  }

  it('moves every date of retainModifiedDates by the same whole days', () => {
    const dates = rows.filter(([tag]) => DATES.has(tag) && /^(DA|DT)$/.test(vrOf(tag)));
    const moved = new Set<string>();
    for (const [tag] of dates) {
      const { before, after } = outcome(tag, { retainModifiedDates: true });
      expect(after?.length, keywordOf(tag)).toBe(before.length);
      expect(after?.equals(before), keywordOf(tag)).toBe(false);
      moved.add(after?.toString('latin1', 0, 8) ?? '');
    }
    expect(moved.size).toBe(1);
    expect(movedDate('20240301101112', 1)).toBe('20240229101112');
    expect(movedDate('soon', 1)).toBe('19000101');
  });
});

describe('cleaned text', () => {
  const dataset = made({
    PatientName: 'DOE^JANE',
    PatientID: 'P4711',
    InstitutionName: 'General Hospital',
    StudyDescription: 'Knee of Jane Doe, P4711, order 1234567',
    ContentSequence: [{ TextValue: 'Jane has a knee', PersonName: 'DOE^JANE' }],
    GraphicAnnotationSequence: [{ TextObjectSequence: [{ UnformattedTextValue: 'L knee, Jane' }] }],
  });
  const cleaned = (options: AnonymiseOptions, path: string): unknown =>
    getValue(openDataset(anonymise(dataset, EXPLICIT, options), EXPLICIT), path);

  it('keeps descriptions without the words that identify', () => {
    expect(cleaned({}, 'StudyDescription')).toBeUndefined();
    expect(cleaned({ cleanDescriptions: true }, 'StudyDescription')).toBe(
      'Knee of REMO REM, REMOV, order REMOVED',
    );
  });

  it('keeps the text of structured content and annotations when asked', () => {
    const text = 'ContentSequence[0].TextValue';
    expect(cleaned({}, text)).toBe('REMOVED');
    expect(cleaned({ cleanStructuredContent: true }, text)).toBe('REMO has a knee');
    expect(cleaned({ cleanStructuredContent: true }, 'ContentSequence[0].PersonName')).toBe(
      'ANONYMOUS',
    );
    const label = 'GraphicAnnotationSequence[0].TextObjectSequence[0].UnformattedTextValue';
    expect(cleaned({}, label)).toBe('REMOVED');
    expect(cleaned({ cleanGraphics: true }, label)).toBe('L knee, REMO');
    expect(STRUCTURED.has(tagOf('ContentSequence'))).toBe(true);
    expect(GRAPHICS.has(tagOf('GraphicAnnotationSequence'))).toBe(true);
  });

  it('reads the text of an item in the character set of the item', () => {
    const mixed = made({
      SpecificCharacterSet: 'ISO_IR 192',
      PatientName: 'DÖÄÜ^JANE',
      ContentSequence: [{ SpecificCharacterSet: 'ISO_IR 100', TextValue: 'Döäü has a knee' }],
    });
    const open = openDataset(
      anonymise(mixed, EXPLICIT, { cleanStructuredContent: true }),
      EXPLICIT,
    );
    expect(getValue(open, 'ContentSequence[0].TextValue')).toBe('REMO has a knee');
  });

  it('makes no text longer than it was', () => {
    const full = 'Doe '.repeat(16).trimEnd();
    const long = made({ PatientName: 'DOE^JANE', StudyDescription: full });
    const open = openDataset(anonymise(long, EXPLICIT, { cleanDescriptions: true }), EXPLICIT);
    expect(getValue(open, 'StudyDescription')).toBe('REM '.repeat(16).trimEnd());
  });

  it('says which options were applied', () => {
    const options = { cleanDescriptions: true, retainModifiedDates: true };
    const codes = [0, 1, 2].map((i) =>
      cleaned(options, `DeidentificationMethodCodeSequence[${i}].CodeValue`),
    );
    expect(codes).toEqual(['113100', '113105', '113107']);
    expect(cleaned(options, 'LongitudinalTemporalInformationModified')).toBe('MODIFIED');
  });
});
