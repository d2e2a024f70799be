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

interface Form {
  readonly ok: (text: string) => boolean;
  /** What to write. */
  readonly say: string;
  /** Nothing but blanks is no value (PS3.5 §6.2): it may be written all the same. */
  readonly blank?: true;
}

/** Forms of values (PS3.5 Table 6.2-1); of the others length and characters. */
const FORMS: Readonly<Record<string, Form>> = {
  AE: {
    ok: (t) => /^[\x20-\x5b\x5d-\x7e]*$/.test(t) && t.trim() !== '',
    say: 'an AE title: ASCII without a backslash, not blanks alone',
  },
  AS: { ok: (t) => /^\d{3}[DWMY]$/.test(t), say: 'an age of 4 characters such as 034Y' },
  CS: {
    ok: (t) => /^[A-Z0-9_ ]*$/.test(t),
    say: 'upper case letters, digits, blanks and _',
    blank: true,
  },
  DA: { ok: isDate, say: 'a date as YYYYMMDD', blank: true },
  DS: {
    ok: (t) => /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/.test(t),
    say: 'a number',
    blank: true,
  },
  DT: {
    ok: isDateTime,
    say: 'a date and time as YYYYMMDDHHMMSS.FFFFFF&ZZXX, cut from the end',
    blank: true,
  },
  IS: {
    ok: (t) => /^ *[+-]?\d+ *$/.test(t) && Number(t) >= -(2 ** 31) && Number(t) < 2 ** 31,
    say: 'a number without a fraction',
    blank: true,
  },
  PN: {
    ok: isName,
    say: 'a name: up to 3 groups (=) of up to 5 components (^), 64 characters each',
  },
  TM: { ok: isTime, say: 'a time as HHMMSS.FFFFFF, cut from the end', blank: true },
  UI: {
    ok: (t) => /^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/.test(t),
    say: 'a UID: digits and dots only, no number with a zero before it',
  },
  UR: {
    // RFC 3986 §2: reserved, unreserved, and % with two hexadecimal digits
    ok: (t) => /^([\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+ *$/.test(t),
    say: 'a URI or URL: ASCII without blanks, all else as %XX',
  },
};

const MOST_GROUPS = 3;
const MOST_COMPONENTS = 5;

/** One person name (PS3.5 §6.2.1): the length is that of a component group. */
function isName(text: string): boolean {
  const groups = text.split('=');
  const limit = MAX_CHARACTERS['PN'] ?? 0;
  return (
    groups.length <= MOST_GROUPS &&
    groups.every(
      (group) => group.split('^').length <= MOST_COMPONENTS && [...group].length <= limit,
    )
  );
}

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
  const [, year = '', month = '01', day = '01', time = '', offset = '+0000'] = match;
  const whole = time === '' || (match[3] !== undefined && isTime(time));
  return whole && isDate(year + month + day) && isOffset(offset);
}

/** From -1200 to +1400; there is no -0000. */
function isOffset(text: string): boolean {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3));
  if (Number(text.slice(3)) > 59) return false;
  return text.startsWith('-') ? minutes > 0 && minutes <= 12 * 60 : minutes <= 14 * 60;
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

/** Whether a text is one value of a VR, by its form alone; of a VR without a form any is. */
export function hasForm(vr: string, text: string): boolean {
  return FORMS[vr]?.ok(text) ?? true;
}

/** Whether a text needs {@link checkText}: most are short, and of a VR that takes any text. */
export function isChecked(vr: string, text: string): boolean {
  const limit = MAX_CHARACTERS[vr];
  if (vr === 'PN') return !isShortName(text);
  if (limit === undefined || FORMS[vr] !== undefined) return true;
  return text.length > limit || hasControls(vr, text);
}

/** Few are not: one name of a group that cannot be too long, without a look at its parts. */
function isShortName(text: string): boolean {
  let carets = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5e) carets++;
    else if (code === 0x3d || code === 0x5c || code < 0x20 || code === 0x7f) return false;
  }
  return carets < MOST_COMPONENTS && text.length <= 64;
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
  const form = FORMS[vr];
  for (const part of SINGLE_VRS.has(vr) ? [text] : text.split('\\')) {
    const isBlank = part === '' || (form?.blank === true && part.trim() === '');
    if (form !== undefined && !isBlank && !form.ok(part)) {
      throw badValue(`${what} (${vr}): must be ${form.say}, got "${part}"`);
    }
    if (limit === undefined || vr === 'PN') continue;
    if (part.length > limit && [...part].length > limit) {
      throw badValue(`${what} (${vr}): at most ${limit} characters, got ${[...part].length}`);
    }
  }
}

function badValue(message: string): DataError {
  return new DataError('DATA_BAD_VALUE', message, 'to send it all the same: { value, bad: true }');
}
