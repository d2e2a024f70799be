// What a STOW-RS response says of its instances: a Store Instances Response Module (PS3.18 §I.2), as
// DICOM JSON or as the Native DICOM Model in XML.
import { datasetsOf } from './json-model.ts';

/** An instance that was not stored, or was with a warning. */
export interface ToldInstance {
  /** SOP Instance UID, '' where it is not told. */
  readonly uid: string;
  /** (0008,1197) Failure Reason or (0008,1196) Warning Reason; 0 where it is not told. */
  readonly reason: number;
}

export interface StoreAnswer {
  /** (0008,1198) Failed SOP Sequence and (0008,119A) Other Failures Sequence. */
  readonly failed: readonly ToldInstance[];
  /** Those of (0008,1199) Referenced SOP Sequence that have a warning. */
  readonly warned: readonly ToldInstance[];
  /** SOP Instance UIDs of (0008,1199) Referenced SOP Sequence. */
  readonly stored: readonly string[];
  /** Whether it said anything of instances: then those that it does not name were not stored. */
  readonly told: boolean;
}

const NOTHING: StoreAnswer = { failed: [], warned: [], stored: [], told: false };

type Item = Readonly<Record<string, unknown>>;

/** Never throws: a store stands by its status, whatever the text beside it is. */
export function storeAnswer(contentType: string, text: string): StoreAnswer {
  if (/\bxml\b/i.test(contentType)) return fromXml(text);
  if (!/\bjson\b/i.test(contentType) || text.trim() === '') return NOTHING;
  try {
    const plain = plainSuccess(JSON.parse(text));
    if (plain !== null) return plain;
    const [module = {}] = datasetsOf(text);
    const said = SEQUENCE_NAMES.some((keyword) => Object.hasOwn(module, keyword));
    return said ? answerOf((keyword) => itemsOf(module[keyword])) : NOTHING;
  } catch {
    return NOTHING;
  }
}

/** What almost every answer is: all were stored, and nothing else is said. Null for any other. */
function plainSuccess(module: unknown): StoreAnswer | null {
  if (!isItem(module) || Object.keys(module).some((tag) => !OF_SUCCESS.has(tag))) return null;
  const { vr, Value: items } = (module['00081199'] ?? {}) as Item;
  if (vr !== 'SQ' || !Array.isArray(items)) return null;
  const stored: string[] = [];
  for (const item of items as unknown[]) {
    if (!isItem(item) || Object.keys(item).some((tag) => !OF_STORED.has(tag))) return null;
    const { Value: uids } = (item['00081155'] ?? {}) as Item;
    const uid: unknown = Array.isArray(uids) && uids.length === 1 ? uids[0] : null;
    if (typeof uid !== 'string') return null;
    stored.push(uid);
  }
  return { ...NOTHING, stored, told: true };
}

/** Of the module: what was stored, and where the study is. */
const OF_SUCCESS: ReadonlySet<string> = new Set(['00081199', '00081190']);
/** Of an instance: its class, its UID and where it is. */
const OF_STORED: ReadonlySet<string> = new Set(['00081150', '00081155', '00081190']);

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function itemsOf(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object') : [];
}

function answerOf(items: (keyword: string) => readonly Item[]): StoreAnswer {
  const told = (item: Item, keyword: string): ToldInstance => ({
    uid: textOf(item['ReferencedSOPInstanceUID']),
    reason: Number(item[keyword] ?? 0) || 0,
  });
  const referenced = items('ReferencedSOPSequence');
  return {
    failed: [...items('FailedSOPSequence'), ...items('OtherFailuresSequence')].map((item) =>
      told(item, 'FailureReason'),
    ),
    warned: referenced
      .filter((item) => item['WarningReason'] !== undefined && item['WarningReason'] !== null)
      .map((item) => told(item, 'WarningReason')),
    stored: referenced.map((item) => textOf(item['ReferencedSOPInstanceUID'])),
    told: true,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const SEQUENCES: Readonly<Record<string, string>> = {
  '00081198': 'FailedSOPSequence',
  '00081199': 'ReferencedSOPSequence',
  '0008119A': 'OtherFailuresSequence',
};
const ATTRIBUTES: Readonly<Record<string, string>> = {
  '00081155': 'ReferencedSOPInstanceUID',
  '00081196': 'WarningReason',
  '00081197': 'FailureReason',
};
const SEQUENCE_NAMES = Object.values(SEQUENCES);
/** Starts of attributes and items, and values, in the order of the text. */
const PIECES = /<DicomAttribute\b[^<>]*\btag="([0-9A-Fa-f]{8})"|<(Item)\b|<Value\b[^<>]*>([^<]*)</g;

/** Only what the module has: sequences of flat items. */
function fromXml(text: string): StoreAnswer {
  const sequences = new Map<string, Record<string, unknown>[]>();
  let items: Record<string, unknown>[] | null = null;
  let attribute: string | undefined;
  for (const [, tag, item, value] of text.matchAll(PIECES)) {
    if (tag !== undefined) {
      const sequence = SEQUENCES[tag.toUpperCase()];
      attribute = ATTRIBUTES[tag.toUpperCase()];
      if (sequence !== undefined) sequences.set(sequence, (items = []));
    } else if (item !== undefined) items?.push({});
    else if (attribute !== undefined) {
      const last = items?.at(-1);
      if (last !== undefined) last[attribute] = value?.trim();
    }
  }
  return sequences.size === 0 ? NOTHING : answerOf((keyword) => sequences.get(keyword) ?? []);
}
