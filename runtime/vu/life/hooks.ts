// `setup`, `teardown` and `handleSummary`: run by the service VU of worker 0, answered to main.
import type { MessagePort } from 'node:worker_threads';
import { Enter, Op, type Fault } from '../../../api/bridge.ts';
import type { FromVu } from '../../threads.ts';
import type { Host } from '../sandbox/host.ts';

export type HookName = 'setup' | 'teardown' | 'handleSummary';

export class Hooks {
  readonly #host: Host;
  readonly #port: MessagePort;
  readonly #flush: () => void;
  #running: HookName = 'setup';

  /** @param flush sends what was sampled before the answer goes out */
  constructor(host: Host, port: MessagePort, flush: () => void) {
    this.#host = host;
    this.#port = port;
    this.#flush = flush;
    host.handle(Op.HOOK_DONE, () => this.#done());
  }

  run(hook: HookName, json: string | null): void {
    this.#running = hook;
    this.#host.enterText(Enter.HOOK, JSON.stringify({ hook, json }), 0);
  }

  #done(): number {
    const text = this.#host.words();
    const failed = this.#host.x() === 1;
    this.#flush();
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
