// The accounts of a thread's receivers: routes get numbers, tallies become samples, questions reach
// the account they are about.
import { StationWork } from '../../threads/state.ts';
import { atWork } from '../at-work.ts';
import type { MissingInstance, RouteAccount, StrayInstance } from '../../threads/delivery.ts';
import { Account } from './account.ts';
import type { AcceptedRow, ArrivalRow } from './rows.ts';
import type { TagWish } from './delivery.ts';
import type { Delivery } from '../../../api/dicom/delivery/delivered.ts';
import { Expectations } from './expectations.ts';
import type { Witness } from './expectations.ts';
import type { FileNames } from '../../dicom/pool/file-names.ts';
import type { HashNumbers } from './pixels/hashes.ts';
import type { KeptHeader } from './headers/header.ts';
import { Keys } from './keys.ts';
import type { SentHeaders } from './sent-headers.ts';
import { TallySamples } from '../samples.ts';
import type { NamedSamples } from '../samples.ts';
import type { Clock } from '../../threads/clock.ts';
import { compileWishes, judgeWishes } from './tag-wishes.ts';
import type { Wishes } from './tag-wishes.ts';
import { addTally, newTally, routeAccount } from './tally.ts';
import type { Tally } from './tally.ts';

export interface DeskOptions {
  readonly runNumber: string;
  readonly settleMs: number;
  readonly horizonMs: number;
  /** So many missing instances are named at the end; more are only counted. */
  readonly mostMissing: number;
  /** So many arrivals that nobody here sent are named; none where no other process could have. */
  readonly mostStrays?: number;
  readonly samples: NamedSamples;
  readonly clock: Pick<Clock, 'at' | 'reading'>;
  readonly hashes: HashNumbers;
  readonly sent: SentHeaders;
  readonly files: FileNames;
}

/** What a receiver wants of its account. */
export interface DeskSpec {
  readonly settleMs?: number | undefined;
  /** What is compared with what was sent: nothing, pixels (default), or headers, too. */
  readonly verify?: 'counts' | 'pixels' | 'full' | undefined;
}

/** One receiver's account with what it needs to speak of UIDs. */
export interface ReceiverDesk {
  readonly account: Account;
  readonly keys: Keys;
  readonly expectations: Expectations;
}

interface Route {
  readonly name: string;
  readonly scenario: string;
  readonly receiver: number;
  readonly samples: TallySamples;
}

/** A question of a script, as it came. */
export interface Question {
  readonly ticket: number;
  readonly study: number | string;
  readonly member?: number | string;
  readonly accepted: number;
  readonly timeoutMs: number;
  readonly quietMs: number;
  readonly tags?: Readonly<Record<string, unknown>>;
}

