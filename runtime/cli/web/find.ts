// QIDO-RS with the words of `dicomrun find`.
import type { JsonDataset } from '../../dicom/element/json.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Whole } from '../../web/auth.ts';
import { datasetsOf, mustBeJson } from '../../web/json-model.ts';
import { searchPath, type SearchWords } from '../../web/search-path.ts';
import type { WireQuery } from '../wire/query.ts';
import type { WebPeer } from './web-peer.ts';

const RESOURCES = { STUDY: 'studies', SERIES: 'series', IMAGE: 'instances' } as const;

export interface WebFound {
  readonly answer: Whole;
  /** Of a failure: none. */
  readonly matches: readonly JsonDataset[];
}

/** @throws DicomRunError 104 for a query that QIDO-RS cannot be asked; WebFailure */
export async function findOverWeb(
  peer: WebPeer,
  query: WireQuery,
  limit: number,
): Promise<WebFound> {
  const { path } = searchPath({ ...wordsOf(query), limit });
  const answer = await peer.whole({ path, accept: 'application/dicom+json' });
  const { status, headers, text } = answer;
  if (status < 200 || status >= 300 || status === 204 || text === '') {
    return { answer, matches: [] };
  }
  mustBeJson(headers['content-type'] ?? '', text);
  // why: a server that does not heed the limit is not believed to
  return { answer, matches: datasetsOf(text).slice(0, limit) };
}

/** Series and instances of one study are looked for below it (PS3.18 Table 10.6.1-2). */
function wordsOf({ level = '', keys }: WireQuery): SearchWords {
  const what = Object.hasOwn(RESOURCES, level) ? RESOURCES[level as keyof typeof RESOURCES] : null;
  if (what === null) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_QUERY',
      message: level === '' ? 'QIDO-RS has no worklist' : `QIDO-RS has no level ${level}`,
      hint: 'study, series, patient, accession, today or all; --level STUDY, SERIES or IMAGE',
    });
  }
  const { StudyInstanceUID: study, ...others } = keys;
  const isOne = typeof study === 'string' && /^[\d.]+$/.test(study);
  if (what === 'studies' || !isOne) return { what, keys };
  return { what, keys: { ...others, StudyInstanceUID: '' }, study };
}
