// What the text of a value has to look like, by VR (PS3.5 Table 6.2-1).
import { DataError } from './data-error.ts';

/** Text that is never split at backslashes. */
export const SINGLE_VRS: ReadonlySet<string> = new Set(['ST', 'LT', 'UT', 'UR']);
/** Longest value in characters (PS3.5 Table 6.2-1); PN per component group. */
const MAX_CHARACTERS: Readonly<Record<string, number>> = {
  AE: 16,
  AS: 4,
  CS: 16,
  DA: 8,
  DS: 16,
  DT: 26,
  IS: 12,
  LO: 64,
  LT: 10240,
  PN: 64,
  SH: 16,
  ST: 1024,
  TM: 14,
  UI: 64,
};

/** Forms of values (PS3.5 Table 6.2-1), and what to write; of the others length and characters. */
const FORMS: Readonly<
  Record<string, { readonly ok: (text: string) => boolean; readonly say: string }>
> = {
  AE: {
    ok: (t) => /^[\x20-\x5b\x5d-\x7e]*$/.test(t),
    say: 'an AE title: ASCII without a backslash',
  },
  AS: { ok: (t) => /^\d{3}[DWMY]$/.test(t), say: 'an age of 4 characters such as 034Y' },
  CS: { ok: (t) => /^[A-Z0-9_ ]*$/.test(t), say: 'upper case letters, digits, blanks and _' },
  DA: { ok: isDate, say: 'a date as YYYYMMDD' },
  DS: {
    ok: (t) => /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/.test(t),
    say: 'a number',
  },
  DT: { ok: isDateTime, say: 'a date and time as YYYYMMDDHHMMSS.FFFFFF&ZZXX, cut from the end' },
  IS: {
    ok: (t) => /^ *[+-]?\d+ *$/.test(t) && Number(t) >= -(2 ** 31) && Number(t) < 2 ** 31,
    say: 'a number without a fraction',
  },
  TM: { ok: isTime, say: 'a time as HHMMSS.FFFFFF, cut from the end' },
  UI: {
    ok: (t) => /^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/.test(t),
    say: 'a UID: digits and dots only, no number with a zero before it',
  },
};

function isDate(text: string): boolean {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text.trimEnd());
  if (match === null) return false;
  const [, year = '', month = '', day = ''] = match;
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day)));
  // why: in the year 2000, which has a 29th of February, for years that Date reads otherwise
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function isTime(text: string): boolean {
  return /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/.test(text.trimEnd());
}

function isDateTime(text: string): boolean {
  const match = /^(\d{4})(\d{2})?(\d{2})?([\d.]*)([+-]\d{4})?$/.exec(text.trimEnd());
  if (match === null) return false;
  const [, year = '', month = '01', day = '01', time = ''] = match;
  const whole = time === '' || (match[3] !== undefined && isTime(time));
  return whole && isDate(year + month + day);
}

/** Control characters but those that the VR may have (PS3.5 §6.1.3). */
function hasControls(vr: string, text: string): boolean {
  const lines = vr === 'LT' || vr === 'ST' || vr === 'UT';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code !== 0x7f) continue;
    if (!lines || (code !== 9 && code !== 10 && code !== 12 && code !== 13)) return true;
  }
  return false;
}

/** Whether a text needs {@link checkText}: most are short, and of a VR that takes any text. */
export function isChecked(vr: string, text: string): boolean {
  const limit = MAX_CHARACTERS[vr];
  if (limit === undefined || FORMS[vr] !== undefined) return true;
  return text.length > limit || hasControls(vr, text);
}

/**
 * Checks length, characters and form of each value of a text.
 *
 * @param what names the element in messages
 * @throws DataError `DATA_BAD_VALUE`
 */
export function checkText(vr: string, text: string, what: string): void {
  const limit = MAX_CHARACTERS[vr];
  if (hasControls(vr, text)) {
    throw badValue(`${what} (${vr}): has a control character, which the VR does not allow`);
  }
  if (limit === undefined) return;
  const parts = SINGLE_VRS.has(vr) ? [text] : text.split(vr === 'PN' ? /[\\=]/ : '\\');
  const form = FORMS[vr];
  for (const part of parts) {
    if (form !== undefined && part.trim() !== '' && !form.ok(part)) {
      throw badValue(`${what} (${vr}): must be ${form.say}, got "${part}"`);
    }
    if (part.length > limit && [...part].length > limit) {
      throw badValue(`${what} (${vr}): at most ${limit} characters, got ${[...part].length}`);
    }
  }
}

function badValue(message: string): DataError {
  return new DataError('DATA_BAD_VALUE', message, 'to send it all the same: { value, bad: true }');
}
