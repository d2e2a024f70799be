// Values that break archives and routers, on demand: all of them legal, most of them rare.
import { DataError } from '../element/data-error.ts';
import type { EditItem, Edits } from '../edit/edits.ts';
import { StorageClass } from '../dimse/uids.ts';

/** Sequences in sequences, `depth` deep. */
function nested(depth: number): EditItem {
  const code = { CodeValue: 'D', CodingSchemeDesignator: '99TEST', CodeMeaning: `depth ${depth}` };
  if (depth === 0) return code;
  return { ...code, EquivalentCodeSequence: [nested(depth - 1)] };
}

const EDGE_CASES: Readonly<Record<string, Edits>> = {
  'long-accession': { AccessionNumber: 'A'.repeat(16) },
  'special-accession': { AccessionNumber: '*?%&\'"/<>;|$#@!^' },
  'empty-accession': { AccessionNumber: '' },
  'blank-dates': {
    StudyDate: '',
    StudyTime: '',
    SeriesDate: '',
    ContentDate: '',
    PatientBirthDate: '',
  },
  'blank-names': { PatientName: '', ReferringPhysicianName: '' },
  'long-name': { PatientName: `${'F'.repeat(40)}^${'G'.repeat(23)}` },
  'long-patient-id': { PatientID: 'P'.repeat(64) },
  'name-components': { PatientName: 'DICOMRUN^TEST^MIDDLE^DR^JR' },
  'charset-latin1': { SpecificCharacterSet: 'ISO_IR 100', PatientName: 'DÏCÖMRÜN^TÊST' },
  'charset-cyrillic': { SpecificCharacterSet: 'ISO_IR 144', PatientName: 'ДИКОМ^ТЕСТ' },
  'charset-greek': { SpecificCharacterSet: 'ISO_IR 126', PatientName: 'ΔΙΚΟΜ^ΤΕΣΤ' },
  'charset-utf8': {
    SpecificCharacterSet: 'ISO_IR 192',
    PatientName: 'DICOMRUN^TEST=試験^画像=しけん^がぞう',
  },
  private: {
    '0019,0010': { vr: 'LO', value: 'DICOMRUN' },
    '0019,1001': { vr: 'UN', value: Uint8Array.from({ length: 64 }, (_, i) => i) },
    '0019,1002': { vr: 'LO', value: 'private text' },
    '0019,1003': { vr: 'FD', value: [0.1, -1e300] },
  },
  'deep-sequence': { ProcedureCodeSequence: [nested(12)] },
  'many-items': {
    ReferencedImageSequence: Array.from({ length: 200 }, (_, i) => ({
      ReferencedSOPClassUID: StorageClass.CT,
      ReferencedSOPInstanceUID: `1.2.3.${i + 1}`,
    })),
  },
  'long-text': { ImageComments: 'x'.repeat(10_240) },
};

/** Names of the edge cases. */
export const EDGE_CASE_NAMES: readonly string[] = Object.keys(EDGE_CASES);

/**
 * The values of one or more edge cases.
 *
 * @throws DataError `DATA_BAD_OPTION`
 */
export function edgeCase(names: string | readonly string[]): Edits {
  const list = typeof names === 'string' ? [names] : names;
  const found = list.map((name) => {
    const edits = EDGE_CASES[name];
    if (edits !== undefined) return edits;
    const hint = `one of ${EDGE_CASE_NAMES.join(', ')}`;
    throw new DataError('DATA_BAD_OPTION', `edge case: unknown "${name}"`, hint);
  });
  return Object.assign({}, ...found) as Edits;
}