/** All accounts of one acceptor thread. */
export class Desk {
  readonly missing: MissingInstance[] = [];
  readonly strays: StrayInstance[] = [];
  readonly #options: DeskOptions;
  readonly #receivers = new Map<number, ReceiverDesk>();
  readonly #routes: Route[] = [];
  readonly #routeNumbers = new Map<string, number>();
  readonly #straySamples = new Map<number, TallySamples>();
  readonly #names = new Map<number, string>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  get runNumber(): string {
    return this.#options.runNumber;
  }

  /** Opens the account of a receiver. */
  open(receiver: number, name: string, spec: DeskSpec = {}): ReceiverDesk {
    const { runNumber, horizonMs, sent, files } = this.#options;
    const keys = new Keys(runNumber);
    const witness: Witness = {
      uid: (a, b) => keys.uid(a, b),
      file: (prototype) => files.of(prototype),
      differences: (instance, header, tags, looks) => {
        atWork(StationWork.EXPECT, receiver);
        return judgeWishes(instance, header as KeptHeader | undefined, this.#wishes(tags), looks);
      },
    };
    if (spec.verify === 'full') {
      witness.changes = (uid, instance, header, except) =>
        sent.changes(uid, instance, header as KeptHeader, except);
    }
    const options = {
      settleMs: spec.settleMs ?? this.#options.settleMs,
      horizonMs,
      name,
      ...(spec.verify === 'counts' ? {} : { pixels: this.#options.hashes }),
    };
    const account = new Account(options, this.#listener(receiver, keys));
    const expectations = new Expectations(account, witness);
    const desk = { account, keys, expectations };
    this.#receivers.set(receiver, desk);
    this.#names.set(receiver, name);
    return desk;
  }

  /** The number of a route that delivers to a receiver; opens its account. */
  route(name: string, receiver: number, scenario: string): number {
    const key = `${receiver}\n${scenario}\n${name}`;
    let number = this.#routeNumbers.get(key);
    if (number !== undefined) return number;
    number = this.#routes.length;
    this.#routeNumbers.set(key, number);
    const tags: Record<string, string> = { route: name };
    if (scenario !== '') tags['scenario'] = scenario;
    const samples = new TallySamples(this.#options.samples, tags);
    this.#routes.push({ name, scenario, receiver, samples });
    this.#receivers.get(receiver)?.account.addRoute(number);
    return number;
  }

  receiverOf(route: number): ReceiverDesk | undefined {
    const receiver = this.#routes[route]?.receiver;
    return receiver === undefined ? undefined : this.#receivers.get(receiver);
  }

  /** When another thread did what it has stamped, by the clock of this one. */
  reading(stamp: number): number {
    return this.#options.clock.reading(stamp);
  }

  accept(route: number, row: AcceptedRow, now: number): void {
    this.receiverOf(route)?.account.accept(row, now);
  }

  arrive(receiver: number, row: ArrivalRow, now: number): void {
    this.#receivers.get(receiver)?.account.arrive(row, now);
  }

  /**
   * Asks; `answer` is called once, now or later.
   * @throws DataError for a tag nobody knows, SyntaxError for a bad pattern
   */
  ask(
    receiver: number,
    question: Question,
    now: number,
    answer: (delivery: Delivery) => void,
  ): void {
    const desk = this.#receivers.get(receiver);
    if (desk === undefined) throw new Error(`expect: this thread has no receiver ${receiver}`);
    const { keys, expectations } = desk;
    const { study, member } = question;
    const tags = question.tags as Readonly<Record<string, TagWish>> | undefined;
    if (tags !== undefined) this.#wishes(tags);
    const number = typeof study === 'number' ? study : keys.study(study);
    const instance = member === undefined ? undefined : instanceKey(keys, number, member);
    const { ticket, accepted, timeoutMs, quietMs } = question;
    const asked = { ticket, study: number, accepted, timeoutMs, quietMs, answer };
    const wanted = instance === undefined ? asked : { ...asked, instance };
    expectations.expect(tags === undefined ? wanted : { ...wanted, tags }, now);
  }

  /** Time passes: entries are dropped, questions answered, counters emitted. */
  sweep(now: number): void {
    for (const { account } of this.#receivers.values()) account.sweep(now);
    this.#emit(now);
  }

  /** Questions that wait for their answer. */
  waiting(): number {
    let sum = 0;
    for (const { expectations } of this.#receivers.values()) sum += expectations.size;
    return sum;
  }

  /** Answers questions whose time has come. */
  tick(now: number): void {
    for (const { expectations } of this.#receivers.values()) expectations.ticked(now);
  }

  /** Accepted instances still on their way. */
  outstanding(): number {
    let sum = 0;
    for (const { account } of this.#receivers.values()) sum += account.outstanding;
    return sum;
  }

  /** When something last happened. */
  lastEvent(): number {
    let last = -Infinity;
    for (const { account } of this.#receivers.values()) last = Math.max(last, account.lastEvent);
    return last;
  }

  /** Closes every account: what is not here is missing. */
  close(now: number): readonly RouteAccount[] {
    for (const { account } of this.#receivers.values()) account.close(now);
    this.#emit(now);
    const sums = new Map<string, Tally>();
    this.#routes.forEach(({ name, receiver }, number) => {
      const tally = this.#receivers.get(receiver)?.account.tallies[number];
      if (tally === undefined) return;
      let sum = sums.get(name);
      if (sum === undefined) sums.set(name, (sum = newTally()));
      addTally(sum, tally);
    });
    for (const [receiver, { account }] of this.#receivers) {
      if (account.stray.unexpected > 0) sums.set(this.#strayName(receiver), account.stray);
    }
    return [...sums].map(([route, tally]) => routeAccount(route, tally));
  }

  #emit(now: number): void {
    this.#routes.forEach(({ receiver, samples }, number) => {
      const tally = this.#receivers.get(receiver)?.account.tallies[number];
      if (tally !== undefined) samples.emit(tally, now);
    });
    for (const [receiver, { account }] of this.#receivers) {
      if (account.stray.unexpected === 0) continue;
      let samples = this.#straySamples.get(receiver);
      if (samples === undefined) {
        samples = new TallySamples(this.#options.samples, { route: this.#strayName(receiver) });
        this.#straySamples.set(receiver, samples);
      }
      samples.emit(account.stray, now);
    }
  }

  #strayName(receiver: number): string {
    return `(${this.#names.get(receiver) ?? 'receiver'}, no route)`;
  }

  #listener(receiver: number, keys: Keys): ConstructorParameters<typeof Account>[1] {
    const { samples, mostMissing, mostStrays = 0 } = this.#options;
    return {
      delivered: (route, durationMs, at) => {
        const series = this.#routes[route]?.samples.duration;
        if (series !== undefined) samples.addRead(series, durationMs, at);
      },
      dropped: (a, b) => keys.forget(a, b),
      finished: (study) => keys.forgetStudy(study),
      missing: (a, b, { study, route, prototype, sent }) => {
        if (this.missing.length >= mostMissing) return;
        const { file, modality } = this.#options.files.facts(prototype);
        this.missing.push({
          sopInstanceUid: keys.uid(a, b),
          studyUid: keys.studyUid(study),
          route: this.#routes[route]?.name ?? '',
          scenario: this.#routes[route]?.scenario ?? '',
          ...(file === '' ? {} : { file }),
          ...(modality === '' ? {} : { modality }),
          sentMs: this.#options.clock.at(sent),
        });
      },
      stray: (a, b, { route, arrivals, arrived, counted }) => {
        if (this.strays.length >= mostStrays) return;
        const { name = this.#strayName(receiver), scenario = '' } = this.#routes[route] ?? {};
        const sopInstanceUid = keys.uid(a, b);
        const came = { arrivals, arrivedMs: this.#options.clock.at(arrived), counted };
        this.strays.push({ sopInstanceUid, route: name, scenario, ...came });
      },
    };
  }

  /** Compiled wishes, by identity of the object that asked. */
  readonly #compiled = new WeakMap<object, Wishes>();

  #wishes(tags: Readonly<Record<string, TagWish>>): Wishes {
    let wishes = this.#compiled.get(tags);
    if (wishes === undefined) this.#compiled.set(tags, (wishes = compileWishes(tags)));
    return wishes;
  }
}

function instanceKey(
  keys: Keys,
  study: number,
  member: number | string,
): readonly [number, number] {
  if (typeof member === 'number') return [study, member];
  const { a, b } = keys.instance(member);
  return [a, b];
}
