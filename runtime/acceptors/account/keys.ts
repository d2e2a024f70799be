// UIDs as the account's keys: numbers for UIDs of this run, interned numbers for all others.
import { instanceOf, parseUid, sopUid, studyUid } from '../../dicom/pool/identity.ts';

/** First key of an instance whose UID is not of this run; the second is its interned number. */
export const FOREIGN = -1;

/** What a SOP Instance UID is to the account. */
export interface InstanceKey {
  readonly a: number;
  readonly b: number;
  /** Study number; NaN for a foreign UID whose study is not known. */
  readonly study: number;
}

/** UIDs <-> numbers of one account. Numbers of foreign UIDs are recycled never, UIDs forgotten. */
export class Keys {
  readonly #run: string;
  readonly #numbers = new Map<string, number>();
  readonly #uids = new Map<number, string>();
  #last = 0;

  constructor(run: string) {
    this.#run = run;
  }

  /** The key of a SOP Instance UID; `study` = its Study Instance UID where that is known. */
  instance(uid: string, study?: string): InstanceKey {
    const own = parseUid(this.#run, uid);
    if (own !== null) return { a: own.study, b: own.member, study: own.study };
    return {
      a: FOREIGN,
      b: this.#intern(uid),
      study: study === undefined ? NaN : this.study(study),
    };
  }

  /** The number of a Study Instance UID; negative for a foreign one. */
  study(uid: string): number {
    const own = parseUid(this.#run, uid);
    return own !== null && instanceOf(own.member) === 0 ? own.study : -this.#intern(uid);
  }

  /** SOP Instance UID of a key. */
  uid(a: number, b: number): string {
    if (a === FOREIGN) return this.#uids.get(b) ?? `(instance ${b})`;
    return sopUid(this.#run, a, b);
  }

  /** Study Instance UID of a study number. */
  studyUid(study: number): string {
    if (study < 0) return this.#uids.get(-study) ?? `(study ${-study})`;
    return studyUid(this.#run, study);
  }

  /** The account dropped an instance. */
  forget(a: number, b: number): void {
    if (a === FOREIGN) this.#release(b);
  }

  /** The account dropped a study. */
  forgetStudy(study: number): void {
    if (study < 0) this.#release(-study);
  }

  /** Foreign UIDs held now. */
  get size(): number {
    return this.#numbers.size;
  }

  #intern(uid: string): number {
    let number = this.#numbers.get(uid);
    if (number === undefined) {
      number = ++this.#last;
      this.#numbers.set(uid, number);
      this.#uids.set(number, uid);
    }
    return number;
  }

  #release(number: number): void {
    const uid = this.#uids.get(number);
    if (uid === undefined) return;
    this.#uids.delete(number);
    this.#numbers.delete(uid);
  }
}
