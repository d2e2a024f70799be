// `setup`, `teardown` and `handleSummary`: run by the service VU of worker 0, answered to main.
import type { MessagePort } from 'node:worker_threads';
import { Enter, Op, type Fault } from '../../../api/bridge.ts';
import type { FromVu, HookName } from '../../threads/vu.ts';
import type { Host } from '../sandbox/host.ts';

/** Slot of the VU that runs hooks. */
const SERVICE = -1;

export class Hooks {
  readonly #host: Host;
  readonly #port: MessagePort;
  readonly #flush: () => void;
  #running: HookName = 'setup';
  /** Number of the hook that runs; one that was given up has an earlier one. */
  #turn = 0;

  /** @param flush sends what was sampled before the answer goes out */
  constructor(host: Host, port: MessagePort, flush: () => void) {
    this.#host = host;
    this.#port = port;
    this.#flush = flush;
    host.handle(Op.HOOK_DONE, () => this.#done());
  }

  run(hook: HookName, json: string | null): void {
    this.#running = hook;
    const call = { hook, json, turn: ++this.#turn };
    this.#host.enterText(Enter.HOOK, JSON.stringify(call), 0);
  }

  /** Cuts off what the hook waits for; nobody waits for its end any more. */
  giveUp(): void {
    this.#turn++;
    this.#host.enter(Enter.INTERRUPT, SERVICE, 0, 0);
    this.#host.cancel(SERVICE);
  }

  #done(): number {
    const text = this.#host.words();
    const outcome = this.#host.x();
    const failed = outcome % 2 === 1;
    this.#flush();
    if (Math.floor(outcome / 2) !== this.#turn) return 0;
    this.#post(failed ? this.#failure(text) : this.#answer(text));
    return 0;
  }

  #failure(text: string): FromVu {
    const fault = JSON.parse(text) as Fault;
    return { kind: 'failed', phase: this.#running, fault: { name: 'Error', ...fault } };
  }

  #answer(text: string): FromVu {
    return { kind: 'hook', hook: this.#running, json: text === '' ? null : text };
  }

  #post(message: FromVu): void {
    this.#port.postMessage(message);
  }
}
