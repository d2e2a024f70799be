// Who waits for which study, and the judgement when all is there or the time is up.
import { NO_SLOT } from './instances.ts';
import type { Account } from './account.ts';
import type { StudyWatcher } from './listener.ts';
import { MOST_DIFFERENCES } from './delivery.ts';
import { Comparison } from './pixels/hashes.ts';
import type { Version } from './contents.ts';
import type { SentInstance } from './sent-headers.ts';
import type { Expectation, TagDifference, TagWish } from './delivery.ts';
import type { Delivery } from '../../../api/dicom/delivery/delivered.ts';
import { Looks } from '../patterns/pattern.ts';
import type { TagFindings } from './tag-wishes.ts';

interface Waiter {
  readonly expectation: Expectation;
  readonly study: number;
  readonly asked: number;
  readonly deadline: number;
  /** When the answer is due, as far as is known: after the quiet time, or at the deadline. */
  due: number;
}

/** What is remembered of a study whose entries are gone: it had arrived whole. */
interface Finished {
  readonly sends: number;
  readonly accepted: number;
  readonly duplicated: number;
  readonly corrupted: number;
  readonly notCompared: number;
}

/** Finished studies remembered for late questions: between this and twice as many. */
const GENERATION = 32_768;

/** What a judgement needs beyond the account. */
export interface Witness {
  /** SOP Instance UID of an instance. */
  uid(a: number, b: number): string;
  /** Name of the file that a prototype was read from, '' without one. */
  file?(prototype: number): string;
  /** How a kept header differs from what was sent, `except` left out; absent = not looked at. */
  changes?(
    uid: string,
    sent: SentInstance,
    header: unknown,
    except: readonly string[],
  ): readonly TagDifference[];
  /** How the elements of a kept header differ from what is wanted. */
  differences(
    instance: string,
    header: unknown,
    tags: Readonly<Record<string, TagWish>>,
    looks: Looks,
  ): TagFindings;
}

/** The waiting questions about one account, which tells it what happens and knows nothing of it. */
export class Expectations implements StudyWatcher {
  readonly #account: Account;
  readonly #waiting = new Map<number, Waiter[]>();
  #count = 0;
  /** Two generations: a Map that loses its oldest key one by one gets slow. */
  #youngFinished = new Map<number, Finished>();
  #oldFinished = new Map<number, Finished>();
  readonly #witness: Witness;

  constructor(account: Account, witness: Witness) {
    this.#account = account;
    this.#witness = witness;
    account.subscribe(this);
  }

  /** Questions not answered yet. */
  get size(): number {
    return this.#count;
  }

  /** A question about a study; answered now, or from a later call. */
  expect(expectation: Expectation, now: number): void {
    const study = this.#account.watch(expectation.study);
    const deadline = now + expectation.timeoutMs;
    const waiter = { expectation, study, asked: now, deadline, due: deadline };
    const waiters = this.#waiting.get(study);
    if (waiters === undefined) this.#waiting.set(study, [waiter]);
    else waiters.push(waiter);
    this.#count++;
    this.touched(study, now);
  }

