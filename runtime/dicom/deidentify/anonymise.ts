// Anonymises by the Basic Application Level Confidentiality Profile (PS3.15 Annex E): values go,
// pixels stay. Burned-in text is not looked for.
import { type AnonymiseOptions, levelOf, workOf } from './anonymise-rules.ts';
import { tagHex } from '../element/dictionary.ts';
import {
  compileEdits,
  type EditItem,
  type EditLevel,
  type Edits,
  type EditValue,
} from '../edit/edits.ts';
import { indexDataset, isPixelData } from '../element/element-index.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { deflateDataset, inflateDataset } from '../element/deflate.ts';
import type { OpenDataset } from '../element/json.ts';
import { SLOT_TAGS } from '../pool/prototype.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

export type { AnonymiseOptions } from './anonymise-rules.ts';

/** Codes of CID 7050 for what was done. */
const PROFILE_CODES: readonly (readonly [keyof AnonymiseOptions | null, string, string])[] = [
  [null, '113100', 'Basic Application Confidentiality Profile'],
  ['cleanGraphics', '113103', 'Clean Graphics Option'],
  ['cleanStructuredContent', '113104', 'Clean Structured Content Option'],
  ['cleanDescriptions', '113105', 'Clean Descriptors Option'],
  [
    'retainModifiedDates',
    '113107',
    'Retain Longitudinal Temporal Information Modified Dates Option',
  ],
  ['retainUids', '113110', 'Retain UIDs Option'],
  ['retainDevice', '113109', 'Retain Device Identity Option'],
  ['retainInstitution', '113112', 'Retain Institution Identity Option'],
  ['retainPatientCharacteristics', '113108', 'Retain Patient Characteristics Option'],
  ['retainDates', '113106', 'Retain Longitudinal Temporal Information Full Dates Option'],
  ['retainPrivate', '113111', 'Retain Safe Private Option'],
];

/**
 * An anonymised data set in the same transfer syntax.
 *
 * @throws DataError `DATA_MALFORMED`
 */
export function anonymise(
  dataset: Buffer,
  transferSyntax: string,
  options: AnonymiseOptions = {},
): Buffer {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated) {
    return deflateDataset(anonymise(inflateDataset(dataset), TransferSyntax.EXPLICIT_LE, options));
  }
  const { elements } = indexDataset(dataset, encoding);
  const work = workOf(dataset, elements, options);
  const pixel = elements.find((one) => isPixelData(one.tag));
  const header =
    pixel === undefined ? elements : elements.filter((one) => one.offset < pixel.offset);
  const marks = compileEdits(marksOf(options)).level;
  const level = mergeLevels(levelOf(header, work), marks);
  const bytes = pixel === undefined ? dataset : dataset.subarray(0, pixel.end);
  // why: what follows the pixels are signatures and padding, both removed by the profile
  return patchHeader(bytes, transferSyntax, { key: '', level, tags: new Set() }, { lenient: true });
}

/** The same as edits of a header, for a recipe that is applied when it is sent. */
export function anonymiseEdits(open: OpenDataset, options: AnonymiseOptions = {}): Edits {
  const work = workOf(open.bytes, open.elements, options);
  const header = open.elements.filter((one) => !isPixelData(one.tag));
  const level = mergeLevels(levelOf(header, work), compileEdits(marksOf(options)).level);
  const kept = options.keepIdentity === true ? new Set(SLOT_TAGS) : new Set<number>();
  return editsOf(level.filter((node) => !kept.has(node.tag)));
}

/** A compiled level as the edits it came from could have been: by tag and path. */
function editsOf(level: EditLevel, prefix = ''): Record<string, EditValue> {
  const edits: Record<string, EditValue> = {};
  for (const node of level) {
    const path = `${prefix}${tagHex(node.tag)}`;
    switch (node.kind) {
      case 'delete':
        edits[path] = null;
        break;
      case 'set':
        edits[path] = node.vr === null ? node.value : { vr: node.vr, value: node.value };
        break;
      case 'items':
        edits[path] = node.items.map((item) => editsOf(item) as EditItem);
        break;
      case 'into':
        for (const [at, inner] of node.at) Object.assign(edits, editsOf(inner, `${path}[${at}].`));
        break;
    }
  }
  return edits;
}

function marksOf(options: AnonymiseOptions): Record<string, never> {
  const codes = PROFILE_CODES.filter(([flag]) => flag === null || options[flag] === true);
  const marks = {
    PatientIdentityRemoved: 'YES',
    DeidentificationMethod: 'dicomrun: PS3.15 Basic Profile',
    DeidentificationMethodCodeSequence: codes.map(([, value, meaning]) => ({
      CodeValue: value,
      CodingSchemeDesignator: 'DCM',
      CodeMeaning: meaning,
    })),
    LongitudinalTemporalInformationModified: datesOf(options),
    PatientName: options.patientName ?? '',
    PatientID: options.patientId ?? '',
  };
  return marks as unknown as Record<string, never>;
}

function datesOf(options: AnonymiseOptions): string {
  if (options.retainDates === true) return 'UNMODIFIED';
  return options.retainModifiedDates === true ? 'MODIFIED' : 'REMOVED';
}

function mergeLevels(under: EditLevel, over: EditLevel): EditLevel {
  const byTag = new Map(under.map((node) => [node.tag, node]));
  for (const node of over) byTag.set(node.tag, node);
  return [...byTag.values()].sort((a, b) => a.tag - b.tag);
}
