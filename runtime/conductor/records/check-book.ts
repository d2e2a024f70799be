// What failed checks saw: the first failures of each, in words that may be told.
import type { CheckExample } from '../../metrics/summary.ts';
import { MOST_CHECK_EXAMPLES } from '../../metrics/summary.ts';
import type { CheckedCase, CheckEvidence } from '../../threads/cases.ts';
import type { Discretion } from './discretion.ts';

/** Elements whose values say, or may say, who somebody is. */
const PERSONAL =
  /^(Patient|Other|Additional|Ethnic|Medical|Responsible|Military|Confidentiality)|(Name|IDs?|UID|Numbers?|Date|Time|Age|Sex|Comments?|Address|Physicians?|OfRecord|Occupation|History|Telecom|Location|Residence)$/;
/** Free text, in which a person may stand: shown where the script says what it has to be. */
const FREE_TEXT = /(Description|Reason|Diagnosis|Diagnoses|Interpretation|Text|Label|Trial)$/;
/** Longest value shown. */
const MOST_SHOWN = 60;

type Discreet = Pick<Discretion, 'text' | 'uid' | 'open'>;

/** The words of what a check saw; '' where it is not known. */
export function seenText(seen: CheckEvidence | undefined, discretion: Discreet): string {
  if (seen === undefined) return '';
  const { differences = [], missing = [], missingFiles = [], text = '', instance, file } = seen;
  const parts = differences.map((one) => {
    const { tag, expected, actual } = one;
    const hides = !discretion.open && isHidden(tag, expected);
    const value = (of: string | null): string => valueText(of, hides, discretion);
    const which = named(one.instance, one.file, discretion);
    return `${tag}: expected ${value(expected)}, arrived ${value(actual)}  (${which})`;
  });
  const lost = missing.map((uid, at) => named(uid, missingFiles[at], discretion)).join('; ');
  const told = discretion.text(text);
  if (lost !== '') parts.push(told === '' ? `missing ${lost}` : `${told}: ${lost}`);
  else if (told !== '') parts.push(told);
  const words = parts.join('; ');
  if (instance === undefined) return words;
  const which = named(instance, file, discretion);
  return words === '' ? which : `${words}  (${which})`;
}

/** `ct/CT_small.dcm, …0001`; a file may be called as a person. */
function named(uid: string, file: string | undefined, { uid: short, text }: Discreet): string {
  return file === undefined || file === '' ? short(uid) : `${text(file)}, ${short(uid)}`;
}

function isHidden(tag: string, expected: string | null): boolean {
  const keyword = tag.split('.').at(-1) ?? tag;
  return PERSONAL.test(keyword) || (expected === null && FREE_TEXT.test(keyword));
}

function valueText(value: string | null, hides: boolean, discretion: Discreet): string {
  if (value === null) return 'absent';
  if (hides) return '(hidden)';
  const text = discretion.text(value);
  return `"${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}"`;
}

/** Keeps the first failures of each check, by its name. */
export class CheckBook {
  readonly #examples = new Map<string, CheckExample[]>();
  readonly #detail: (line: string) => void;

  /** `detail` takes a line of errors.ndjson. */
  constructor(detail: (line: string) => void) {
    this.#detail = detail;
  }

  take(told: CheckedCase, discretion: Discreet): void {
    if (told.ok) return;
    const { name, group = '', scenario, vu, iteration, row, time: atMs = 0 } = told;
    const known = this.#examples.get(name) ?? [];
    if (known.length >= MOST_CHECK_EXAMPLES) return;
    const text = seenText(told.seen, discretion);
    this.#examples.set(name, [...known, { text, scenario, atMs }]);
    const about = { kind: 'check', check: name, group, row, scenario, vu, iteration, time: atMs };
    this.#detail(JSON.stringify({ ...about, seen: text }));
  }

  /** Of each check that failed. */
  get examples(): Readonly<Record<string, readonly CheckExample[]>> {
    return Object.fromEntries(this.#examples);
  }
}
