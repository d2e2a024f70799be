// What all operations of the low-rate services share: a pending request of its own, its times, the
// data sets of its responses.
import { DataError } from '../element/data-error.ts';
import { Collected } from '../collected.ts';
import { modelCommand, modelDataset, type ModelRequest } from '../dimse/model.ts';
import { PendingRequest, type Reply } from '../dimse/pending.ts';
import { Element } from '../dimse/elements.ts';
import { DicomError, type Failure } from '../errors.ts';
import { contextText } from '../failure-text.ts';
import { type JsonDataset, openDataset, toJson } from '../element/json.ts';
import type { Association } from '../ul/association.ts';
import { toOutgoing } from '../ul/pdu/frame.ts';
import type { SendFault } from '../ul/send-fault.ts';

/** `performance.now()` ms; 0 = did not happen. */
export interface OperationTimes {
  readonly sendStart: number;
  readonly sendEnd: number;
  readonly firstByte: number;
  readonly lastByte: number;
}

/** The end of an operation. */
export interface OperationResult extends OperationTimes {
  /** Status of the final response; -1 when there was none. */
  readonly status: number;
  /** Why there was no final response; null when there was. */
  readonly failure: Failure | null;
  /** (0000,0902), '' when absent. */
  readonly errorComment: string;
}

/** A request under way. */
export abstract class ServiceOperation extends PendingRequest {
  /** Response timeout of this request; undefined = the association's. */
  readonly responseMs: number | undefined;
  protected readonly association: Association;
  protected readonly transferSyntax: string;
  readonly #collected = new Collected();
  #unreadable: Failure | null = null;
  readonly #acceptedContext: number;

  /** @throws DicomError `ASSOC_NO_CONTEXT` when the SOP class was not accepted. */
  constructor(association: Association, sopClass: string, responseMs?: number) {
    super();
    this.association = association;
    this.responseMs = responseMs;
    this.#acceptedContext = association.contextFor(sopClass, '');
    if (this.#acceptedContext === 0) {
      const proposed = association.contexts.find((one) => one.abstractSyntax === sopClass);
      const why =
        proposed === undefined ? 'was not proposed' : `was refused: ${contextText(proposed)}`;
      throw new DicomError(
        'ASSOC_NO_CONTEXT',
        `no accepted presentation context: ${sopClass} ${why}`,
        {
          hint: 'propose the SOP class when you associate',
          ref: 'PS3.8 Table 9-18',
        },
      );
    }
    this.transferSyntax = association.context(this.#acceptedContext)?.transferSyntax ?? '';
  }

  /** Sends the request. Called once. */
  protected start(request: ModelRequest, fault?: SendFault): void {
    const command = modelCommand(request);
    const dataset = modelDataset(request, this.transferSyntax);
    const message = toOutgoing(this.#acceptedContext, this.association.maxPdu, command, dataset);
    this.association.send(message, this, fault);
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.#collected.add(buffer, start, end);
  }

  /** The data set of the reply that is being delivered; null when it has none. */
  protected takeDataset(): Buffer | null {
    return this.#collected.length === 0 ? null : this.#collected.take();
  }

  /** By keyword; {} for bytes that are no data set, which the result then tells as its failure. */
  protected decode(dataset: Buffer): JsonDataset {
    try {
      return toJson(openDataset(dataset, this.transferSyntax));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      this.#unreadable ??= {
        kind: 'protocol',
        code: 'PROTO_DATA_SET',
        message: `a response's data set cannot be read: ${error.message}`,
        offset: 0,
        window: dataset.toString('hex', 0, 16),
        clause: 'PS3.5 §7.1',
      };
      return {};
    }
  }

  protected result(reply: Reply | null, failure: Failure | null): OperationResult {
    const { sendStart, sendEnd, firstByte, lastByte } = this;
    return {
      status: reply?.status ?? -1,
      failure: failure ?? this.#unreadable,
      errorComment: reply?.text(Element.ERROR_COMMENT) ?? '',
      sendStart,
      sendEnd,
      firstByte,
      lastByte,
    };
  }
}