  /** Something of a watched study happened: answers whoever has all he waited for. */
  touched(study: number, now: number): void {
    for (const waiter of this.#waiting.get(study) ?? []) {
      const { deadline, expectation } = waiter;
      if (!this.#isComplete(study, expectation)) waiter.due = deadline;
      else {
        const lastArrival = this.#account.studies.lastArrival[study] ?? -Infinity;
        const since = lastArrival === -Infinity ? waiter.asked : lastArrival;
        waiter.due = Math.min(deadline, since + expectation.quietMs);
      }
    }
    this.#answerDue(study, now);
  }

  /** Looks at the clock: quiet times that passed, and timeouts. Every ~20 ms while any wait. */
  ticked(now: number): void {
    for (const study of [...this.#waiting.keys()]) this.#answerDue(study, now);
  }

  #answerDue(study: number, now: number): void {
    const waiters = this.#waiting.get(study);
    if (waiters === undefined || waiters.every(({ due }) => due > now)) return;
    const still: Waiter[] = [];
    for (const waiter of waiters) {
      if (waiter.due > now) still.push(waiter);
      else this.#judge(waiter, now);
    }
    if (still.length > 0) this.#waiting.set(study, still);
    else {
      this.#waiting.delete(study);
      this.#account.unwatch(study);
    }
  }

  /** The account closes: everybody gets his answer now. */
  closing(now: number): void {
    const waiting = [...this.#waiting.entries()];
    this.#waiting.clear();
    for (const [study, waiters] of waiting) {
      for (const waiter of waiters) this.#judge(waiter, now);
      this.#account.unwatch(study);
    }
  }

  /** The last entry of a study is gone. */
  finished(study: number): void {
    const { studies } = this.#account;
    if ((studies.accepted[study] ?? 0) === 0) return;
    this.#youngFinished.set(studies.keyA[study] ?? 0, this.#gone(study));
    if (this.#youngFinished.size < GENERATION) return;
    this.#oldFinished = this.#youngFinished;
    this.#youngFinished = new Map();
  }

  /** What was counted of the dropped entries of a study, in this life and in earlier ones. */
  #gone(study: number): Finished {
    const { studies } = this.#account;
    const before = this.#finishedBefore(studies.keyA[study] ?? 0);
    return {
      sends: (studies.sends[study] ?? 0) + (before?.sends ?? 0),
      accepted: (studies.accepted[study] ?? 0) + (before?.accepted ?? 0),
      duplicated: (studies.duplicated[study] ?? 0) + (before?.duplicated ?? 0),
      corrupted: (studies.corrupted[study] ?? 0) + (before?.corrupted ?? 0),
      notCompared: (studies.notCompared[study] ?? 0) + (before?.notCompared ?? 0),
    };
  }

  #finishedBefore(number: number): Finished | undefined {
    return this.#youngFinished.get(number) ?? this.#oldFinished.get(number);
  }

  #isComplete(study: number, expectation: Expectation): boolean {
    const { studies, instances } = this.#account;
    // Refused: nothing of it can be waited for.
    if (expectation.instance !== undefined && expectation.accepted === 0) return true;
    if (expectation.instance !== undefined) {
      const slot = instances.find(expectation.instance[0], expectation.instance[1]);
      if (slot === NO_SLOT) return this.#finishedBefore(expectation.study) !== undefined;
      return (instances.sends[slot] ?? 0) > 0 && (instances.arrivals[slot] ?? 0) > 0;
    }
    const gone = this.#finishedBefore(studies.keyA[study] ?? 0)?.sends ?? 0;
    // Rows come before questions on a worker's port: all rows of its own stores to here are known.
    if ((studies.sends[study] ?? 0) + gone === 0 && expectation.accepted > 0) return false;
    return studies.joined[study] === studies.accepted[study];
  }

  #judge(waiter: Waiter, now: number): void {
    const { expectation, study } = waiter;
    this.#count--;
    const complete = this.#isComplete(study, expectation);
    const verdict = newVerdict();
    if (expectation.instance === undefined) this.#judgeStudy(study, expectation, verdict);
    else {
      const slot = this.#account.instances.find(expectation.instance[0], expectation.instance[1]);
      if (slot !== NO_SLOT) this.#judgeInstance(slot, expectation, verdict);
      else if (!complete) this.#neverSeen(expectation.instance, verdict);
    }
    const { looks, later, ...judged } = verdict;
    const rest = {
      associations: this.#account.studies.associationsOf(study),
      outOfOrder: this.#account.studies.outOfOrder[study] ?? 0,
      complete,
      durationMs: now - waiter.asked,
    };
    const answer = (): void => {
      const delivery: Delivery = { ...judged, ...rest };
      expectation.answer(delivery);
    };
    if (later.length === 0) answer();
    else {
      // why: all that was here is judged as it was now, however long the patterns take
      looks.fetch(() => {
        const found = later.flatMap((difference) => difference() ?? []);
        judged.wrongTags += found.length;
        const room = Math.max(0, MOST_DIFFERENCES - judged.differences.length);
        judged.differences.push(...found.slice(0, room));
        answer();
      });
    }
  }

  #neverSeen(instance: readonly [number, number], verdict: Verdict): void {
    verdict.expected++;
    verdict.missing++;
    verdict.missingInstances.push(this.#witness.uid(instance[0], instance[1]));
    verdict.missingFiles.push('');
  }

