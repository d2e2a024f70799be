// An answer as the host tells it (runtime/vu/web/answer-text.ts): read when somebody looks at it.
import type { WebOutcome, WebPhases } from './types.ts';

/** The host's unit of a phase, ms. */
const UNITS_PER_MS = 10_000;

interface Read {
  readonly status: number;
  readonly outcome: WebOutcome;
  readonly times: string;
  readonly more: string;
  readonly body: string;
}

export class WebAnswer {
  readonly #text: string;
  #parts: Read | null;

  constructor(text: string) {
    this.#text = text;
    this.#parts = null;
  }

  get #read(): Read {
    return (this.#parts ??= readOf(this.#text));
  }

  get status(): number {
    return this.#read.status;
  }
  get outcome(): WebOutcome {
    return this.#read.outcome;
  }
  /** Members that not every answer has. */
  get more(): Readonly<Record<string, unknown>> {
    const { more } = this.#read;
    return more === '' ? {} : (JSON.parse(more) as Record<string, unknown>);
  }
  get body(): string {
    return this.#read.body;
  }
  get phases(): WebPhases {
    const [blocked = 0, connecting = 0, tls = 0, sending = 0, waiting = 0, receiving = 0] =
      this.#read.times.split(',').map(Number);
    return {
      duration: (sending + waiting + receiving) / UNITS_PER_MS,
      blocked: blocked / UNITS_PER_MS,
      connecting: connecting / UNITS_PER_MS,
      tls: tls / UNITS_PER_MS,
      sending: sending / UNITS_PER_MS,
      waiting: waiting / UNITS_PER_MS,
      receiving: receiving / UNITS_PER_MS,
    };
  }
}

function readOf(text: string): Read {
  const first = text.indexOf('\n');
  const second = text.indexOf('\n', first + 1);
  const [status = '', outcome = '', times = ''] = text.slice(0, first).split(' ');
  return {
    status: Number(status),
    outcome: outcome as WebOutcome,
    times,
    more: text.slice(first + 1, second),
    body: text.slice(second + 1),
  };
}
