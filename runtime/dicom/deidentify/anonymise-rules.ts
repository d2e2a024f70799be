// What happens to each element of a data set that is anonymised: the row of PS3.15 Table E.1-1, the
// options that speak of it, and its VR where there is no row.
import {
  BASIC,
  type BasicAction,
  BEYOND,
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
import type { Charset } from '../element/charset.ts';
import { Cleaner } from './clean.ts';
import { entryOf, keywordOf } from '../element/dictionary.ts';
import type { EditLevel, EditNode } from '../edit/edits.ts';
import { type ElementAt, vrOfElement } from '../element/element-index.ts';
import { charsetAt, datasetCharset } from '../element/dataset-charset.ts';
import { KIND_UIDS, remapUids } from '../edit/remap-uids.ts';

/** Option flags of PS3.15 E.3; all off: the plain Basic Profile. */
export interface AnonymiseOptions {
  /** Retain UIDs (E.3.9). */
  readonly retainUids?: boolean;
  /** Retain dates and times as they are (E.3.6). */
  readonly retainDates?: boolean;
  /** Dates are moved by whole days, the same for every study of a patient; times stay (E.3.6). */
  readonly retainModifiedDates?: boolean;
  /** Retain sex, age, size, weight, … (E.3.7). */
  readonly retainPatientCharacteristics?: boolean;
  /** Retain device identity (E.3.8). */
  readonly retainDevice?: boolean;
  /** Retain institution identity (E.3.11). */
  readonly retainInstitution?: boolean;
  /** Retain descriptions as they are; nobody has cleaned them. */
  readonly retainDescriptions?: boolean;
  /** Keep descriptions, without the words of identifying values and without long numbers (E.3.5). */
  readonly cleanDescriptions?: boolean;
  /** The same for the text of structured content (E.3.4). */
  readonly cleanStructuredContent?: boolean;
  /** The same for the text of graphic annotations (E.3.3); overlays and curves go. */
  readonly cleanGraphics?: boolean;
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

/** One data set that is being anonymised. */
export interface Work {
  readonly bytes: Buffer;
  readonly options: AnonymiseOptions;
  readonly cleaner: Cleaner;
  /** Of the level. */
  readonly charset: Charset;
  /** Inside a sequence whose text is cleaned instead of removed. */
  readonly cleaning: boolean;
}

export function workOf(
  bytes: Buffer,
  elements: readonly ElementAt[],
  options: AnonymiseOptions,
): Work {
  const cleaner = new Cleaner(bytes, elements, options.salt ?? '');
  const charset = datasetCharset(bytes, elements);
  return { bytes, options, cleaner, charset, cleaning: false };
}

/** Dummies (PS3.15 E.3.1) by VR. */
const DUMMIES: Readonly<Record<string, string | number>> = {
  AS: '000Y',
  DA: '19000101',
  TM: '000000',
  DT: '19000101000000',
  DS: '0',
  IS: '0',
  UR: 'about:blank',
  FD: 0,
  FL: 0,
  SL: 0,
  SS: 0,
  UL: 0,
  US: 0,
};
const OPAQUE = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
const NUMBERS = new Set(['AT', 'FD', 'FL', 'SL', 'SS', 'SV', 'UL', 'US', 'UV']);
const PERSON_IDENTIFICATION = 0x00401101;

/** What happens to the elements of a level. */
export function levelOf(elements: readonly ElementAt[], work: Work): EditLevel {
  const nodes = new Map<number, EditNode>();
  const seen = new Set<number>();
  for (const element of elements) {
    const { tag } = element;
    // why: an edit means all elements of its tag, and the items of the second are not the first's
    const node: EditNode | null = seen.has(tag) ? { kind: 'delete', tag } : nodeOf(element, work);
    seen.add(tag);
    if (node !== null) nodes.set(tag, node);
  }
  return [...nodes.values()];
}

/** What happens to one element; null leaves it. */
function nodeOf(element: ElementAt, work: Work): EditNode | null {
  const { tag, items } = element;
  if (tag >>> 16 <= LAST_FOREIGN_GROUP || repeats(tag)) return { kind: 'delete', tag };
  if ((tag & 0xffff) === 0) return null;
  if ((tag >>> 16) & 1) {
    return work.options.retainPrivate === true ? null : { kind: 'delete', tag };
  }
  const action = BASIC.get(tag);
  if (action === undefined) {
    if (BEYOND.has(tag) || isUnread(element)) return { kind: 'delete', tag };
    return items === null ? byVr(element, work) : into(element, work);
  }
  switch (option(tag, work.options)) {
    case 'keep':
      return isUnread(element) ? { kind: 'delete', tag } : null;
    case 'clean':
      return cleaned(element, action, work);
    case null:
      return basic(element, action, work);
  }
}

/** Groups of commands, file meta information and directories: none belongs into a data set. */
const LAST_FOREIGN_GROUP = 0x0007;

/**
 * Whether nobody can say what an element holds: the dictionary does not know it, or knows text or
 * a sequence where the file has bytes.
 */
function isUnread(element: ElementAt): boolean {
  const { tag, vr, items, length } = element;
  const known = entryOf(tag)?.vr;
  if (known === undefined || known === 'UN') return true;
  if (items !== null || length === 0) return false;
  if (known === 'SQ') return true;
  return vr !== 'UN' && OPAQUE.has(vr) && !OPAQUE.has(known) && !NUMBERS.has(known);
}

/** Curves and overlays: without their data, or with text of people in it, nobody needs the rest. */
function repeats(tag: number): boolean {
  const group = (tag >>> 16) & 0xff01;
  return group === 0x5000 || group === 0x6000;
}

/** Options that keep rows, and options that clean them. */
const KEEPING: readonly (readonly [keyof AnonymiseOptions, TagSet])[] = [
  ['retainUids', UIDS],
  ['retainDevice', DEVICE],
  ['retainInstitution', INSTITUTION],
  ['retainDates', DATES],
  ['retainDescriptions', DESCRIPTORS],
];
const CLEANING: readonly (readonly [keyof AnonymiseOptions, TagSet])[] = [
  ['retainModifiedDates', DATES],
  ['cleanDescriptions', DESCRIPTORS],
  ['cleanStructuredContent', STRUCTURED],
  ['cleanGraphics', GRAPHICS],
];

/** What the options say of a row; null: nothing. */
function option(tag: number, options: AnonymiseOptions): 'keep' | 'clean' | null {
  const speaks = ([flag, tags]: readonly [keyof AnonymiseOptions, TagSet]): boolean =>
    options[flag] === true && tags.has(tag);
  if (KEEPING.some(speaks)) return 'keep';
  if (options.retainPatientCharacteristics === true && PATIENT.has(tag)) {
    return WRITTEN.has(tag) ? 'clean' : 'keep';
  }
  return CLEANING.some(speaks) ? 'clean' : null;
}

function cleaned(element: ElementAt, action: BasicAction, work: Work): EditNode | null {
  const { tag } = element;
  if (element.items !== null) return into(element, { ...work, cleaning: true });
  const vr = vrOfElement(element);
  if (OPAQUE.has(vr)) return basic(element, action, work);
  const value = work.cleaner.clean(vr, element, work.charset);
  return value === null ? null : { kind: 'set', tag, vr: null, value };
}

/** The Basic Profile. Of several actions the one that is right whatever the IOD asks for. */
function basic(element: ElementAt, action: BasicAction, work: Work): EditNode | null {
  const { tag, items } = element;
  switch (action) {
    case 'X':
      return { kind: 'delete', tag };
    case 'Z':
    case 'X/Z':
      return items === null
        ? { kind: 'set', tag, vr: null, value: '' }
        : { kind: 'items', tag, items: [] };
    case 'X/D':
    case 'X/Z/D':
      return items === null ? dummy(element, work) : { kind: 'delete', tag };
    case 'D':
    case 'Z/D':
      return items === null ? dummy(element, work) : dummyItems(element, work);
    case 'U':
      return set(tag, remapUids(textOf(element, work.bytes), work.options.salt ?? ''));
    case 'X/Z/U*':
      return items === null ? { kind: 'delete', tag } : into(element, work);
  }
}

function set(tag: number, value: string | number): EditNode {
  return { kind: 'set', tag, vr: null, value };
}

function dummy(element: ElementAt, work: Work): EditNode {
  const { tag, length } = element;
  const vr = vrOfElement(element);
  if (vr === 'UI') return set(tag, remapUids(textOf(element, work.bytes), work.options.salt ?? ''));
  if (OPAQUE.has(vr)) return { kind: 'set', tag, vr, value: '\0'.repeat(Math.min(length, 1024)) };
  return set(tag, DUMMIES[vr] ?? 'ANONYMOUS');
}

/** A sequence keeps its shape, its values are replaced; a person is a code of nobody. */
function dummyItems(element: ElementAt, work: Work): EditNode | null {
  if (element.tag !== PERSON_IDENTIFICATION) return into(element, work);
  const nobody: EditLevel = [
    set(0x00080100, 'ANONYMOUS'),
    set(0x00080102, '99DICOMRUN'),
    set(0x00080104, 'ANONYMOUS'),
  ];
  return { kind: 'items', tag: element.tag, items: [nobody] };
}

function into(element: ElementAt, work: Work): EditNode | null {
  const at = new Map<number, EditLevel>();
  element.items?.forEach((item, i) => {
    const charset = charsetAt(work.bytes, item.elements, work.charset);
    const level = levelOf(item.elements, { ...work, charset });
    if (level.length > 0) at.set(i, level);
  });
  return at.size === 0 ? null : { kind: 'into', tag: element.tag, at };
}

/** Person names, dates, UIDs and free text that no row names, by their VR or the dictionary's. */
function byVr(element: ElementAt, work: Work): EditNode | null {
  const read = vrOfElement(element);
  const known = entryOf(element.tag)?.vr ?? read;
  return ofVr(read, element, work) ?? (known === read ? null : ofVr(known, element, work));
}

function ofVr(vr: string, element: ElementAt, work: Work): EditNode | null {
  const { tag, length } = element;
  const { options } = work;
  switch (vr) {
    case 'PN':
      return set(tag, '');
    case 'DA':
    case 'TM':
    case 'DT':
      if (options.retainDates === true || length === 0) return null;
      return options.retainModifiedDates === true
        ? cleaned(element, 'D', work)
        : set(tag, DUMMIES[vr] ?? '');
    case 'LT':
    case 'ST':
    case 'UT':
      if (options.retainDescriptions === true || length === 0) return null;
      return work.cleaning || options.cleanDescriptions === true
        ? cleaned(element, 'D', work)
        : set(tag, 'REMOVED');
    case 'UI':
      if (options.retainUids === true || KIND_UIDS.has(keywordOf(tag))) return null;
      return set(tag, remapUids(textOf(element, work.bytes), options.salt ?? ''));
    default:
      return null;
  }
}

function textOf(element: ElementAt, bytes: Buffer): string {
  return bytes.toString('latin1', element.valueOffset, element.valueOffset + element.length);
}
