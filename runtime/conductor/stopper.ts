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
  #broken: EndReason | null = null;

  /** Told of the first fault, with what was thrown. */
  tellFault: (error: unknown) => void = () => undefined;

  /**
   * Something of ours broke. What was measured until now is kept and judged, and the run ends in
   * order; whatever else it ends for, its verdict is 109.
   */
  fault(error: unknown): void {
    if (this.#broken !== null) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#broken = { code: ExitCode.INTERNAL, reason: `internal: ${message}` };
    this.tellFault(error);
    this.stop(this.#broken.code, this.#broken.reason);
  }

  /**
   * How the run ended: a fault of ours, else the reason it stopped for, else what it was marked
   * with, else regular.
   */
  verdict(): EndReason {
    const regular = { code: ExitCode.OK, reason: 'ended regularly' };
    return this.#broken ?? this.#end ?? this.#marked ?? regular;
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
