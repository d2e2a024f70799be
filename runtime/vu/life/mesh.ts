// The ports between workers: starts that found no free VU, scenarios that begin, queues.
import type { MessagePort } from 'node:worker_threads';

/** What workers say to each other. */
export type MeshMessage =
  | { readonly kind: 'begin'; readonly scenario: number; readonly startMs: number }
  | {
      readonly kind: 'offer';
      readonly scenario: number;
      readonly k: number;
      readonly atNs: number;
      readonly hops: number;
    }
  | { readonly kind: 'push'; readonly queue: string; readonly item: string }
  | {
      readonly kind: 'pop';
      readonly queue: string;
      readonly timeoutMs: number;
      readonly number: number;
      readonly from: number;
    }
  | { readonly kind: 'popped'; readonly number: number; readonly item: string | null };

export class Mesh {
  readonly #worker: number;
  readonly #ports: (MessagePort | null)[];
  readonly #receive: (message: MeshMessage) => void;

  constructor(
    worker: number,
    ports: readonly (MessagePort | null)[],
    receive: (message: MeshMessage) => void,
  ) {
    this.#worker = worker;
    this.#ports = [...ports];
    this.#receive = receive;
    for (const port of ports) this.#listen(port);
  }

  /** To one worker; to this one at once. False when there is no such worker. */
  send(worker: number, message: MeshMessage): boolean {
    if (worker === this.#worker) {
      this.#receive(message);
      return true;
    }
    const port = this.#ports[worker];
    port?.postMessage(message);
    return port !== null && port !== undefined;
  }

  /** To the next worker in the ring; false when this is the only one. */
  pass(message: MeshMessage): boolean {
    const next = (this.#worker + 1) % Math.max(1, this.#ports.length);
    return next !== this.#worker && this.send(next, message);
  }

  /** To all others. */
  tell(message: MeshMessage): void {
    for (const port of this.#ports) port?.postMessage(message);
  }

  /** A worker was replaced. */
  replace(worker: number, port: MessagePort): void {
    this.#ports[worker] = port;
    this.#listen(port);
  }

  #listen(port: MessagePort | null): void {
    if (port === null) return;
    port.on('message', this.#receive);
    port.unref();
  }
}
