// The data dictionary (PS3.6) through dcmjs: keyword <-> tag <-> VR. Loaded at the first use, since
// most runs never need it and it costs 40 ms.
import { createRequire } from 'node:module';
import { DataError } from './data-error.ts';

interface Entry {
  readonly tag: string;
  readonly vr: string;
  readonly vm: string;
  readonly name: string;
}

interface WriteStream {
  getBuffer(): ArrayBuffer;
}

interface Dcmjs {
  readonly data: {
    readonly DicomMetaDictionary: {
      readonly dictionary: Readonly<Record<string, Entry | undefined>>;
      readonly nameMap: Readonly<Record<string, Entry | undefined>>;
      denaturalizeDataset(values: Readonly<Record<string, unknown>>): Record<string, unknown>;
    };
    readonly DicomMessage: {
      write(
        dataset: Readonly<Record<string, unknown>>,
        stream: WriteStream,
        syntax: string,
        options: Readonly<Record<string, unknown>>,
      ): unknown;
    };
    readonly WriteBufferStream: new (size: number, littleEndian: boolean) => WriteStream;
  };
  readonly log?: { setLevel?: (level: string) => void };
}

/** What the dictionary says about a tag. */
export interface DictionaryEntry {
  readonly tag: number;
  /** One VR; where the standard allows several (OB or OW, US or SS), see {@link entryOf}. */
  readonly vr: string;
  readonly keyword: string;
  readonly multiple: boolean;
  /** US or SS, as Pixel Representation says; `vr` is US then. */
  readonly eitherSign?: true;
}

let loaded: Dcmjs | null = null; // why: a memo of `require`, not state

/** dcmjs itself, for the one neighbour that builds headers with it. */
export function dcmjs(): Dcmjs {
  if (loaded === null) {
    const require = createRequire(import.meta.url);
    loaded = require('dcmjs') as Dcmjs;
    loaded.log?.setLevel?.('error');
  }
  return loaded;
}

/** 'gggg,eeee' in upper case without brackets. */
export function tagText(tag: number): string {
  const hex = tag.toString(16).toUpperCase().padStart(8, '0');
  return `${hex.slice(0, 4)},${hex.slice(4)}`;
}

/** 'ggggeeee' in lower case, as unknown tags are named to scripts. */
export function tagHex(tag: number): string {
  return tag.toString(16).padStart(8, '0');
}

/** What an identity writes: known without dcmjs, which a worker of synthetic images never loads. */
const IDENTITY_ENTRIES: readonly (readonly [number, string, string])[] = [
  [0x00080005, 'CS', 'SpecificCharacterSet'],
  [0x00080018, 'UI', 'SOPInstanceUID'],
  [0x00080050, 'SH', 'AccessionNumber'],
  [0x00100020, 'LO', 'PatientID'],
  [0x0020000d, 'UI', 'StudyInstanceUID'],
  [0x0020000e, 'UI', 'SeriesInstanceUID'],
  [0x00200011, 'IS', 'SeriesNumber'],
  [0x00200013, 'IS', 'InstanceNumber'],
  [0x00200052, 'UI', 'FrameOfReferenceUID'],
];

const entries = new Map<number, DictionaryEntry | null>(
  IDENTITY_ENTRIES.map(([tag, vr, keyword]) => [tag, { tag, vr, keyword, multiple: false }]),
);

/**
 * The entry of a tag, null when the dictionary has none. `ox` reads as OW, `xs` as US; repeating
 * groups 50xx and 60xx are understood; private creators are LO, group lengths UL.
 */
export function entryOf(tag: number): DictionaryEntry | null {
  const known = entries.get(tag);
  if (known !== undefined) return known;
  const found = lookUp(tag);
  entries.set(tag, found);
  return found;
}

function lookUp(tag: number): DictionaryEntry | null {
  const group = tag >>> 16;
  const element = tag & 0xffff;
  if (element === 0) return { tag, vr: 'UL', keyword: 'GroupLength', multiple: false };
  if (group & 1) {
    const creator = element >= 0x10 && element <= 0xff;
    return creator ? { tag, vr: 'LO', keyword: 'PrivateCreator', multiple: false } : null;
  }
  const dictionary = dcmjs().data.DicomMetaDictionary.dictionary;
  const text = tagText(tag);
  let entry = dictionary[`(${text})`];
  if (entry === undefined && (group & 0xff00) === 0x6000) {
    entry = dictionary[`(60xx,${text.slice(5)})`] ?? dictionary[`(6000,${text.slice(5)})`];
  }
  if (entry === undefined && (group & 0xff00) === 0x5000) {
    entry = dictionary[`(50xx,${text.slice(5)})`] ?? dictionary[`(5000,${text.slice(5)})`];
  }
  if (entry === undefined) return null;
  return {
    tag,
    vr: oneVr(entry.vr),
    keyword: entry.name.replace(/^RETIRED_/, ''),
    multiple: entry.vm !== '1',
    ...(entry.vr === 'xs' ? { eitherSign: true } : {}),
  };
}

function oneVr(vr: string): string {
  if (vr === 'ox') return 'OW';
  if (vr === 'xs' || vr === 'up') return vr === 'xs' ? 'US' : 'UL';
  return /^[A-Z]{2}$/.test(vr) ? vr : 'UN';
}

/** The VR of a tag by the dictionary; UN when it is not there. */
export function vrOf(tag: number): string {
  return entryOf(tag)?.vr ?? 'UN';
}

/** Keyword of a tag, or 'ggggeeee'. */
export function keywordOf(tag: number): string {
  const entry = entryOf(tag);
  return entry === null || (tag >>> 16) & 1 || (tag & 0xffff) === 0 ? tagHex(tag) : entry.keyword;
}

/**
 * The tag of a keyword ('PatientID'), '0010,0020', '(0010,0020)' or '00100020'.
 *
 * @throws DataError `DATA_UNKNOWN_TAG`
 */
export function tagOf(name: string): number {
  const hex = /^\(?([0-9a-fA-F]{4}),?([0-9a-fA-F]{4})\)?$/.exec(name);
  if (hex !== null) return parseInt(`${hex[1]}${hex[2]}`, 16);
  const map = dcmjs().data.DicomMetaDictionary.nameMap;
  const entry = map[name] ?? map[`RETIRED_${name}`];
  const tag = entry === undefined ? null : /^\(([0-9A-F]{4}),([0-9A-F]{4})\)$/i.exec(entry.tag);
  if (tag === null || tag === undefined) {
    const near = nearestKeyword(name, Object.keys(map));
    throw new DataError(
      'DATA_UNKNOWN_TAG',
      `"${name}": is neither a keyword of the data dictionary nor a tag`,
      near === null ? 'write a tag as "gggg,eeee"' : `did you mean ${near}?`,
    );
  }
  return parseInt(`${tag[1]}${tag[2]}`, 16);
}

function nearestKeyword(name: string, keywords: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = 4;
  for (const keyword of keywords) {
    if (Math.abs(keyword.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, keyword.toLowerCase());
    if (distance < bestDistance) {
      best = keyword;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
