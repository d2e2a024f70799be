// Questions about data sets that are answered at once: values, dumps, differences.
import { Op } from '../../../api/bridge.ts';
import { badArgument, RingFault } from './host.ts';
import type { WorkerParts } from '../parts.ts';

export type AskRequest = { readonly ask: string } & Readonly<Record<string, unknown>>;
export type AskHandler = (request: AskRequest) => unknown;

export class Asks {
  readonly #handlers = new Map<string, AskHandler>();

  constructor(parts: WorkerParts) {
    const { host } = parts;
    host.handle(Op.ASK, () => {
      const request = JSON.parse(host.words()) as AskRequest;
      const handler = this.#handlers.get(request.ask);
      if (handler === undefined) {
        throw badArgument(`${request.ask}: there is no such question`);
      }
      return host.answerJson(handler(request));
    });
    this.on('receiver', (request) => {
      const at = parts.plan.receivers.find(({ id }) => id === request['id']);
      if (at === undefined) {
        throw new RingFault({
          code: 'SCRIPT_STATE',
          message: 'receiver.port is known from setup() on',
        });
      }
      return { host: at.host, port: at.port };
    });
  }

  on(ask: string, handler: AskHandler): void {
    this.#handlers.set(ask, handler);
  }
}
