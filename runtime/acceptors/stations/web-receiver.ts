// A receiver that is stored to over the web: a STOW-RS endpoint that stands in the account as one of
// DIMSE does. Instances are looked into as they stream by, and kept nowhere.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AcceptorFaults } from '../../../api/k6/simulate.ts';
import { Room } from '../../dicom/collected.ts';
import type { TlsOptions } from '../../dicom/ul/associate-request.ts';
import type { ReceiverSpec } from '../../threads/acceptor.ts';
import { Arrivals } from './arrivals.ts';
import type { ReceiverTools } from './receiver.ts';
import { refuse, serveWeb, type StowTaker, takeStow, type WebListening } from './stow.ts';
import { WebFaults } from './web-faults.ts';

const HEADERS_MAX_BYTES = 256 * 1024 ** 2;

export class WebReceiver {
  readonly id: number;
  readonly spec: ReceiverSpec;
  readonly aets: readonly string[];
  readonly tls: TlsOptions | null;
  readonly #tools: ReceiverTools;
  readonly #arrivals: Arrivals;
  readonly #room = new Room(HEADERS_MAX_BYTES);
  readonly #path: string;
  readonly #faults: WebFaults;
  readonly #connections = new WeakMap<object, number>();

  constructor(id: number, spec: ReceiverSpec, tools: ReceiverTools) {
    this.id = id;
    this.spec = spec;
    this.aets = spec.aets;
    this.tls = (spec.tls as TlsOptions | undefined) ?? null;
    this.#tools = tools;
    this.#arrivals = new Arrivals(id, spec, tools);
    this.#path = spec.web?.path ?? '';
    this.#faults = new WebFaults((spec.faults ?? {}) as AcceptorFaults, () => tools.clock.now());
  }

  /** @throws DicomError `TCP_EADDRINUSE`, … */
  listen(): Promise<WebListening> {
    const { host, port } = this.spec;
    return serveWeb({ host, port, tls: this.tls }, (request, response, open) =>
      this.#answer(request, response, open),
    );
  }

  #answer(request: IncomingMessage, response: ServerResponse, open: number): void {
    const [path = ''] = (request.url ?? '').split('?');
    const under = path.startsWith(this.#path) ? path.slice(this.#path.length) : '';
    if (!/^\/studies(?:\/[0-9.]+)?\/?$/.test(under)) {
      const place = `${this.#path}/studies`;
      return refuse(request, response, 404, `this is a STOW-RS endpoint: ${place}`);
    }
    if (request.method !== 'POST') return refuse(request, response, 405, 'only POST, to store');
    this.#faults.pass({ service: 'STOW-RS', request, response, open }, (hold) =>
      this.#store(request, response, hold),
    );
  }

  #store(request: IncomingMessage, response: ServerResponse, hold: number): void {
    const tap = this.#arrivals.tap(this.#room);
    const taker: StowTaker = {
      begin: ({ transferSyntax }) => tap.begin(transferSyntax),
      data: (bytes) => tap.push(bytes, 0, bytes.length),
      end: ({ sopInstance: uid, transferSyntax }) => {
        const fault = this.#faults.status();
        if (fault !== 0) return fault;
        const association = this.#numberOf(request.socket);
        const time = performance.now();
        this.#arrivals.arrived(tap, { uid, transferSyntax, association, time });
        return 0;
      },
      drop: () => tap.drop(),
    };
    takeStow(request, response, taker, hold);
  }

  /** Connections are numbered as associations are. */
  #numberOf(socket: object): number {
    let number = this.#connections.get(socket);
    if (number === undefined) {
      number = this.#tools.nextAssociation();
      this.#connections.set(socket, number);
    }
    return number;
  }
}
