// The same request over an implementation that is not ours: the Client of dcmjs-dimse, its network
// included. For a second opinion, never for load: one association a request, slow.
// What dcmjs-dimse cannot do, or would alter, is refused by name and never sent changed.
import { DataError } from '../element/data-error.ts';
import { tagOf, vrOf } from '../element/dictionary.ts';
import { diffDatasets, type Difference } from '../file/diff.ts';
import { type Attributes, dcmjsDimse } from '../dimse/model.ts';
import { DicomError } from '../errors.ts';
import type { TlsOptions } from '../ul/associate-request.ts';

export const SECOND_STACK = 'dcmjs-dimse';

export interface SecondPeer {
  readonly host: string;
  readonly port: number;
  readonly calledAET: string;
  readonly callingAET: string;
  readonly tls?: TlsOptions | null;
}

/** What is asked. */
export type SecondRequest =
  | { readonly kind: 'echo' }
  | { readonly kind: 'store'; readonly dataset: Buffer; readonly transferSyntax: string }
  | {
      readonly kind: 'find' | 'move' | 'get';
      readonly sopClass: string;
      readonly keys: Attributes;
      /** C-MOVE. */
      readonly destination?: string;
      /** C-FIND: C-CANCEL after so many matches. */
      readonly limit?: number;
    };

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
  readonly instances: number;
  /** From the call to the final response, ms: the association included. */
  readonly ms: number;
}

interface StackDataset {
  getElements(): Record<string, unknown>;
  getDenaturalizedDataset(): Buffer;
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

interface StackMessage {
  on(event: string, listener: (...args: never[]) => void): void;
  getCommandDataset(): StackDataset;
  getDataset(): StackDataset | undefined;
  setDataset(dataset: StackDataset): void;
  setAffectedSopClassUid(uid: string): void;
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

interface Stack {
  readonly association: {
    readonly PresentationContext: new (id: number, abstractSyntax: string) => NewContext;
  };
  readonly Client: new () => StackClient;
  readonly Dataset: new (from: Buffer | Attributes, transferSyntax: string) => StackDataset;
  readonly requests: Readonly<Record<string, new (...args: unknown[]) => StackMessage>>;
  readonly responses: { readonly CStoreResponse: { fromRequest(request: unknown): StoreResponse } };
}

interface StoreResponse {
  setStatus(status: number): void;
}

const IMPLICIT_LE = '1.2.840.10008.1.2';
const PENDING = new Set([0xff00, 0xff01]);
const REJECT_NO_REASON = 2;

/**
 * Sends one request on an association of its own.
 *
 * @param timeoutMs of each phase
 * @throws DicomError `STACK_CANNOT` for what dcmjs-dimse cannot do, or would send changed
 */
export async function askSecondStack(
  peer: SecondPeer,
  request: SecondRequest,
  timeoutMs: number,
): Promise<SecondOutcome> {
  const stack = dcmjsDimse() as unknown as Stack;
  const security = securityOf(peer.tls ?? null);
  const message = messageOf(stack, request);
  return await new Promise((resolve) => {
    new Exchange(stack, message, request, resolve).run(peer, security, timeoutMs);
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
  #instances = 0;
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
    client.on('cStoreRequest', (store: unknown, answer: (response: StoreResponse) => void) => {
      this.#instances++;
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

  /** It proposes implicit and explicit in one context; here a context of the syntax alone. */
  #propose(transferSyntax: string): void {
    const sopClass = this.#message.getCommandDataset().getElements()['AffectedSOPClassUID'];
    const context = new this.#stack.association.PresentationContext(0, String(sopClass));
    context.addTransferSyntaxUid(transferSyntax);
    this.#client.addAdditionalPresentationContext(context, true);
  }

  #accepted(association: StackAssociation): void {
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
    const comment = typeof command['ErrorComment'] === 'string' ? command['ErrorComment'] : '';
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
    });
  }
}

function messageOf(stack: Stack, request: SecondRequest): StackMessage {
  const { requests, Dataset } = stack;
  const make = (name: string, ...args: unknown[]): StackMessage => {
    const Message = requests[name];
    if (Message === undefined) throw cannot(`has no ${name}`);
    return new Message(...args);
  };
  if (request.kind === 'echo') return make('CEchoRequest');
  if (request.kind === 'store') {
    return make(
      'CStoreRequest',
      unaltered(new Dataset(request.dataset, request.transferSyntax), request),
    );
  }
  const name = { find: 'CFindRequest', move: 'CMoveRequest', get: 'CGetRequest' }[request.kind];
  const message = make(name);
  message.setAffectedSopClassUid(request.sopClass);
  mustBePlain(request.keys);
  message.setDataset(new Dataset({ ...request.keys }, IMPLICIT_LE));
  if (request.destination !== undefined) {
    message.getCommandDataset().getElements()['MoveDestination'] = request.destination;
  }
  return message;
}

/** dcmjs writes UTF-8 whatever the character set says, and no bytes. */
function mustBePlain(keys: Attributes): void {
  const text = JSON.stringify(keys);
  if (/[^\x00-\x7f]/.test(text))
    throw cannot('cannot send keys beyond ASCII in the character set they say');
}

/** @throws DicomError when dcmjs would send other values than there are */
function unaltered(
  dataset: StackDataset,
  original: { readonly dataset: Buffer; readonly transferSyntax: string },
): StackDataset {
  let written: Buffer;
  try {
    written = dataset.getDenaturalizedDataset();
  } catch (error) {
    throw cannot(`cannot write this data set: ${error instanceof Error ? error.message : ''}`);
  }
  const { transferSyntax } = original;
  try {
    const diff = diffDatasets(original, { dataset: written, transferSyntax });
    const first = diff.differences.find((one) => !isSameNumber(one));
    if (first !== undefined)
      throw cannot(`would send this instance changed: ${first.path} ${first.kind}`);
    if (diff.pixels !== 'same') throw cannot('would send this instance with other pixel data');
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw cannot(`would send a data set that cannot be read: ${error.message}`);
  }
  return dataset;
}

/** IS and DS are numbers as text: `01` and `1` are the same value. */
function isSameNumber({ path, before, after }: Difference): boolean {
  const keyword = /[^.]*$/.exec(path)?.[0] ?? '';
  if (!/^(IS|DS)$/.test(vrOf(tagOf(keyword)))) return false;
  const [a, b] = [before.split('\\'), after.split('\\')];
  return a.length === b.length && a.every((one, i) => Number(one) === Number(b[i]));
}

function securityOf(tls: TlsOptions | null): object | null {
  if (tls === null) return null;
  const { ca, cert, key, rejectUnauthorized, minVersion, maxVersion, ciphers, ...others } = tls;
  const [unknown] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (unknown !== undefined) throw cannot(`knows no TLS option "${unknown}"`);
  return { ca, cert, key, rejectUnauthorized, minVersion, maxVersion, ciphers };
}

function cannot(what: string): DicomError {
  return new DicomError('STACK_CANNOT', `${SECOND_STACK} ${what}`, {
    hint: 'ask without --stack: our own stack sends it as it is',
  });
}
