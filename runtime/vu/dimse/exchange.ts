// One request of a service under way: what it is counted as, and how its call is answered.
import { Answer, type Fault } from '../../../api/bridge.ts';
import type { Failure } from '../../dicom/errors.ts';
import { contextText } from '../../dicom/failure-text.ts';
import type { OperationResult } from '../../dicom/scu/operation.ts';
import type { Associations, OpenAssociation } from '../associations/associations.ts';
import type { RetrieveResult } from '../../dicom/scu/retrieve.ts';
import {
  failureFault,
  outcomeTag,
  peerText,
  statusError,
  subOperationError,
} from '../associations/faults.ts';
import { badArgument, RingFault } from '../sandbox/host.ts';
import { shortName } from '../names.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { WorkerParts } from '../parts.ts';
import { isOk, statusTags, type RequestSeries } from '../observe/requests.ts';
import type { TagContext, Tags } from '../observe/tags.ts';
import type { VuSlot } from '../vu-slot.ts';

/** What every call of a service may ask for. */
export interface ServiceOptions {
  /** These statuses are no failure. */
  readonly expectStatus?: readonly number[];
  readonly tags?: Tags;
  /** Response timeout of this request, ms. */
  readonly timeoutMs?: number;
}

/** Protocols, each with an example of its statuses. */
const STATUSES = { DIMSE: 'e.g. [0xA700, 0xB000]', HTTP: 'e.g. [404, 409]' } as const;

/** What a script said under those names, which may be anything: refused before anything is sent. */
export function mustBeOptions(
  { expectStatus, tags }: ServiceOptions,
  kind: keyof typeof STATUSES = 'DIMSE',
): void {
  const statuses: unknown = expectStatus;
  const isStatus = (one: unknown) =>
    Number.isInteger(one) && Number(one) >= 0 && Number(one) <= 0xffff;
  if (statuses !== undefined && !(Array.isArray(statuses) && statuses.every(isStatus))) {
    throw badArgument(`expectStatus: must be a list of ${kind} statuses`, STATUSES[kind]);
  }
  const isText = (one: unknown) => /^(string|number|boolean)$/.test(typeof one);
  const isTags = typeof tags === 'object' && tags !== null && !Array.isArray(tags);
  if (tags !== undefined && !(isTags && Object.values(tags).every(isText))) {
    throw badArgument('tags: must be names and texts', "e.g. { ward: 'A' }");
  }
}

/** The part of the script's result that all services share (api/dicom/types.ts, Response). */
export interface ServiceResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly outcome: string;
  readonly comment?: string;
  readonly phases: {
    readonly duration: number;
    readonly sending: number;
    readonly waiting: number;
    readonly receiving: number;
  };
}

const ONLY_SERIES = -1;

/** A retrieval with what its sub-operations make of it. */
export type JudgedRetrieve = Pick<
  RetrieveResult,
  'ok' | 'outcome' | 'completed' | 'failed' | 'warning'
>;

/** The peer did not take a service: thrown by the ring, before anything was sent. */
export function noContext(open: OpenAssociation, sopClass: string, service: string): RingFault {
  const proposed = open.wire.contexts.find((one) => one.abstractSyntax === sopClass);
  const why = proposed === undefined ? 'was not proposed' : `was refused: ${contextText(proposed)}`;
  return new RingFault({
    code: 'ASSOC_NO_CONTEXT',
    message: `${peerText(open.spec.peer)}: no accepted presentation context for ${service}: ${shortName(sopClass)} ${why} (PS3.8 Table 9-18)`,
    hint:
      proposed === undefined
        ? `name it when you associate: associate({ for: ['${shortName(sopClass)}', …] })`
        : 'the peer does not offer this service: see its conformance statement, or `dicomrun doctor`',
  });
}

export class Exchange {
  readonly parts: WorkerParts;
  readonly open: OpenAssociation;
  readonly service: string;
  readonly options: ServiceOptions;
  /** Tags of the request: VU, peer, service, the script's own. */
  readonly context: TagContext;
  readonly #slot: number;

