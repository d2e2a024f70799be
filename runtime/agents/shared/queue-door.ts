// The way of an agent to the queues that all share: a question is asked again until it is answered.
import { setTimeout as delay } from 'node:timers/promises';
import type { SharedCall } from '../../threads/vu.ts';
import type { Bus } from '../bus.ts';
import { decodeJson, encodeJson, sharedSubject } from '../protocol.ts';
import type { JoinCall, QueueAnswer, QueueCall } from '../protocol.ts';

const ASK_MS = 2_000;
const RETRY_MS = 100;

export class QueueDoor {
  readonly #bus: Pick<Bus, 'ask'>;
  readonly #call: Pick<JoinCall, 'run' | 'index'>;
  #asked = 0;
  #closed = false;

  constructor(bus: Pick<Bus, 'ask'>, call: Pick<JoinCall, 'run' | 'index'>) {
    this.#bus = bus;
    this.#call = call;
  }

  /** The item of a pop; null when there is none, or nobody to ask any more. */
  async ask(call: Exclude<SharedCall, { readonly op: 'over' }>): Promise<string | null> {
    const { run, index: by } = this.#call;
    const id = `${by}-${++this.#asked}`;
    const data = encodeJson(asked(call, { id, by }));
    const waitMs = call.op === 'pop' ? Math.min(call.timeoutMs, ASK_MS) : 0;
    while (!this.#closed) {
      const answer = await this.#bus.ask(sharedSubject(run), data, ASK_MS + waitMs);
      if (answer.kind === 'answer') return decodeJson<QueueAnswer>(answer.data).item;
      await delay(RETRY_MS);
    }
    return null;
  }

  close(): void {
    this.#closed = true;
  }
}

function asked(
  call: Exclude<SharedCall, { readonly op: 'over' }>,
  who: Pick<QueueCall, 'id' | 'by'>,
): QueueCall {
  const { queue } = call;
  if (call.op === 'push') return { ...who, op: 'push', queue, item: call.item };
  return { ...who, op: 'pop', queue, timeoutMs: call.timeoutMs };
}
