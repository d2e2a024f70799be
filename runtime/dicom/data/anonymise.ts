// Anonymises by the Basic Application Level Confidentiality Profile (PS3.15 Annex E): values go,
// pixels stay. Burned-in text is not looked for.
import { createHash } from 'node:crypto';
import {
  DESCRIPTORS,
  DEVICE,
  DUMMY,
  INSTITUTION,
  KIND_UIDS,
  PATIENT,
  REMOVE,
  ZERO,
} from './anonymise-table.ts';
import { keywordOf, tagHex, vrOf } from './dictionary.ts';
import {
  compileEdits,
  type EditItem,
  type EditLevel,
  type EditNode,
  type Edits,
  type EditValue,
} from './edits.ts';
import { type ElementAt, indexDataset, isPixelData } from './element-index.ts';
import { deflateDataset, inflateDataset, patchHeader } from './header-patch.ts';
import type { OpenDataset } from './json.ts';
import { SLOT_TAGS } from './prototype.ts';
import { encodingOf, TransferSyntax } from './transfer-syntax.ts';

/** Option flags of PS3.15 E.3; all off: the plain Basic Profile. */
export interface AnonymiseOptions {
  /** Retain UIDs (E.3.9). */
  readonly retainUids?: boolean;
  /** Retain dates and times as they are (E.3.6). */
  readonly retainDates?: boolean;
  /** Retain sex, age, size, weight, … (E.3.7). */
  readonly retainPatientCharacteristics?: boolean;
  /** Retain device identity (E.3.8). */
  readonly retainDevice?: boolean;
  /** Retain institution identity (E.3.11). */
  readonly retainInstitution?: boolean;
  /** Retain descriptions as they are; nobody has cleaned them. */
  readonly retainDescriptions?: boolean;
  /** Retain private elements; nobody has checked that they are safe. */
  readonly retainPrivate?: boolean;
  /** Equal salts give equal new UIDs for equal old ones, over files and studies. Default ''. */
  readonly salt?: string;
  /** The UIDs and IDs that a fresh identity replaces are made up already: leave them. */
  readonly keepIdentity?: boolean;
  /** Instead of empty values. */
  readonly patientName?: string;
  readonly patientId?: string;
}

/** Codes of CID 7050 for what was done. */
const PROFILE_CODES: readonly (readonly [keyof AnonymiseOptions | null, string, string])[] = [
  [null, '113100', 'Basic Application Confidentiality Profile'],
  ['retainUids', '113110', 'Retain UIDs Option'],
  ['retainDevice', '113109', 'Retain Device Identity Option'],
  ['retainInstitution', '113112', 'Retain Institution Identity Option'],
  ['retainPatientCharacteristics', '113108', 'Retain Patient Characteristics Option'],
  ['retainDates', '113106', 'Retain Longitudinal Temporal Information Full Dates Option'],
  ['retainPrivate', '113111', 'Retain Safe Private Option'],
];

const DUMMIES: Readonly<Record<string, string>> = {
  DA: '19000101',
  TM: '000000',
  DT: '19000101000000',
  AS: '000Y',
  PN: 'ANONYMOUS',
  IS: '0',
  DS: '0',
};

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
  const work: Work = { bytes: dataset, options };
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
  const work: Work = { bytes: open.bytes, options };
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

interface Work {
  readonly bytes: Buffer;
  readonly options: AnonymiseOptions;
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
    LongitudinalTemporalInformationModified:
      options.retainDates === true ? 'UNMODIFIED' : 'REMOVED',
    PatientName: options.patientName ?? '',
    PatientID: options.patientId ?? '',
  };
  return marks as unknown as Record<string, never>;
}

function mergeLevels(under: EditLevel, over: EditLevel): EditLevel {
  const byTag = new Map(under.map((node) => [node.tag, node]));
  for (const node of over) byTag.set(node.tag, node);
  return [...byTag.values()].sort((a, b) => a.tag - b.tag);
}

function levelOf(elements: readonly ElementAt[], work: Work): EditLevel {
  const nodes: EditNode[] = [];
  for (const element of elements) {
    const node = nodeOf(element, work);
    if (node !== null) nodes.push(node);
  }
  return nodes;
}

