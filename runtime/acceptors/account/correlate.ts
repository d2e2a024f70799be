// How an arrival is recognised: by its SOP Instance UID, or, where a router changes UIDs, by
// something that the router leaves alone.
import { instanceOf, memberNumber, parseUid } from '../../dicom/pool/identity.ts';
import { HeaderReader, tagPath } from './headers/header.ts';
import type { KeptHeader } from './headers/header.ts';
import type { InstanceKey, Keys } from './keys.ts';

const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_NUMBER = 0x00200011;
const INSTANCE_NUMBER = 0x00200013;

/** The key of an arrival; `header` is undefined where it could not be read. */
export type Correlator = (sopInstance: string, header: KeptHeader | undefined) => InstanceKey;

/**
 * - `sop`: the SOP Instance UID of the command.
 * - `marker`: the first private element whose value is a UID of this run (the sender put the SOP
 *   Instance UID there).
 * - a keyword or tag: its value is a UID of this run, or a Patient ID or Accession Number made by
 *   it; the instance is then found by Series Number and Instance Number.
 *
 * What cannot be recognised counts under its own UID, so it shows as unexpected.
 * @throws DataError `DATA_UNKNOWN_TAG`
 */
export function correlator(by: string, keys: Keys, run: string): Correlator {
  if (by === 'sop') return (uid, header) => bySop(keys, uid, header);
  if (by === 'marker') {
    return (uid, header) =>
      readable(header, (reader) => byMarker(reader, run)) ?? keys.instance(uid);
  }
  const path = tagPath(by);
  return (uid, header) => {
    const key = readable(header, (reader) => byValue(reader, reader.text(path), run));
    return key ?? keys.instance(uid);
  };
}

function bySop(keys: Keys, uid: string, header: KeptHeader | undefined): InstanceKey {
  const key = keys.instance(uid);
  if (!Number.isNaN(key.study)) return key;
  const study = readable(header, (reader) => reader.value(STUDY_INSTANCE_UID));
  return study === null ? key : keys.instance(uid, study);
}

/** Reads a header; null when it is not there or is no data set. */
function readable<T>(header: KeptHeader | undefined, read: (reader: HeaderReader) => T): T | null {
  if (header === undefined) return null;
  try {
    return read(new HeaderReader(header));
  } catch {
    return null; // malformed: the arrival counts under the UID of its command
  }
}

function byMarker(reader: HeaderReader, run: string): InstanceKey | null {
  for (const [tag, text] of reader.values()) {
    if (((tag >>> 16) & 1) === 0) continue;
    const own = parseUid(run, text);
    if (own !== null) return { a: own.study, b: own.member, study: own.study };
  }
  return null;
}

function byValue(reader: HeaderReader, value: string | null, run: string): InstanceKey | null {
  if (value === null) return null;
  const own = parseUid(run, value);
  if (own !== null && instanceOf(own.member) !== 0) {
    return { a: own.study, b: own.member, study: own.study };
  }
  const study = own?.study ?? idNumber(value);
  const series = Number(reader.value(SERIES_NUMBER) ?? NaN);
  const instance = Number(reader.value(INSTANCE_NUMBER) ?? NaN);
  if (study === null || !(series > 0) || !(instance > 0)) return null;
  return { a: study, b: memberNumber(series, instance), study };
}

/** The study number in a Patient ID or Accession Number of a run: letter, two characters, digits. */
function idNumber(value: string): number | null {
  const match = /^[PA][0-9A-Z]{2}(\d{13})$/.exec(value);
  return match === null ? null : Number(match[1]);
}
