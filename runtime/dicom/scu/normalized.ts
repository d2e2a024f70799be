// N-CREATE, N-SET, N-GET, N-ACTION, N-EVENT-REPORT and N-DELETE (PS3.7 §10).
import type { JsonDataset } from '../element/json.ts';
import { Element } from '../dimse/elements.ts';
import { type NormalizedRequest, normalizedRequest } from '../dimse/model.ts';
import type { Reply } from '../dimse/pending.ts';
import type { Failure } from '../errors.ts';
import type { Association } from '../ul/association.ts';
import type { SendFault } from '../ul/send-fault.ts';
import { ServiceOperation, type OperationResult } from './operation.ts';

export interface NormalizedOptions extends NormalizedRequest {
  /** SOP class of the presentation context, when it is not the request's (meta SOP classes). */
  readonly contextClass?: string;
  /** Response timeout of this request, ms. */
  readonly responseMs?: number;
  readonly fault?: SendFault;
}

export interface NormalizedResult extends OperationResult {
  /** Attribute list or reply of the response; null when there is none. */
  readonly attributes: JsonDataset | null;
  /** Affected SOP instance UID of the response (N-CREATE may assign one). */
  readonly sopInstance: string;
}

class Normalized extends ServiceOperation {
  readonly #done: (result: NormalizedResult) => void;
  readonly #sopInstance: string;

  constructor(
    association: Association,
    options: NormalizedOptions,
    done: (result: NormalizedResult) => void,
  ) {
    super(association, options.contextClass ?? options.sopClass, options.responseMs);
    this.#done = done;
    this.#sopInstance = options.sopInstance;
    this.start(normalizedRequest(options, this.transferSyntax), options.fault);
  }

  onReply(reply: Reply): void {
    const dataset = this.takeDataset();
    const answered = reply.text(Element.AFFECTED_SOP_INSTANCE);
    const attributes = dataset === null ? null : this.decode(dataset);
    this.#done({
      ...this.result(reply, null),
      attributes,
      sopInstance: answered === '' ? this.#sopInstance : answered,
    });
  }

  onFailure(failure: Failure): void {
    this.#done({ ...this.result(null, failure), attributes: null, sopInstance: this.#sopInstance });
  }
}

/**
 * Sends an N-* request.
 * @throws DicomError `ASSOC_NO_CONTEXT`
 */
export function normalized(
  association: Association,
  options: NormalizedOptions,
  done: (result: NormalizedResult) => void,
): void {
  new Normalized(association, options, done);
}
