// The answer to a C-STORE: the call itself, so that a store makes one object. Everything but the
// status is worked out when it is read.
import { statusClass } from '../abi.ts';
import { Answer, Op, type Fault } from '../bridge.ts';
import { Call } from '../sandbox/calls.ts';
import { hostText, ringText } from '../sandbox/door.ts';
import { IterationInterrupted, errorOf } from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';
import type { Dataset } from './data.ts';
import type { Outcome, Phases, StoreResult } from './types.ts';

/** PS3.7 Annex C: what a status of C-STORE (and most services) means. */
export function outcomeOf(status: number): Outcome {
  const found = statusClass(status);
  // Nothing follows a pending status here: it is no answer.
  return found === 'pending' ? 'failure' : found;
}

/** Phases of a request by its serial: kept by the host for the last 65,536 requests. */
export function phasesOf(vu: Vu, serial: number): Phases {
  ringText(Op.PHASES, vu.slot, '', serial);
  const [duration = NaN, sending = NaN, waiting = NaN, receiving = NaN] = hostText()
    .split(',')
    .map(Number);
  return { duration, sending, waiting, receiving };
}

export class StoreCall extends Call implements StoreResult {
  readonly instance: Dataset;
  #read: Phases | null;

  constructor(vu: Vu, instance: Dataset) {
    super(vu);
    this.instance = instance;
    this.#read = null;
  }

  get status(): number {
    return this.value;
  }
  get ok(): boolean {
    const outcome = this.outcome;
    return outcome === 'success' || outcome === 'warning';
  }
  get outcome(): Outcome {
    return this.kind === Answer.JSON ? 'injected' : outcomeOf(this.value);
  }
  get comment(): string {
    return this.kind === Answer.STATUS ? this.text : '';
  }
  get phases(): Phases {
    return (this.#read ??= phasesOf(this.vu, this.serial));
  }
  toJSON(): unknown {
    const { status, ok, outcome, comment } = this;
    return {
      status: `0x${status.toString(16).toUpperCase().padStart(4, '0')}`,
      ok,
      outcome,
      comment,
    };
  }
}

/** Throws what made an answer impossible. */
export function throwIfFailed(call: Call): void {
  if (call.kind === Answer.FAILURE) throw errorOf(JSON.parse(call.text) as Fault);
  if (call.kind === Answer.INTERRUPTED) throw new IterationInterrupted();
}