  constructor(
    parts: WorkerParts,
    associations: Associations,
    request: {
      readonly open: OpenAssociation;
      readonly service: string;
      readonly slot: number;
      readonly options: ServiceOptions;
    },
  ) {
    const { open, service, slot, options } = request;
    mustBeOptions(options);
    this.parts = parts;
    this.open = open;
    this.service = service;
    this.options = options;
    this.#slot = slot;
    const peer = associations.peerContext(parts.vu(slot), open.spec);
    const tags = { ...options.tags, service };
    this.context = parts.contexts.with(peer, `call ${JSON.stringify(tags)}`, tags);
  }

  /** Whose request it is. */
  get vu(): VuSlot {
    return this.parts.vu(this.#slot);
  }

  /** The context of this request with its outcome. */
  with(tags: Tags): TagContext {
    return this.parts.contexts.with(this.context, `end ${JSON.stringify(tags)}`, tags);
  }

  /** One sample of a metric that belongs to this request. */
  sample(metric: string, value: number, tags: Tags = {}): void {
    const { contexts, samples } = this.parts;
    samples.add(contexts.series(this.with(tags), metric), value);
  }

  #series(context: TagContext): RequestSeries {
    return this.parts.requests.series(context, ONLY_SERIES, () => ({}));
  }

  /**
   * Counts the final response; the fields of the script's result. `judged`: what its sub-operations
   * make of it, which a status alone does not say.
   */
  answered(result: OperationResult, judged?: JudgedRetrieve): ServiceResponse {
    const { status } = result;
    const { requests, host } = this.parts;
    const statusFailed = !isOk(status, this.options.expectStatus);
    const expected = this.options.expectStatus?.includes(status) === true;
    const lost = judged !== undefined && !judged.ok && judged.outcome !== 'cancelled';
    const failed = statusFailed || (lost && !expected);
    const tags = statusTags(status);
    const outcome = judged?.outcome ?? tags['outcome'] ?? 'failure';
    const times = { ...result, bytes: 0 };
    const series = this.#series(this.with({ ...tags, outcome }));
    requests.answered(series, times, failed, host.nextSerial);
    if (failed) this.#tell(result, statusFailed ? undefined : judged);
    const sent = result.sendEnd > 0 ? Math.min(result.sendEnd, result.firstByte) : result.firstByte;
    return {
      status,
      ok: judged?.ok ?? (outcome === 'success' || outcome === 'warning'),
      outcome,
      ...(result.errorComment === '' ? {} : { comment: result.errorComment }),
      phases: {
        duration: result.lastByte - result.sendStart,
        sending: sent - result.sendStart,
        waiting: result.firstByte - sent,
        receiving: result.lastByte - result.firstByte,
      },
    };
  }

  #tell({ status, errorComment }: OperationResult, judged?: JudgedRetrieve): void {
    const { peer } = this.open.spec;
    const error =
      judged === undefined
        ? statusError(this.service, peer, status, errorComment)
        : subOperationError(this.service, peer, { ...judged, status });
    this.parts.errors.failed(error, this.vu);
  }

  /** Counts a request without an answer; the fault to settle with, null after an interruption. */
  lost(failure: Failure): Fault | null {
    const { requests, errors } = this.parts;
    const { vu } = this;
    const { peer } = this.open.spec;
    if (vu.interrupted) {
      requests.unanswered(this.#series(this.with({ outcome: 'interrupted' })), false);
      return null;
    }
    requests.unanswered(this.#series(this.with({ outcome: outcomeTag(failure) })), true);
    const fault = failureFault(failure, peer, this.service);
    errors.failed({ operation: this.service, ...fault, calledAET: peer.calledAET }, vu);
    return fault;
  }

  /** Settles a call whose request got no answer. */
  fail(operation: Operation, failure: Failure): void {
    const fault = this.lost(failure);
    if (fault === null) this.parts.host.settle(operation, Answer.INTERRUPTED, 0, '');
    else this.parts.host.fail(operation, fault);
  }
}
