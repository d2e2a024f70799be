// Waiting for one message of a thread, with a time limit, its failure and its death.
import { DicomRunError, ExitCode } from '../../errors.ts';
import { LONGEST_TIMER_MS } from '../../executors/duration.ts';
import type { ScriptFault } from '../../threads/samples.ts';

/** A script's fault in `load`, `prepare`, `setup`, `teardown` or `handleSummary`. */
export class FaultError extends Error {
  readonly phase: string;
  readonly fault: ScriptFault;

  constructor(phase: string, fault: ScriptFault) {
    super(fault.message);
    this.name = 'FaultError';
    this.phase = phase;
    this.fault = fault;
  }
}

interface Waiter {
  readonly kind: string;
  readonly resolve: (message: { readonly kind: string }) => void;
  readonly reject: (reason: Error) => void;
  timer: NodeJS.Timeout | undefined;
}

/** How long to wait, and the phase to name when it takes longer. */
export interface WaitLimit {
  readonly phase: string;
  /** Without it there is no limit. */
  readonly timeoutMs?: number;
}

/** At most one waiter per message kind. */
export class Mailbox<Message extends { readonly kind: string }> {
  readonly #waiters = new Map<string, Waiter>();
  #dead: Error | null = null;

  /** Resolves with the next message of this kind; rejects with FaultError or when the thread dies. */
  wait<K extends Message['kind']>(
    kind: K,
    limit: WaitLimit,
  ): Promise<Extract<Message, { readonly kind: K }>> {
    if (this.#dead !== null) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      const timer =
        limit.timeoutMs === undefined ? undefined : this.#limit(kind, limit, limit.timeoutMs);
      this.#waiters.set(kind, {
        kind,
        resolve: resolve as (message: { readonly kind: string }) => void,
        reject,
        timer,
      });
    });
  }

  /** Gives the message to its waiter; false when nobody waits for it. */
  deliver(message: Message): boolean {
    const waiter = this.#take(message.kind);
    waiter?.resolve(message);
    return waiter !== null;
  }

  /** Fails everybody who waits: the phase they wait for went wrong. */
  fail(reason: Error): void {
    for (const kind of [...this.#waiters.keys()]) this.#take(kind)?.reject(reason);
  }

  /** Like fail(), and for all who come later. */
  die(reason: Error): void {
    this.#dead = reason;
    this.fail(reason);
  }

  #take(kind: string): Waiter | null {
    const waiter = this.#waiters.get(kind);
    if (waiter === undefined) return null;
    this.#waiters.delete(kind);
    clearTimeout(waiter.timer);
    return waiter;
  }

  /** One timer after another, where the limit is longer than a timer can be. */
  #limit(kind: string, limit: WaitLimit, leftMs: number): NodeJS.Timeout {
    const ms = Math.min(leftMs, LONGEST_TIMER_MS);
    return setTimeout(() => {
      const waiter = this.#waiters.get(kind);
      if (leftMs <= ms) this.#expire(kind, limit);
      else if (waiter !== undefined) waiter.timer = this.#limit(kind, limit, leftMs - ms);
    }, ms);
  }

  #expire(kind: string, limit: WaitLimit): void {
    const seconds = (limit.timeoutMs ?? 0) / 1000;
    const fault: ScriptFault = {
      code: 'SCRIPT_TIMEOUT',
      name: 'Error',
      message: `${limit.phase} did not finish within ${seconds} s`,
    };
    this.#take(kind)?.reject(new FaultError(limit.phase, fault));
  }
}

/** The exit code a phase's fault leads to: 100 and 101 for timeouts, else 107. */
export function faultExitCode(error: FaultError): ExitCode {
  if (error.fault.code === 'SCRIPT_ABORT') return ExitCode.ABORTED_BY_SCRIPT;
  if (error.fault.code === 'SCRIPT_TIMEOUT') {
    if (error.phase === 'setup') return ExitCode.SETUP_TIMEOUT;
    if (error.phase === 'teardown') return ExitCode.TEARDOWN_TIMEOUT;
  }
  if (error.fault.code.startsWith('CONFIG_')) return ExitCode.CONFIG;
  if (error.fault.code.startsWith('INTERNAL')) return ExitCode.INTERNAL;
  return ExitCode.SCRIPT;
}

/** Names that add nothing to the message: ours say all that matters themselves. */
const PLAIN_NAMES: ReadonlySet<string> = new Set(['', 'Error', 'DicomError', 'ScriptError']);

/** How faults are told to a person. */
export interface Telling {
  /** The author's place of a stack. */
  readonly place: (stack: string | undefined) => string | undefined;
  /** What may be told of a text that a peer or a script made; absent = all of it. */
  readonly discreet?: (text: string) => string;
}

/** The fault as an error for a person. */
export function faultProblem(error: FaultError, { place, discreet }: Telling): DicomRunError {
  const { fault } = error;
  const message = discreet?.(fault.message) ?? fault.message;
  const named = PLAIN_NAMES.has(fault.name) ? '' : `${fault.name}: `;
  const where = place(fault.stack);
  return new DicomRunError(faultExitCode(error), {
    code: fault.code,
    message: `${error.phase}: ${named}${message}`,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    ...(where === undefined ? {} : { where }),
  });
}
