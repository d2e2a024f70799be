// How a script learns what arrived: from a receiver of its own that the router delivers to, or, with
// VERIFY=find, from the archive by C-FIND, for a router that cannot be pointed at us.
import dicom, { type Peer, type PeerOptions, type Receiver, type Study } from 'dicom';
import { text } from './scale.ts';
import { arrivesUnchanged } from './thresholds.ts';

type Tags = Readonly<Record<string, unknown>>;

/** What an image was like on arrival. */
export interface Arrival {
  /** Instances not there; all of them when the study is not. */
  readonly missing: number;
  /** 0 where the archive is asked: C-FIND tells of no such thing. */
  readonly duplicated: number;
  readonly unexpected: number;
  readonly pixelsChanged: number;
  readonly changedTags: number;
  readonly wrongTags: number;
  readonly differences: readonly { tag: string; expected: unknown; actual: unknown }[];
}

/** The archive is asked, and there is no account of what was delivered. */
export const byFind = text('VERIFY', 'receive') === 'find';

/** Thresholds of the account, where there is one. */
export const delivered: Record<string, string[]> = byFind ? {} : arrivesUnchanged;

/** The router under test, which delivers to this receiver. */
export const routerTo = (receiver: Receiver, options: PeerOptions = {}): Peer =>
  dicom.peer(byFind ? options : { ...options, deliversTo: receiver });

const archive = dicom.peer({ use: 'verify' });

/** Waits for a study of one image or more, and says whether these attributes are as they should be. */
export async function arrival(study: Study, receiver: Receiver, tags: Tags = {}): Promise<Arrival> {
  if (!byFind) return await receiver.expect(study, { tags });
  const visible = await dicom.verify.study(study, { instances: study.length });
  if (visible.skipped) dicom.skip('VERIFY=find needs C-FIND, and CFIND_VERIFY switches it off');
  const found = visible.found ? await attributes(study.uid, Object.keys(tags)) : {};
  // C-FIND answers in a character set of the archive's choice; what counts is the text.
  const differences = Object.entries(tags)
    .filter(([tag]) => tag !== 'SpecificCharacterSet')
    .map(([tag, expected]) => ({ tag, expected, actual: found[tag] }))
    .filter(({ expected, actual }) => !isAsExpected(expected, actual));
  return {
    missing: visible.found ? 0 : study.length - (visible.instances ?? 0) || study.length,
    ...{ duplicated: 0, unexpected: 0, pixelsChanged: 0, changedTags: 0 },
    wrongTags: differences.length,
    differences,
  };
}

/** What the archive says of a study, and of its series where the study does not know. */
async function attributes(uid: string, keywords: readonly string[]): Promise<Tags> {
  const keys = Object.fromEntries(keywords.map((keyword) => [keyword, '']));
  const studies = await archive.find({ ...keys, StudyInstanceUID: uid });
  const series = await archive.find(
    { ...keys, StudyInstanceUID: uid, SeriesInstanceUID: '' },
    { level: 'SERIES' },
  );
  return { ...series.matches[0], ...studies.matches[0] };
}

/** As a receiver judges it: text, regular expression, '' for blank or absent, null for absent. */
function isAsExpected(expected: unknown, actual: unknown): boolean {
  const value = actual === undefined || actual === null ? '' : String(actual);
  if (expected === null || expected === '') return value === '';
  return expected instanceof RegExp ? expected.test(value) : value === String(expected);
}
