// Failures on their way to main: identical ones of one flush are folded, all are counted.
import type { MessagePort } from 'node:worker_threads';
import type { Fault } from '../../../api/bridge.ts';
import type { FailedInstance } from '../../metrics/summary.ts';
import { MOST_FAILED_INSTANCES } from '../../metrics/summary.ts';
import type { ErrorMessage } from '../../threads/samples.ts';
import type { Clock } from '../../threads/clock.ts';
import type { VuSlot } from '../vu-slot.ts';

type Folded = { -readonly [K in keyof ErrorMessage]: ErrorMessage[K] } & {
  instances?: FailedInstance[];
};

/** What a failure of an operation is told with. */
export interface OperationError {
  /** `C-STORE`, `A-ASSOCIATE`, … */
  readonly operation: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly calledAET?: string;
}

/** The instance a failure is about; asked at once, and of the first few of a kind only. */
export type AboutInstance = () => Omit<FailedInstance, 'atMs'>;

type Told = OperationError & Pick<ErrorMessage, 'stack' | 'vu' | 'iteration'>;

const MAX_GROUPS = 200;

/** A message without its numbers: what differs by VU, iteration or UID only is the same failure. */
function alike(message: string): string {
  return message.replace(/\d+(?:\.\d+)*/g, '#');
}

export class Errors {
  readonly #port: MessagePort;
  readonly #clock: Clock;
  readonly #scenarios: () => readonly { readonly name: string }[];
  readonly #folded = new Map<string, Folded>();

  constructor(
    port: MessagePort,
    clock: Clock,
    scenarios: () => readonly { readonly name: string }[],
  ) {
    this.#port = port;
    this.#clock = clock;
    this.#scenarios = scenarios;
  }

  /** An exception of the script; with `phase` other than `iteration`, of that function. */
  script(fault: Fault, vu: VuSlot | null, phase: string): void {
    const operation = phase === 'iteration' ? 'iteration' : phase;
    this.#add(`${operation} ${fault.code} ${alike(fault.message)}`, vu, {
      operation,
      code: fault.code,
      message:
        fault.name === undefined || fault.name === 'Error'
          ? fault.message
          : `${fault.name}: ${fault.message}`,
      ...(fault.hint === undefined ? {} : { hint: fault.hint }),
      ...(fault.stack === undefined ? {} : { stack: fault.stack }),
    });
  }

  /** A rejection that nobody awaited; ids of the VU and its scenario, negative where unknown. */
  floating(fault: Fault, from: { readonly vu: number; readonly scenario: number }): void {
    const { code, message, hint, stack } = fault;
    const scenario = this.#scenarios()[from.scenario]?.name;
    this.#fold(`unhandled rejection ${alike(message)}`, scenario, {
      operation: 'iteration',
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(stack === undefined ? {} : { stack }),
      ...(from.vu > 0 ? { vu: from.vu } : {}),
    });
  }

  /** A VU that was stopped and never came back; the first one is named. */
  stuck(vu: VuSlot, operation: string): void {
    const scenario = this.#scenarios()[vu.scenario]?.name ?? '';
    this.#add(`${operation} SCRIPT_NEVER_SETTLED`, vu, {
      operation,
      code: 'SCRIPT_NEVER_SETTLED',
      message: `VU ${vu.id} (${scenario}): it awaited a promise that nothing settles, and was given up`,
      hint: 'a promise of the script itself needs resolve() or reject() on every path',
    });
  }

  /** A failed request or association. */
  failed(error: OperationError, vu: VuSlot | null, about?: AboutInstance): void {
    const { operation, code, calledAET = '' } = error;
    const folded = this.#add(`${operation} ${code} ${calledAET}`, vu, error);
    if (about === undefined) return;
    const named = (folded.instances ??= []);
    if (named.length < MOST_FAILED_INSTANCES) {
      named.push({ ...about(), atMs: Math.round(this.#clock.now()) });
    }
  }

  #add(group: string, vu: VuSlot | null, more: Told): Folded {
    const scenario = vu === null ? undefined : this.#scenarios()[vu.scenario]?.name;
    const who = vu === null ? {} : { vu: vu.id, iteration: vu.iterations };
    return this.#fold(group, scenario, { ...more, ...who });
  }

  #fold(group: string, scenario: string | undefined, more: Told): Folded {
    const key = `${scenario ?? ''}\u0000${group}`;
    const known = this.#folded.get(key);
    if (known !== undefined) {
      known.count++;
      known.lastTime = this.#clock.now();
      return known;
    }
    if (this.#folded.size >= MAX_GROUPS) this.flush();
    const first: Folded = {
      kind: 'error',
      group,
      ...more,
      ...(scenario === undefined ? {} : { scenario }),
      time: this.#clock.now(),
      count: 1,
    };
    this.#folded.set(key, first);
    return first;
  }

  flush(): void {
    for (const message of this.#folded.values()) this.#port.postMessage(message);
    this.#folded.clear();
  }
}
