// Reads ledger.jsonl of a run: which studies and instances it sent.
import { createReadStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseUid, studyUid } from '../../dicom/pool/identity.ts';
import { UID_LAYOUT } from '../../../api/abi.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';

/**
 * One line: a study, a range of studies with as many instances each, instances of a study whose stores
 * were not answered, or a missing instance.
 */
type Line =
  | { readonly study: string; readonly unanswered: number; readonly uids?: readonly string[] }
  | { readonly study: string; readonly instances: number; readonly uids?: readonly string[] }
  | {
      readonly first: string;
      readonly last: string;
      readonly studies: number;
      readonly instances: number;
    }
  | { readonly kind: 'missing'; readonly sopInstanceUID: string; readonly file?: string };

export interface LedgerContents {
  /** Study Instance UIDs, each once. */
  readonly studies: readonly string[];
  /** Accepted. */
  readonly instances: number;
  /** Sent and not answered: they may have arrived. */
  readonly unanswered: number;
  /** SOP Instance UIDs, as far as they were kept. */
  readonly uids: readonly string[];
  readonly missing: readonly string[];
  /** The files that missing instances were read from, each once; none of those that were made. */
  readonly missingFiles: readonly string[];
  /** Whether a study or an instance of this UID was sent; `…0001` is one by its end. */
  has(uid: string): boolean;
}

/** A fresh UID names its run in these digits. */
const RUN_FROM = 6;
const RUN_TO = 21;

/** @throws DicomRunError 104 when the run has no ledger */
export async function readLedger(dir: string, cwd: string): Promise<LedgerContents> {
  const file = join(resolve(cwd, dir), 'ledger.jsonl');
  if (!existsSync(file)) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_LEDGER',
      message: `${file} is not there`,
      hint: 'give the folder of a run that stored something, without --ledger none',
    });
  }
  const studies = new Set<string>();
  const uids = new Set<string>();
  const missing: string[] = [];
  const files = new Set<string>();
  let instances = 0;
  let unanswered = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    const line = parseLine(text);
    if (line === null) continue;
    if ('kind' in line) {
      missing.push(line.sopInstanceUID);
      if (line.file !== undefined) files.add(line.file);
    } else if ('first' in line) {
      for (const uid of expand(line.first, line.last)) studies.add(uid);
      instances += line.studies * line.instances;
    } else {
      studies.add(line.study);
      if ('unanswered' in line) unanswered += line.unanswered;
      else instances += line.instances;
      for (const uid of line.uids ?? []) uids.add(uid);
    }
  }
  const has = (uid: string) => studies.has(uid) || uids.has(uid) || studies.has(studyOf(uid));
  const hasEnd = (end: string): boolean =>
    [studies, uids, missing].some((all) => [...all].some((uid) => endsSo(uid, end)));
  return {
    ...{ studies: [...studies], instances, unanswered, uids: [...uids] },
    ...{ missing, missingFiles: [...files] },
    has: (uid) => (/^(…|\.\.\.)/.test(uid) ? hasEnd(uid.replace(/^(…|\.+)/, '')) : has(uid)),
  };
}

/**
 * Whether results show a UID so: by its end, and one made in the run by the number of its study
 * without zeros before it, then series and instance. Of an instance whose UID was not kept, its study
 * is looked for.
 */
function endsSo(uid: string, end: string): boolean {
  const series = end.slice(-OWN_MEMBER);
  return uid.endsWith(end) || (/[1-9]/.test(series) && ofStudy(uid, end));
}

function ofStudy(study: string, end: string): boolean {
  const number = end.slice(0, -OWN_MEMBER);
  const tail = number.padStart(STUDY_DIGITS, '0') + '0'.repeat(OWN_MEMBER);
  return number !== '' && study.length === FRESH_LENGTH && study.endsWith(tail);
}

/** Digits of series and instance, of the study, and of a whole UID made in a run. */
const OWN_MEMBER = UID_LAYOUT.SERIES + UID_LAYOUT.INSTANCE;
const STUDY_DIGITS = UID_LAYOUT.STUDY;
const FRESH_LENGTH = UID_LAYOUT.PREFIX.length + UID_LAYOUT.RUN + STUDY_DIGITS + OWN_MEMBER;

/** A run that was killed may leave half a line. */
function parseLine(text: string): Line | null {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}

function* expand(first: string, last: string): Iterable<string> {
  const run = first.slice(RUN_FROM, RUN_TO);
  const from = parseUid(run, first)?.study ?? 0;
  const to = parseUid(run, last)?.study ?? -1;
  for (let study = from; study <= to; study++) yield studyUid(run, study);
}

/** Study of a fresh instance or series; '' for any other UID. */
function studyOf(uid: string): string {
  const run = uid.slice(RUN_FROM, RUN_TO);
  const parsed = parseUid(run, uid);
  return parsed === null ? '' : studyUid(run, parsed.study);
}
