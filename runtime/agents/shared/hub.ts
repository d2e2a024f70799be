// What agents share while a run goes on, at the coordinator: queues, and who has come to the end of a
// scenario that another one waits for.
import type { Bus } from '../bus.ts';
import { decodeJson, encodeJson, sharedSubject } from '../protocol.ts';
import { Queues } from './queues.ts';
import type { Remote } from '../remote.ts';

export class Hub {
  readonly #remotes: readonly Remote[];
  readonly #begin: (scenario: number) => void;
  readonly #queues = new Queues();
  readonly #over = new Map<number, Set<Remote>>();
  readonly #off: () => void;
  #running = false;

  /** @param begin told once that a scenario is over everywhere, of those that are waited for */
  constructor(
    bus: Bus,
    run: string,
    { remotes, begin }: { readonly remotes: readonly Remote[]; begin(scenario: number): void },
  ) {
    this.#remotes = remotes;
    this.#begin = begin;
    this.#off = bus.serve(sharedSubject(run), async (data) =>
      encodeJson(await this.#queues.take(decodeJson(data))),
    );
  }

  /** t0 is known. */
  run(): void {
    this.#running = true;
    this.#check();
  }

  over(remote: Remote, scenario: number): void {
    const said = this.#over.get(scenario) ?? new Set();
    this.#over.set(scenario, said.add(remote));
    this.#check();
  }

  /** An agent takes no part any more: nobody waits for it, and it is given nothing. */
  forget(remote: Remote): void {
    this.#queues.forget(remote.index);
    this.#check();
  }

  close(): void {
    this.#off();
    this.#queues.close();
  }

  #check(): void {
    if (!this.#running) return;
    for (const [scenario, said] of this.#over) {
      if (this.#remotes.some((one) => one.live && !said.has(one))) continue;
      this.#over.delete(scenario);
      this.#begin(scenario);
    }
  }
}