/** What happens to one element; null leaves it. */
function nodeOf(element: ElementAt, work: Work): EditNode | null {
  const { tag, items } = element;
  const { options } = work;
  const group = tag >>> 16;
  if ((tag & 0xffff) === 0) return null;
  if (group & 1) return options.retainPrivate === true ? null : { kind: 'delete', tag };
  if ((group & 0xff00) === 0x5000) return { kind: 'delete', tag };
  if ((group & 0xff00) === 0x6000 && ((tag & 0xffff) === 0x3000 || (tag & 0xffff) === 0x4000)) {
    return { kind: 'delete', tag };
  }
  const keyword = keywordOf(tag);
  const kept = keeps(keyword, options);
  if (kept === true) return null;
  if (kept === false || REMOVE.has(keyword)) return { kind: 'delete', tag };
  if (items !== null) return sequenceNode(element, work);
  const isDate = keyword === 'StudyDate' || keyword === 'StudyTime';
  if (isDate && options.retainDates === true) return null;
  if (ZERO.has(keyword)) return { kind: 'set', tag, vr: null, value: '' };
  const vr = element.vr === '' || element.vr === 'UN' ? vrOf(tag) : element.vr;
  if (DUMMY.has(keyword)) return { kind: 'set', tag, vr: null, value: DUMMIES[vr] ?? 'ANONYMOUS' };
  return byVr(element, { keyword, vr }, work);
}

/** True keeps, false removes, null: no option speaks of it. */
function keeps(keyword: string, options: AnonymiseOptions): boolean | null {
  if (PATIENT.has(keyword)) {
    if (options.retainPatientCharacteristics === true) return true;
    return ZERO.has(keyword) ? null : false;
  }
  if (DEVICE.has(keyword)) return options.retainDevice === true;
  if (INSTITUTION.has(keyword)) return options.retainInstitution === true;
  return DESCRIPTORS.has(keyword) ? options.retainDescriptions === true : null;
}

function sequenceNode(element: ElementAt, work: Work): EditNode | null {
  const at = new Map<number, EditLevel>();
  element.items?.forEach((item, i) => {
    const level = levelOf(item.elements, work);
    if (level.length > 0) at.set(i, level);
  });
  return at.size === 0 ? null : { kind: 'into', tag: element.tag, at };
}

/** Person names, dates, UIDs and free text that no list names. */
function byVr(
  element: ElementAt,
  named: { readonly keyword: string; readonly vr: string },
  work: Work,
): EditNode | null {
  const { tag, length } = element;
  const set = (value: string): EditNode => ({ kind: 'set', tag, vr: null, value });
  switch (named.vr) {
    case 'PN':
      return set('');
    case 'DA':
    case 'TM':
    case 'DT':
      return work.options.retainDates === true || length === 0
        ? null
        : set(DUMMIES[named.vr] ?? '');
    case 'LT':
    case 'ST':
    case 'UT':
      return work.options.retainDescriptions === true || length === 0 ? null : set('REMOVED');
    case 'UI':
      if (work.options.retainUids === true || KIND_UIDS.has(named.keyword)) return null;
      return set(remapUids(textOf(element, work.bytes), work.options.salt ?? ''));
    default:
      return null;
  }
}

function textOf(element: ElementAt, bytes: Buffer): string {
  return bytes.toString('latin1', element.valueOffset, element.valueOffset + element.length);
}

/** New UIDs for a value of UIDs; those of the standard stay. */
export function remapUids(value: string, seed: string): string {
  return value
    .split('\\')
    .map((part) => {
      const uid = part.replace(/[ \0]+$/, '');
      return uid === '' || uid.startsWith('1.2.840.10008.') ? uid : remapUid(uid, seed);
    })
    .join('\\');
}

/** The new UID of an old one: the same for the same seed, whatever file it is in. */
export function remapUid(uid: string, seed: string): string {
  const hash = createHash('sha256').update(`${seed}\n${uid}`).digest('hex').slice(0, 30);
  return `2.25.1${BigInt(`0x${hash}`).toString().padStart(38, '0').slice(-38)}`;
}

/**
 * Edits that give every instance UID of a data set a new one, references in sequences included:
 * applied with one seed over the files of a study they still fit together.
 */
export function remapLevel(dataset: Buffer, transferSyntax: string, seed: string): EditLevel {
  const { elements } = indexDataset(dataset, encodingOf(transferSyntax), true);
  const visit = (level: readonly ElementAt[]): EditLevel =>
    level.flatMap((element): EditNode[] => {
      const { tag } = element;
      if (element.items !== null) {
        const at = new Map<number, EditLevel>();
        element.items.forEach((item, i) => {
          const inner = visit(item.elements);
          if (inner.length > 0) at.set(i, inner);
        });
        return at.size === 0 ? [] : [{ kind: 'into', tag, at }];
      }
      const vr = element.vr === 'UN' ? vrOf(tag) : element.vr;
      if (vr !== 'UI' || KIND_UIDS.has(keywordOf(tag)) || tag >>> 16 <= 2) return [];
      return [{ kind: 'set', tag, vr: null, value: remapUids(textOf(element, dataset), seed) }];
    });
  return visit(elements);
}
