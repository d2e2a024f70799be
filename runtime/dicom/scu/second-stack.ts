// The same request over an implementation that is not ours: the Client of dcmjs-dimse, its network
// included. For a second opinion, never for load: one association a request, slow.
import { type Attributes, dcmjsDimse } from '../dimse/model.ts';
import type { TlsOptions } from '../ul/associate-request.ts';
import {
  cannot,
  messageOf,
  type MessageStack,
  type SecondRequest,
  type StackMessage,
} from './second-message.ts';

export interface SecondPeer {
  readonly host: string;
  readonly port: number;
  readonly calledAET: string;
  readonly callingAET: string;
  readonly tls?: TlsOptions | null;
}

/** One response. */
export interface SecondResponse {
  readonly status: number;
  readonly comment: string;
  /** Elements of the command by keyword. */
  readonly command: Attributes;
  /** By keyword; null without a data set. */
  readonly dataset: Attributes | null;
}

export interface SecondOutcome {
  /** What was negotiated; null where no association opened. */
  readonly negotiated: {
    readonly maxPdu: number;
    readonly implementationClass: string;
    readonly implementationVersion: string;
    /** Abstract syntax, result (0 accepted) and transfer syntax, in the order of their IDs. */
    readonly contexts: readonly {
      readonly abstractSyntax: string;
      readonly result: number;
      readonly transferSyntax: string;
    }[];
  } | null;
  /** Why there is no final response; '' where there is one. */
  readonly failure: string;
  readonly responses: readonly SecondResponse[];
  /** Instances that came by C-GET. */
  readonly instances: readonly { readonly sopClass: string; readonly uid: string }[];
  /** From the call to the final response, ms: the association included. */
  readonly ms: number;
  /** From the open association to the final response, ms. */
  readonly requestMs: number;
}

interface StackContext {
  getAbstractSyntaxUid(): string;
  getAcceptedTransferSyntaxUid(): string | undefined;
  getResult(): number;
  setResult(result: number): void;
}

interface StackAssociation {
  getMaxPduLength(): number;
  getImplementationClassUid(): string;
  getImplementationVersion(): string;
  getPresentationContexts(): { id: number }[];
  getPresentationContext(id: number): StackContext;
}

interface StackClient {
  on(event: string, listener: (...args: never[]) => void): void;
  addRequest(request: StackMessage): void;
  addAdditionalPresentationContext(context: object, asNew: boolean): void;
  cancel(request: StackMessage): void;
  abort(): void;
  send(host: string, port: number, calling: string, called: string, options: object): void;
}

interface NewContext {
  addTransferSyntaxUid(uid: string): void;
}

interface Stack extends MessageStack {
  readonly association: {
    readonly PresentationContext: new (id: number, abstractSyntax: string) => NewContext;
  };
  readonly Client: new () => StackClient;
  readonly responses: { readonly CStoreResponse: { fromRequest(request: unknown): StoreResponse } };
}

interface StoreResponse {
  setStatus(status: number): void;
}

const PENDING = new Set([0xff00, 0xff01]);
const REJECT_NO_REASON = 2;

/**
 * Sends one request on an association of its own.
 *
 * @param timeoutMs of each phase
 * @param signal ends it early, by an A-ABORT
 * @throws DicomError `STACK_CANNOT` for what dcmjs-dimse cannot do, or would send changed
 */
