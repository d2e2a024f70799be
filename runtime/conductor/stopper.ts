// Why a run ends before its time. The first reason wins; the phases that wait are told at once.
import { ExitCode } from '../errors.ts';

export interface EndReason {
  readonly code: ExitCode;
  readonly reason: string;
}

/** Thrown in a phase before the run when somebody asked to stop. */
export class StoppedError extends Error {
  readonly end: EndReason;

  constructor(end: EndReason) {
    super(end.reason);
    this.name = 'StoppedError';
    this.end = end;
  }
}

export class Stopper {
  #end: EndReason | null = null;
  readonly #listeners = new Set<(end: EndReason) => void>();

  /** The first reason given, or null. */
  get end(): EndReason | null {
    return this.#end;
  }

  /** Asks for the end; later reasons are ignored. */
  stop(code: ExitCode, reason: string): void {
    if (this.#end !== null) return;
    this.#end = { code, reason };
    for (const listener of [...this.#listeners]) listener(this.#end);
  }

  /** Notes a reason that lets the run go on (`exec.test.fail()`). */
  mark(code: ExitCode, reason: string): void {
    this.#marked ??= { code, reason };
  }

  #marked: EndReason | null = null;

  /** How the run ended: the reason it stopped for, else what it was marked with, else regular. */
  verdict(): EndReason {
    return this.#end ?? this.#marked ?? { code: ExitCode.OK, reason: 'ended regularly' };
  }

  /** Calls back once when the end is asked for, at once if it was already. */
  onStop(listener: (end: EndReason) => void): () => void {
    if (this.#end !== null) {
      listener(this.#end);
      return () => undefined;
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The phase's result, or StoppedError as soon as the end is asked for. */
  async guard<T>(phase: Promise<T>): Promise<T> {
    let off: () => void = () => undefined;
    const stopped = new Promise<never>((_, reject) => {
      off = this.onStop((end) => reject(new StoppedError(end)));
    });
    // When the end comes first nobody waits for the phase any more; its failure is then of no use.
    phase.catch(() => undefined);
    try {
      return await Promise.race([phase, stopped]);
    } finally {
      off();
    }
  }
}
