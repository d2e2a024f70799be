// What a recording says of a data set: which study and series, as digests, and of an identifier its
// level and keywords. Never a value.
import { constants, inflateRawSync } from 'node:zlib';
import { entryOf } from '../../dicom/element/dictionary.ts';
import { encodingOf, TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import { firstElements } from '../../dicom/file/first-elements.ts';
import type { RecordedOperation } from '../format.ts';
import type { Disguise } from './disguise.ts';

const LEVEL = 0x00080052;
const STUDY = 0x0020000d;
const SERIES = 0x0020000e;
const ANY = 0xffff_ffff;
const LEVELS: ReadonlySet<string> = new Set(['PATIENT', 'STUDY', 'SERIES', 'IMAGE']);
/** Keywords that are written of one identifier. */
const MOST_KEYWORDS = 100;
/** A deflated beginning that becomes longer than this is not looked at. */
const MOST_INFLATED = 1_048_576;

type Facts = Pick<RecordedOperation, 'study' | 'series' | 'level' | 'matching' | 'returning'>;

/** Of an instance, by the first bytes of its data set. */
export function instanceFacts(head: Buffer, transferSyntax: string, disguise: Disguise): Facts {
  const values = valuesOf(head, transferSyntax, SERIES);
  return uidFacts(values, disguise);
}

/** Of the identifier of a query or retrieval. */
export function identifierFacts(head: Buffer, transferSyntax: string, disguise: Disguise): Facts {
  const values = valuesOf(head, transferSyntax, ANY);
  const level = values.get(LEVEL)?.trim() ?? '';
  const matching: string[] = [];
  const returning: string[] = [];
  for (const [tag, value] of values) {
    if (tag === LEVEL || matching.length + returning.length >= MOST_KEYWORDS) continue;
    const keyword = publicKeyword(tag);
    if (keyword !== null) (value === '' ? returning : matching).push(keyword);
  }
  return {
    ...uidFacts(values, disguise),
    ...(LEVELS.has(level) ? { level } : {}),
    matching,
    returning,
  };
}

/** A tag of the standard by its keyword; numbers of private ones might say anything. */
function publicKeyword(tag: number): string | null {
  const group = tag >>> 16;
  if ((group & 1) === 1 || (tag & 0xffff) === 0) return null;
  return entryOf(tag)?.keyword ?? null;
}

function uidFacts(values: ReadonlyMap<number, string>, disguise: Disguise): Facts {
  const study = disguise.of(values.get(STUDY) ?? '');
  const series = disguise.of(values.get(SERIES) ?? '');
  return {
    ...(study === undefined ? {} : { study }),
    ...(series === undefined ? {} : { series }),
  };
}

function valuesOf(head: Buffer, transferSyntax: string, last: number): ReadonlyMap<number, string> {
  if (!encodingOf(transferSyntax).deflated) return firstElements(head, transferSyntax, last).values;
  try {
    const plain = inflateRawSync(head, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: MOST_INFLATED,
    });
    return firstElements(plain, TransferSyntax.EXPLICIT_LE, last).values;
  } catch {
    return new Map();
  }
}
