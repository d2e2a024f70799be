// Lines of the script's console and of the worker, with the VU and the scenario they are of.
import type { MessagePort } from 'node:worker_threads';
import type { LogMessage } from '../../threads/samples.ts';
import type { VuPlan } from '../../threads/vu.ts';
import type { VuSlot } from '../vu-slot.ts';

export class Log {
  readonly #port: MessagePort;
  readonly #plan: () => VuPlan | null;

  constructor(port: MessagePort, plan: () => VuPlan | null) {
    this.#port = port;
    this.#plan = plan;
  }

  write(level: LogMessage['level'] | 'trace', message: string, vu?: VuSlot): void {
    const scenario = vu === undefined ? undefined : this.#plan()?.scenarios[vu.scenario]?.name;
    const line: LogMessage = {
      kind: 'log',
      ...(level === 'trace' ? { level: 'debug', trace: true } : { level }),
      message,
      ...(vu === undefined || vu.id === 0 ? {} : { vu: vu.id }),
      ...(scenario === undefined ? {} : { scenario }),
    };
    this.#port.postMessage(line);
  }
}
