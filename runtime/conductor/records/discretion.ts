// What results may say of patients and instances: UIDs by their tails, names of persons not at all.
// Peers send free text (error comments), and scripts throw it on; it is looked at once, where a
// failure first enters the results, and never for what went well.

// Each pattern begins where a word begins: a long word is gone through once.
/** Three or more numbers with dots in between. */
const DOTTED = /(?<!\d)\d+(?:\.\d+){2,}/g;
/** UIDs that the standard itself gives out: SOP classes, transfer syntaxes; never of a patient. */
const STANDARD_ROOT = '1.2.840.10008.';
/** With fewer numbers and characters it may be an address or a version. */
const LEAST_NUMBERS = 5;
const LONGEST_ADDRESS = '255.255.255.255'.length;
/**
 * A person name as data elements have it, `FAMILY^GIVEN` (PS3.5 §6.2.1.2), with the words of a family
 * or given name of several (`VAN DER BERG^ANNA MARIA`), and without a family name (`^ANNA`).
 */
const PERSON_NAME = personName();

function personName(): RegExp {
  const part = "[\\p{L}\\p{M}\\p{N}'’._-]";
  const capital = `[\\p{Lu}\\p{Lt}\\p{Lo}\\p{N}]${part}*`;
  const particle = '(?:af|al|bin|da|de|del|den|der|des|di|dos|du|el|ibn|la|le|ten|ter|van|von|zu)';
  // why: bounded repeats, so that no text of a peer takes long
  const before = `(?:(?:${capital}|${particle}) {1,3}){0,6}`;
  const after = `(?:(?: {1,3}(?:${capital}|${particle})(?!${part}))){0,6}`;
  // why the slash: `/^X` is a regular expression of a script
  return new RegExp(
    `(?<!${part}|/(?=\\^))${before}(?:${part}+ {0,3})?(?:\\^ {0,3}(?:${part}+${after})?)+`,
    'gu',
  );
}

/** What a peer sent where it broke the protocol: four bytes say what it was taken for. */
const WIRE_BYTES = /\bbytes ([0-9a-f]{8})[0-9a-f]+/g;
const TAIL_LENGTH = 8;
/** Series and instance at the end of a UID of our own. */
const OWN_MEMBER = 10;

/** How a run speaks of instances; with `--phi-ok` everything stands as it came. */
export class Discretion {
  /** Everything may be told (`--phi-ok`). */
  readonly open: boolean;
  readonly #run: string;

  /** @param run number of the run, which all UIDs made in it contain */
  constructor(open: boolean, run: string) {
    this.open = open;
    this.#run = run;
  }

  /**
   * A UID as results may show it: its last 8 characters, half of a short one. Of a UID made in this
   * run, whose end is counted and says nothing of anybody, all that tells it from the others.
   */
  readonly uid = (uid: string): string => {
    // Of another process of the run it comes shortened.
    if (this.open || uid.startsWith('…')) return uid;
    const at = uid.indexOf(this.#run);
    if (at < 0) return `…${uid.slice(-Math.min(TAIL_LENGTH, uid.length >> 1))}`;
    const counted = uid.slice(at + this.#run.length);
    const member = counted.slice(-OWN_MEMBER);
    return `…${counted.slice(0, -OWN_MEMBER).replace(/^0+/, '')}${member}`;
  };

  /** A text with UIDs and bytes in it shortened and names of persons left out. */
  readonly text = (text: string): string => {
    if (this.open) return text;
    return text
      .replace(DOTTED, (dotted) => (isUid(dotted) ? this.uid(dotted) : dotted))
      .replace(PERSON_NAME, (name) => (/\p{L}/u.test(name) ? '…^…' : name))
      .replace(WIRE_BYTES, 'bytes $1…');
  };
}

function isUid(dotted: string): boolean {
  if (dotted.startsWith(STANDARD_ROOT)) return false;
  return dotted.length > LONGEST_ADDRESS || dotted.split('.').length >= LEAST_NUMBERS;
}
