// `AbortController` and `AbortSignal`, as far as a script without a DOM can use them: a signal is
// asked, or calls its listeners once. No `AbortSignal.timeout`: timers belong to a VU.

interface AbortEvent {
  readonly type: 'abort';
  readonly target: AbortSignal;
}
type Listener = (event: AbortEvent) => unknown;

/** The controller's way to abort its signal. */
let end: (signal: AbortSignal, reason: unknown) => void;

export class AbortSignal {
  onabort: Listener | null = null;
  readonly #listeners = new Set<Listener>();
  #state: { readonly reason: unknown } | null = null;

  get aborted(): boolean {
    return this.#state !== null;
  }

  /** Why; undefined while it is not aborted. */
  get reason(): unknown {
    return this.#state?.reason;
  }

  /** @throws the reason, once it is aborted */
  throwIfAborted(): void {
    if (this.#state !== null) throw this.#state.reason;
  }

  /** An aborted signal calls each listener once only, whatever `once` says. */
  addEventListener(type: string, listener: Listener): void {
    if (type === 'abort' && this.#state === null) this.#listeners.add(listener);
  }

  removeEventListener(type: string, listener: Listener): void {
    if (type === 'abort') this.#listeners.delete(listener);
  }

  static abort(reason?: unknown): AbortSignal {
    const controller = new AbortController();
    controller.abort(reason);
    return controller.signal;
  }

  /** Aborted as soon as one of them is, with its reason. */
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const controller = new AbortController();
    for (const signal of signals) {
      if (signal.aborted) controller.abort(signal.reason);
      else signal.addEventListener('abort', () => controller.abort(signal.reason));
    }
    return controller.signal;
  }

  static {
    end = (signal, reason) => signal.#end(reason);
  }

  #end(reason: unknown): void {
    if (this.#state !== null) return;
    this.#state = { reason };
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    const event: AbortEvent = { type: 'abort', target: this };
    this.onabort?.(event);
    for (const listener of listeners) listener(event);
  }
}

export class AbortController {
  readonly signal = new AbortSignal();

  /** Without a reason it is an `AbortError`. A second call does nothing. */
  abort(reason?: unknown): void {
    end(this.signal, reason === undefined ? abortError() : reason);
  }
}

function abortError(): Error {
  const error = new Error('This operation was aborted');
  error.name = 'AbortError';
  return error;
}