  #judgeStudy(study: number, expectation: Expectation, verdict: Verdict): void {
    const { studies, instances } = this.#account;
    let slot = studies.head[study] ?? NO_SLOT;
    while (slot !== NO_SLOT) {
      this.#judgeInstance(slot, expectation, verdict);
      slot = instances.next[slot] ?? NO_SLOT;
    }
    const { sends, ...gone } = this.#gone(study);
    // Dropped entries of this study, in this life and in earlier ones, had all arrived.
    const dropped = gone.accepted - verdict.expected;
    verdict.expected += dropped;
    verdict.arrived += dropped;
    verdict.duplicated += gone.duplicated;
    verdict.pixelsChanged += gone.corrupted;
    verdict.notCompared += gone.notCompared;
    // Accepted, but by a peer that does not deliver to here: said loudly, as missing.
    if (sends === 0) {
      verdict.expected += expectation.accepted;
      verdict.missing += expectation.accepted;
    }
  }

  #judgeInstance(slot: number, expectation: Expectation, verdict: Verdict): void {
    const { instances } = this.#account;
    const sends = instances.sends[slot] ?? 0;
    const arrivals = instances.arrivals[slot] ?? 0;
    if (sends === 0) {
      if (arrivals > 0) verdict.unexpected++;
      return;
    }
    verdict.expected++;
    if (arrivals === 0) {
      verdict.missing++;
      if (verdict.missingInstances.length >= MOST_DIFFERENCES) return;
      const uid = this.#witness.uid(instances.keyA[slot] ?? 0, instances.keyB[slot] ?? 0);
      verdict.missingInstances.push(uid);
      verdict.missingFiles.push(this.#fileOf(slot));
      return;
    }
    verdict.arrived++;
    if (arrivals > sends) verdict.duplicated += arrivals - sends;
    const found = this.#account.contents.compare(slot);
    if (found === Comparison.CHANGED) verdict.pixelsChanged++;
    else if (found !== null && found !== Comparison.EQUAL) verdict.notCompared++;
    this.#judgeHeader(slot, expectation, verdict);
  }

  #fileOf(slot: number): string {
    const { instances } = this.#account;
    return this.#witness.file?.(instances.prototype[slot] ?? -1) ?? '';
  }

  #judgeHeader(slot: number, { tags }: Expectation, verdict: Verdict): void {
    const witness = this.#witness;
    if (tags === undefined && witness.changes === undefined) return;
    const { instances } = this.#account;
    const a = instances.keyA[slot] ?? 0;
    const b = instances.keyB[slot] ?? 0;
    const header = this.#account.headers.get(slot);
    const uid = witness.uid(a, b);
    const { now: wrong, later } =
      tags === undefined ? NOTHING : witness.differences(uid, header, tags, verdict.looks);
    const except = Object.keys(tags ?? {});
    const changed =
      header === undefined
        ? []
        : fewest(
            this.#account.contents.versions(slot),
            (version) => witness.changes?.(uid, { a, b, ...version }, header, except) ?? [],
          );
    verdict.wrongTags += wrong.length;
    verdict.changedTags += changed.length;
    const room = Math.max(0, MOST_DIFFERENCES - verdict.differences.length);
    const file = this.#fileOf(slot);
    const named = (one: TagDifference): TagDifference => (file === '' ? one : { ...one, file });
    verdict.differences.push(...[...wrong, ...changed].slice(0, room).map(named));
    for (const judge of later) {
      verdict.later.push(() => {
        const found = judge();
        return found === null ? null : named(found);
      });
    }
  }
}

const NOTHING: TagFindings = { now: [], later: [] };

/** Against the accepted send that it is most like. */
function fewest<T>(versions: readonly Version[], of: (version: Version) => readonly T[]) {
  let best: readonly T[] | null = null;
  for (const version of versions) {
    const found = of(version);
    if (best === null || found.length < best.length) best = found;
    if (best.length === 0) break;
  }
  return best ?? [];
}

/** What is counted of a delivery, instance by instance. */
interface Verdict extends Omit<
  Delivery,
  'associations' | 'outOfOrder' | 'complete' | 'durationMs'
> {
  /** Patterns that are tried elsewhere, and what is judged when they have answered. */
  readonly looks: Looks;
  readonly later: TagFindings['later'][number][];
}

function newVerdict(): Verdict {
  return {
    expected: 0,
    arrived: 0,
    missing: 0,
    duplicated: 0,
    unexpected: 0,
    pixelsChanged: 0,
    notCompared: 0,
    wrongTags: 0,
    changedTags: 0,
    differences: [],
    missingInstances: [],
    missingFiles: [],
    looks: new Looks(),
    later: [],
  };
}
