// What a station does wrong on purpose to all that it takes, and when; rules are in request-faults.
import type { AcceptorFaults } from '../../../api/k6/simulate.ts';
import type { AssociateDecision, AssociateIndication } from '../../dicom/scp/acceptor-types.ts';
import type { NegotiatedContext } from '../../dicom/ul/associate-request.ts';
import { ContextResult } from '../../dicom/ul/constants.ts';
import { type CutPoints, delays, share, statuses } from '../../dicom/scp/draw.ts';
import { chance } from './chance.ts';
import { delayTurns, span, statusTurns } from './fault-words.ts';
import { mustHaveKeys } from './spec-words.ts';

/** A-ASSOCIATE-RJ: transient, service-provider (presentation), local limit exceeded. */
const LOCAL_LIMIT = { result: 2, source: 3, reason: 2 } as const;

/** What happens to one store. */
export interface StoreFate extends CutPoints {
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
export const UNHARMED: StoreFate = { answered: true };
/** What is still open when it goes down is reset. */
const CUT_OFF: StoreFate = { ...UNHARMED, resetAfter: 0 };

/**
 * A station's own faults: it is full, it is down, it refuses or harms a share of what comes. They
 * happen to what the station takes and counts, each independent of the others; a rule (FaultHandler)
 * stands in front of the station, and the first that fits is the only one. Both draw alike.
 * Rolls once for each association and store; without a fault of its kind it rolls nothing.
 */
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
    this.#rejects = share(reject === undefined ? 0 : (reject.share ?? 1), chance(seed + 4));
    const harmful = abortAfter !== undefined || resetAfter !== undefined || neverAnswer === true;
    this.#harms = share(harmful ? (faults.share ?? 1) : 0, chance(seed + 3));
    this.#fate = {
      ...(abortAfter === undefined ? {} : { abortAfter }),
      ...(resetAfter === undefined ? {} : { resetAfter }),
      answered: neverAnswer !== true,
    };
    this.delay = delays(delayTurns(faults.delay), chance(seed + 6));
    this.status = statuses(statusTurns(faults.status), chance(seed + 5));
    this.#down = (faults.down ?? []).map(({ from, to }) => ({ from: span(from), to: span(to) }));
  }

  /** The rejection of an association; null = let it in. */
  refusal({ open }: Pick<AssociateIndication, 'open'>): AssociateDecision | null {
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
