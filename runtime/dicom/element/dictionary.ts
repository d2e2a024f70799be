// The data dictionary (PS3.6) of dcmjs: keyword <-> tag <-> VR. The build asks dcmjs for all of it and
// leaves a table, since dcmjs takes 40 ms to load; the table is read at the first use.
import { createRequire } from 'node:module';
import { DataError } from './data-error.ts';
import { DICTIONARY_TABLE } from './dictionary-table.ts';

interface Entry {
  readonly tag: string;
  readonly vr: string;
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
  /** US or SS, as Pixel Representation says; `vr` is US then. */
  readonly eitherSign?: true;
}

let loaded: Dcmjs | null = null; // why: a memo of `require`, not state
let words: Words | null = null; // why: a memo of the table, not state

/** dcmjs itself, for the one neighbour that builds headers with it. */
export function dcmjs(): Dcmjs {
  if (loaded === null) {
    const require = createRequire(import.meta.url);
    loaded = require('dcmjs') as Dcmjs;
    loaded.log?.setLevel?.('error');
  }
  return loaded;
}

/** Retired attributes without a keyword share one name, and so hide each other. */
const NAMELESS = ['(0018,0061)', '(0400,0315)'];

/**
 * The dictionary as text, a line an entry: tag, VR as dcmjs writes it, keyword. A step of the
 * build, once for all runs.
 *
 * @internal
 */
export function dictionaryTable(): string {
  const { dictionary, nameMap } = dcmjs().data.DicomMetaDictionary;
  const all = [...NAMELESS.map((tag) => dictionary[tag]), ...Object.values(nameMap)];
  const lines = all.flatMap((entry) => {
    const [, group = '', element = ''] = /^\((\w{4}),(\w{4})\)$/.exec(entry?.tag ?? '') ?? [];
    if (entry === undefined || group === '') return [];
    return [`${group}${element}${entry.vr}${entry.name}`];
  });
  return [...new Set(lines)].join('\n');
}

/** The table, read: its lines by tag, and tags by name. */
class Words {
  readonly byTag = new Map<number, string>();
  readonly byName = new Map<string, number>();

  constructor(table: string) {
    for (const line of table.split('\n')) {
      const tag = parseInt(line.slice(0, 8), 16);
      this.byTag.set(tag, line);
      this.byName.set(line.slice(10), tag);
    }
  }
}

function dictionary(): Words {
  return (words ??= new Words(DICTIONARY_TABLE || dictionaryTable()));
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
  IDENTITY_ENTRIES.map(([tag, vr, keyword]) => [tag, { tag, vr, keyword }]),
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
  if (element === 0) return { tag, vr: 'UL', keyword: 'GroupLength' };
  if (group & 1) {
    const creator = element >= 0x10 && element <= 0xff;
    return creator ? { tag, vr: 'LO', keyword: 'PrivateCreator' } : null;
  }
  const { byTag } = dictionary();
  // Groups that repeat stand in the dictionary once.
  const line =
    byTag.get(tag) ?? (REPEATING.has(group >>> 8) ? byTag.get(tag & 0xff00ffff) : undefined);
  if (line === undefined) return null;
  const vr = line.slice(8, 10);
  return {
    tag,
    vr: oneVr(vr),
    keyword: line.slice(10).replace(/^RETIRED_/, ''),
    ...(vr === 'xs' ? { eitherSign: true } : {}),
  };
}

/** Of curves, overlays and variable pixel data. */
const REPEATING = new Set([0x50, 0x60, 0x7f]);

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
  const { byName } = dictionary();
  const tag = byName.get(name) ?? byName.get(`RETIRED_${name}`);
  if (tag !== undefined) return tag;
  const near = nearestKeyword(name, [...byName.keys()]);
  throw new DataError(
    'DATA_UNKNOWN_TAG',
    `"${name}": is neither a keyword of the data dictionary nor a tag`,
    near === null ? 'write a tag as "gggg,eeee"' : `did you mean ${near}?`,
  );
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