export async function askSecondStack(
  peer: SecondPeer,
  request: SecondRequest,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<SecondOutcome> {
  const stack = dcmjsDimse() as unknown as Stack;
  const security = securityOf(peer.tls ?? null);
  const message = messageOf(stack, request);
  return await new Promise((resolve) => {
    const exchange = new Exchange(stack, message, request, resolve);
    signal?.addEventListener('abort', () => exchange.abort());
    exchange.run(peer, security, timeoutMs);
  });
}

/** One request and everything that comes of it. */
class Exchange {
  readonly #stack: Stack;
  readonly #message: StackMessage;
  readonly #request: SecondRequest;
  readonly #client: StackClient;
  readonly #done: (outcome: SecondOutcome) => void;
  readonly #responses: SecondResponse[] = [];
  readonly #began = performance.now();
  #negotiated: SecondOutcome['negotiated'] = null;
  #failure = '';
  readonly #instances: { sopClass: string; uid: string }[] = [];
  #opened = 0;
  #final = 0;
  #ended = false;

  constructor(
    stack: Stack,
    message: StackMessage,
    request: SecondRequest,
    done: (outcome: SecondOutcome) => void,
  ) {
    this.#stack = stack;
    this.#message = message;
    this.#request = request;
    this.#client = new stack.Client();
    this.#done = done;
  }

  run(peer: SecondPeer, securityOptions: object | null, timeoutMs: number): void {
    const client = this.#client;
    this.#message.on('response', (response: StackMessage) => this.#response(response));
    client.on('associationAccepted', (association: StackAssociation) =>
      this.#accepted(association),
    );
    client.on('associationRejected', (rejected: Readonly<Record<string, unknown>>) => {
      const { result = 0, source = 0, reason = 0 } = rejected;
      const codes = `result ${String(result)}, source ${String(source)}, reason ${String(reason)}`;
      this.#fail(`the association was rejected (${codes})`);
    });
    client.on('networkError', (error: Error) => this.#fail(error.message.replace(/^\W+/, '')));
    client.on('abort', () => this.#fail('the peer aborted the association'));
    client.on('closed', () => this.#end());
    client.on('cStoreRequest', (store: StackMessage, answer: (response: StoreResponse) => void) => {
      const command = store.getCommandDataset().getElements();
      this.#instances.push({
        sopClass: textOf(command['AffectedSOPClassUID']),
        uid: textOf(command['AffectedSOPInstanceUID']),
      });
      const response = this.#stack.responses.CStoreResponse.fromRequest(store);
      response.setStatus(0);
      answer(response);
    });
    const limits = {
      connectTimeout: timeoutMs,
      associationTimeout: timeoutMs,
      pduTimeout: timeoutMs,
      ...(securityOptions === null ? {} : { securityOptions }),
    };
    client.addRequest(this.#message);
    if (this.#request.kind === 'store') this.#propose(this.#request.transferSyntax);
    client.send(peer.host, peer.port, peer.callingAET, peer.calledAET, limits);
  }

  /** Whoever asked does not want it any more. */
  abort(): void {
    this.#fail('it was interrupted');
    this.#client.abort();
    this.#end();
  }

  /** It proposes implicit and explicit in one context; here a context of the syntax alone. */
  #propose(transferSyntax: string): void {
    const sopClass = this.#message.getCommandDataset().getElements()['AffectedSOPClassUID'];
    const context = new this.#stack.association.PresentationContext(0, String(sopClass));
    context.addTransferSyntaxUid(transferSyntax);
    this.#client.addAdditionalPresentationContext(context, true);
  }

  #accepted(association: StackAssociation): void {
    this.#opened = performance.now();
    const contexts = association
      .getPresentationContexts()
      .map(({ id }) => association.getPresentationContext(id));
    this.#negotiated = {
      maxPdu: association.getMaxPduLength(),
      implementationClass: association.getImplementationClassUid(),
      implementationVersion: association.getImplementationVersion(),
      contexts: contexts.map((context) => ({
        abstractSyntax: context.getAbstractSyntaxUid(),
        result: context.getResult(),
        transferSyntax: context.getAcceptedTransferSyntaxUid() ?? '',
      })),
    };
    if (this.#request.kind !== 'store') return;
    const { transferSyntax } = this.#request;
    // why: it would transcode what the peer takes in another syntax
    for (const context of contexts) {
      if (context.getResult() === 0 && context.getAcceptedTransferSyntaxUid() !== transferSyntax) {
        context.setResult(REJECT_NO_REASON);
      }
    }
  }

  #response(response: StackMessage): void {
    const command = response.getCommandDataset().getElements();
    const status = typeof command['Status'] === 'number' ? command['Status'] : -1;
    const comment = textOf(command['ErrorComment']);
    const dataset = response.getDataset()?.getElements() ?? null;
    this.#responses.push({ status, comment, command, dataset });
    if (!PENDING.has(status)) {
      this.#final = performance.now();
      return;
    }
    const limit = this.#request.kind === 'find' ? this.#request.limit : undefined;
    if (this.#responses.length === limit) this.#client.cancel(this.#message);
  }

  #fail(why: string): void {
    if (this.#failure === '') this.#failure = why;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#final === 0) {
      this.#fail(
        this.#negotiated === null
          ? 'the connection closed before an association opened'
          : 'the peer accepted no presentation context for the request as it is, or gave no final response',
      );
    }
    this.#done({
      negotiated: this.#negotiated,
      failure: this.#final > 0 ? '' : this.#failure,
      responses: this.#responses,
      instances: this.#instances,
      ms: (this.#final > 0 ? this.#final : performance.now()) - this.#began,
      requestMs: this.#final > 0 ? this.#final - this.#opened : 0,
    });
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function securityOf(tls: TlsOptions | null): object | null {
  if (tls === null) return null;
  const { ca, cert, key, rejectUnauthorized, minVersion, maxVersion, ciphers, ...others } = tls;
  const [unknown] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (unknown !== undefined) throw cannot(`knows no TLS option "${unknown}"`);
  return { ca, cert, key, rejectUnauthorized, minVersion, maxVersion, ciphers };
}
