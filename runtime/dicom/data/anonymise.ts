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
import { keywordOf, vrOf } from './dictionary.ts';
import { compileEdits, type EditLevel, type EditNode } from './edits.ts';
import { type ElementAt, indexDataset, isPixelData } from './element-index.ts';
import { deflateDataset, inflateDataset, patchHeader } from './header-patch.ts';
import { encodingOf, TransferSyntax } from './transfer-syntax.ts';

/** What the option profiles of PS3.15 E.3 keep. All false by default. */
export interface Retain {
  readonly uids?: boolean;
  readonly device?: boolean;
  readonly institution?: boolean;
  readonly patientCharacteristics?: boolean;
  /** Dates and times, unmodified. */
  readonly dates?: boolean;
  readonly descriptors?: boolean;
  /** Private elements: nobody checked that they are safe. */
  readonly private?: boolean;
}

export interface AnonymiseOptions {
  readonly retain?: Retain;
  /** Equal seeds give equal new UIDs for equal old ones, over files and studies. */
  readonly seed?: string;
  /** Instead of empty values. */
  readonly patientName?: string;
  readonly patientId?: string;
}

/** Codes of CID 7050 for what was done. */
const PROFILE_CODES: readonly (readonly [keyof Retain | null, string, string])[] = [
  [null, '113100', 'Basic Application Confidentiality Profile'],
  ['uids', '113110', 'Retain UIDs Option'],
  ['device', '113109', 'Retain Device Identity Option'],
  ['institution', '113112', 'Retain Institution Identity Option'],
  ['patientCharacteristics', '113108', 'Retain Patient Characteristics Option'],
  ['dates', '113106', 'Retain Longitudinal Temporal Information Full Dates Option'],
  ['private', '113111', 'Retain Safe Private Option'],
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
  const work: Work = { bytes: dataset, retain: options.retain ?? {}, options };
  const pixel = elements.find((one) => isPixelData(one.tag));
  const header =
    pixel === undefined ? elements : elements.filter((one) => one.offset < pixel.offset);
  const marks = compileEdits(marksOf(options)).level;
  const level = mergeLevels(levelOf(header, work), marks);
  const bytes = pixel === undefined ? dataset : dataset.subarray(0, pixel.end);
  // why: what follows the pixels are signatures and padding, both removed by the profile
  return patchHeader(bytes, transferSyntax, { key: '', level, tags: new Set() }, { lenient: true });
}

interface Work {
  readonly bytes: Buffer;
  readonly retain: Retain;
  readonly options: AnonymiseOptions;
}

function marksOf(options: AnonymiseOptions): Record<string, never> {
  const retain = options.retain ?? {};
  const codes = PROFILE_CODES.filter(([name]) => name === null || retain[name] === true);
  const marks = {
    PatientIdentityRemoved: 'YES',
    DeidentificationMethod: 'dicomrun: PS3.15 Basic Profile',
    DeidentificationMethodCodeSequence: codes.map(([, value, meaning]) => ({
      CodeValue: value,
      CodingSchemeDesignator: 'DCM',
      CodeMeaning: meaning,
    })),
    LongitudinalTemporalInformationModified: retain.dates === true ? 'UNMODIFIED' : 'REMOVED',
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
  const { retain } = work;
  const group = tag >>> 16;
  if ((tag & 0xffff) === 0) return null;
  if (group & 1) return retain.private === true ? null : { kind: 'delete', tag };
  if ((group & 0xff00) === 0x5000) return { kind: 'delete', tag };
  if ((group & 0xff00) === 0x6000 && ((tag & 0xffff) === 0x3000 || (tag & 0xffff) === 0x4000)) {
    return { kind: 'delete', tag };
  }
  const keyword = keywordOf(tag);
  const kept = keeps(keyword, retain);
  if (kept === true) return null;
  if (kept === false || REMOVE.has(keyword)) return { kind: 'delete', tag };
  if (items !== null) return sequenceNode(element, work);
  const isDate = keyword === 'StudyDate' || keyword === 'StudyTime';
  if (isDate && retain.dates === true) return null;
  if (ZERO.has(keyword)) return { kind: 'set', tag, vr: null, value: '' };
  const vr = element.vr === '' || element.vr === 'UN' ? vrOf(tag) : element.vr;
  if (DUMMY.has(keyword)) return { kind: 'set', tag, vr: null, value: DUMMIES[vr] ?? 'ANONYMOUS' };
  return byVr(element, { keyword, vr }, work);
}

/** True keeps, false removes, null: no option speaks of it. */
function keeps(keyword: string, retain: Retain): boolean | null {
  if (PATIENT.has(keyword)) {
    if (retain.patientCharacteristics === true) return true;
    return ZERO.has(keyword) ? null : false;
  }
  if (DEVICE.has(keyword)) return retain.device === true;
  if (INSTITUTION.has(keyword)) return retain.institution === true;
  return DESCRIPTORS.has(keyword) ? retain.descriptors === true : null;
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
      return work.retain.dates === true || length === 0 ? null : set(DUMMIES[named.vr] ?? '');
    case 'LT':
    case 'ST':
    case 'UT':
      return work.retain.descriptors === true || length === 0 ? null : set('REMOVED');
    case 'UI':
      if (work.retain.uids === true || KIND_UIDS.has(named.keyword)) return null;
      return set(remapUids(textOf(element, work.bytes), work.options.seed ?? ''));
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
