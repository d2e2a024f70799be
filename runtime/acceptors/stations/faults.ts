// What an acceptor does wrong on purpose, as data, and the dice that decide when.
import { parseDurationOrMs } from '../../../api/duration.ts';
import type { AcceptorFaults, Span } from '../../../api/k6/simulate.ts';
import type { AssociateDecision, AssociateIndication } from '../../dicom/scp/acceptor-types.ts';
import type { NegotiatedContext } from '../../dicom/ul/associate-request.ts';
import { ContextResult } from '../../dicom/ul/constants.ts';
import { chance, cycle, lognormal } from './chance.ts';
import { SpecError } from './spec-error.ts';
import { mustHaveKeys } from './spec-words.ts';

/** A-ASSOCIATE-RJ: transient, service-provider (presentation), local limit exceeded. */
const LOCAL_LIMIT = { result: 2, source: 3, reason: 2 } as const;
const DEFAULT_SIGMA = 0.5;

/** What happens to one store. */
export interface StoreFate {
  readonly abortAfter: number;
  readonly resetAfter: number;
  readonly answered: boolean;
}

/** Every fault of any acceptor; the last four are a router's. */
export const KNOWN_FAULTS: readonly string[] = [
  'delay',
  'status',
  'reject',
  'abortAfter',
  'resetAfter',
  'neverAnswer',
  'share',
  'contexts',
  'associationLimit',
  'down',
  'seed',
  'requests',
  'associate',
  'neverRelease',
  'drop',
  'duplicate',
  'corrupt',
  'forwardDelay',
];

/** Nothing happens to it. */
export const UNHARMED: StoreFate = { abortAfter: Infinity, resetAfter: Infinity, answered: true };
/** What is still open when it goes down is reset. */
const CUT_OFF: StoreFate = { ...UNHARMED, resetAfter: 0 };

/** Rolls once for each association and store. Without a fault of its kind it rolls nothing. */
export class FaultDice {
  /** How long the next C-STORE response waits, ms. */
  readonly delay: () => number;
  /** The status to answer instead of storing; 0 = store. */
  readonly status: () => number;
  readonly #faults: AcceptorFaults;
  readonly #rejects: () => boolean;
  readonly #harms: () => boolean;
  readonly #fate: StoreFate;
  readonly #down: readonly { readonly from: number; readonly to: number }[];
  readonly #now: () => number;
  readonly #started: number;

  /** @throws SpecError for a fault nobody knows, a time or a status that is none */
  constructor(faults: AcceptorFaults, now: () => number) {
    mustHaveKeys('faults', faults, KNOWN_FAULTS);
    const seed = faults.seed ?? 1;
    const { reject, abortAfter, resetAfter, neverAnswer } = faults;
    this.#faults = faults;
    this.#now = now;
    this.#started = now();
    this.#rejects = share(reject === undefined ? 0 : (reject.share ?? 1), seed + 4);
    const harmful = abortAfter !== undefined || resetAfter !== undefined || neverAnswer === true;
    this.#harms = share(harmful ? (faults.share ?? 1) : 0, seed + 3);
    this.#fate = {
      abortAfter: abortAfter ?? Infinity,
      resetAfter: resetAfter ?? Infinity,
      answered: neverAnswer !== true,
    };
    this.delay = delays(faults.delay, seed + 6);
    this.status = statuses(faults.status, seed + 5);
    this.#down = (faults.down ?? []).map(({ from, to }) => ({ from: span(from), to: span(to) }));
  }

  /** The rejection of an association; null = let it in. */
  refusal({ open }: AssociateIndication): AssociateDecision | null {
    const { reject, associationLimit } = this.#faults;
    const isFull = associationLimit !== undefined && open >= associationLimit;
    if (this.#isDown() || isFull) return { kind: 'reject', ...LOCAL_LIMIT };
    if (!this.#rejects()) return null;
    const { result, source, reason } = { ...LOCAL_LIMIT, ...reject };
    return { kind: 'reject', result, source, reason };
  }

  /** The contexts, those refused that these faults leave out. */
  contexts(answered: readonly NegotiatedContext[]): readonly NegotiatedContext[] {
    const { contexts } = this.#faults;
    if (contexts === undefined) return answered;
    const result = ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED;
    return answered.map((context) =>
      contexts !== 'none' && contexts.includes(context.abstractSyntax)
        ? context
        : { ...context, transferSyntax: '', result },
    );
  }

  /** What happens to the store that begins. */
  store(): StoreFate {
    if (this.#isDown()) return CUT_OFF;
    return this.#harms() ? this.#fate : UNHARMED;
  }

  #isDown(): boolean {
    const elapsed = this.#now() - this.#started;
    return this.#down.some(({ from, to }) => elapsed >= from && elapsed < to);
  }
}

/** Says yes that often. */
export function share(part: number | undefined, seed: number): () => boolean {
  if (part === undefined || part <= 0) return () => false;
  if (part >= 1) return () => true;
  const next = chance(seed);
  return () => next() < part;
}

/** Takes times in turn, or draws them. */
export function delays(delay: AcceptorFaults['delay'], seed: number): () => number {
  if (delay === undefined) return () => 0;
  if (typeof delay === 'object' && 'lognormal' in delay) {
    return lognormal(span(delay.lognormal), delay.sigma ?? DEFAULT_SIGMA, chance(seed));
  }
  return cycle(typeof delay === 'object' ? delay.map(span) : span(delay));
}

function statuses(status: AcceptorFaults['status'], seed: number): () => number {
  if (status === undefined) return () => 0;
  if (Array.isArray(status)) return cycle(status as readonly number[]);
  const shares = Object.entries(status).map(([hex, part]) => {
    const code = /^(0x)?[0-9a-f]{1,4}$/i.test(hex) ? parseInt(hex, 16) : NaN;
    if (Number.isNaN(code))
      throw new SpecError(`fault status "${hex}": must be hexadecimal, as A700`);
    return { code, part };
  });
  const next = chance(seed);
  return () => {
    let roll = next();
    for (const { code, part } of shares) {
      roll -= part;
      if (roll < 0) return code;
    }
    return 0;
  };
}

/**
 * A time in ms.
 * @throws SpecError when it is none
 */
export function span(value: Span): number {
  if (typeof value === 'number' && value >= 0) return value;
  const ns = typeof value === 'string' ? parseDurationOrMs(value) : null;
  if (ns !== null) return ns / 1e6;
  throw new SpecError(`"${String(value)}": must be ms or a time such as '40ms', '2s', '1m30s'`);
}
