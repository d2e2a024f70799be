// Requests of `dicom.peer({ stack: 'dcmjs-dimse' })`: each by the network of dcmjs-dimse, on an
// association of its own.
import { Answer, type Fault } from '../../../api/bridge.ts';
import { DataError } from '../../dicom/element/data-error.ts';
import { DicomError } from '../../dicom/errors.ts';
import { queryClass } from '../../dicom/dimse/services.ts';
import { SECOND_STACK, type SecondRequest } from '../../dicom/scu/second-message.ts';
import {
  askSecondStack,
  type SecondOutcome,
  type SecondResponse,
} from '../../dicom/scu/second-stack.ts';
import { plainMatch } from '../../dicom/scu/second-values.ts';
import { peerText, statusError } from '../associations/faults.ts';
import type { PeerRequest, Spec } from '../associations/peers.ts';
import { isOk, type RequestSeries, statusTags } from '../observe/requests.ts';
import type { Tags } from '../observe/tags.ts';
import type { Operation } from '../sandbox/operation.ts';
import { type Recipe, renderDataset } from './datasets.ts';
import { mustBeOptions, type ServiceOptions } from './exchange.ts';
import { byKeyword } from './keys.ts';
import { classOf } from './normalised.ts';
import { isNormalized, serviceOfCall } from '../../dicom/dimse/services.ts';
import type { ServiceParts } from './services.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const ONLY_SERIES = -1;

interface SecondCall extends ServiceOptions {
  readonly peer: PeerRequest;
  readonly kind: string;
  readonly image?: Recipe;
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly model?: string;
  readonly level?: string;
  readonly destination?: string;
  readonly limit?: number;
  readonly sopClass?: string;
  readonly sopInstance?: string | null;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly keywords?: readonly string[];
  readonly type?: number;
}

/** One request under way. */
class SecondAsk {
  readonly #services: ServiceParts;
  readonly #operation: Operation;
  readonly #call: SecondCall;
  readonly #spec: Spec;
  readonly #service: string;

  constructor(services: ServiceParts, operation: Operation, call: SecondCall) {
    mustBeOptions(call);
    this.#services = services;
    this.#operation = operation;
    this.#call = call;
    const { associations } = services;
    const pairs = [['Verification']];
    this.#spec = associations.spec(
      associations.specNumber(JSON.stringify({ peer: call.peer, pairs })),
    );
    this.#service = serviceOfCall(call.kind) ?? call.kind;
  }

  async run(asked: SecondRequest): Promise<void> {
    const { request, peer } = this.#spec;
    const timeoutMs = this.#call.timeoutMs ?? request.timeouts?.responseMs ?? DEFAULT_TIMEOUT_MS;
    const ending = new AbortController();
    this.#operation.cancel = (): void => ending.abort();
    try {
      const at = { ...peer, tls: request.tls ?? null };
      this.#settle(await askSecondStack(at, asked, timeoutMs, ending.signal));
    } catch (error) {
      this.#fail(faultOf(error));
    }
  }

  /** What is asked. @throws RingFault, DataError */
  request(): SecondRequest {
    const { kind, model = 'study', keys = {}, level, limit, destination, image } = this.#call;
    const { parts } = this.#services;
    if (kind === 'echo') return { kind };
    if (kind === 'store' && image !== undefined) {
      const runNumber = (): string => parts.plan.runNumber;
      const prototype = parts.prototype.bind(parts);
      return { kind, ...renderDataset({ prototype, runNumber }, image) };
    }
    if (kind === 'find' || kind === 'move' || kind === 'get') {
      const own = model === 'worklist' ? {} : { QueryRetrieveLevel: level ?? 'STUDY' };
      return {
        kind,
        sopClass: queryClass(model, kind),
        keys: { ...own, ...byKeyword(keys, kind) },
        ...(destination === undefined ? {} : { destination }),
        ...(limit === undefined ? {} : { limit }),
      };
    }
    return this.#normalized();
  }

  #normalized(): SecondRequest {
    const { kind, sopClass = '', sopInstance, attributes, keywords, type } = this.#call;
    const service = serviceOfCall(kind);
    if (service === null || !isNormalized(service))
      throw new DicomError('STACK_CANNOT', `there is no request ${kind}`);
    const request = {
      service,
      sopClass: classOf(sopClass, service),
      sopInstance: sopInstance ?? '',
      attributes: attributes === undefined ? null : byKeyword(attributes, kind),
      ...(keywords === undefined ? {} : { wanted: keywords }),
      ...(type === undefined ? {} : { typeId: type }),
    };
    return { kind: 'normalized', request };
  }

  #series(tags: Tags): RequestSeries {
    const { parts, associations } = this.#services;
    const peer = associations.peerContext(parts.vu(this.#operation.slot), this.#spec);
    const { stack = '' } = this.#call.peer;
    const all = { ...this.#call.tags, service: this.#service, stack, ...tags };
    const context = parts.contexts.with(peer, `second ${JSON.stringify(all)}`, all);
    return parts.requests.series(context, ONLY_SERIES, () => ({}));
  }

  #settle(outcome: SecondOutcome): void {
    const { host } = this.#services.parts;
    const final = outcome.responses[outcome.responses.length - 1];
    if (outcome.failure === '' && final !== undefined) {
      host.settleJson(this.#operation, this.#answered(outcome, final));
      return;
    }
    const { peer } = this.#spec;
    this.#fail({
      code: 'STACK_NO_ANSWER',
      message: `${peerText(peer)}: ${this.#service} by ${this.#call.peer.stack}: ${outcome.failure}`,
      hint: 'the same without `stack` tells in more detail what happened',
    });
  }

  #answered(outcome: SecondOutcome, final: SecondResponse): object {
    const { parts } = this.#services;
    const { expectStatus } = this.#call;
    const { status, comment } = final;
    const counts = countsOf(final);
    const isExpected = expectStatus?.includes(status) === true;
    const lost = (counts.failed ?? 0) > 0;
    const failed = !isOk(status, expectStatus) || (lost && !isExpected);
    const tags = statusTags(status);
    const word = lost && counts.completed === 0 ? 'failure' : tags['outcome'];
    const end = performance.now();
    const start = end - outcome.requestMs;
    // why: of its phases nothing is known but the whole
    const times = { sendStart: start, sendEnd: start, firstByte: end, lastByte: end, bytes: 0 };
    const series = this.#series({ ...tags, outcome: word ?? 'failure' });
    parts.requests.answered(series, times, failed, parts.host.nextSerial);
    if (failed) {
      const error = statusError(this.#service, this.#spec.peer, status, comment);
      parts.errors.failed(error, parts.vu(this.#operation.slot));
    }
    return {
      status,
      ok: (word === 'success' || word === 'warning') && !lost,
      outcome: word,
      ...(comment === '' ? {} : { comment }),
      ...this.#resultOf(outcome, final),
    };
  }

  /** What belongs to the service. */
  #resultOf({ responses, instances }: SecondOutcome, final: SecondResponse): object {
    const { kind, limit = Infinity } = this.#call;
    if (kind === 'echo' || kind === 'store') return {};
    if (kind === 'find') {
      const matches = responses
        .slice(0, -1)
        .flatMap(({ dataset }) => (dataset === null ? [] : [plainMatch(dataset)]));
      return { matches: matches.slice(0, limit), count: matches.length };
    }
    if (kind === 'move' || kind === 'get') {
      const counts = { ...countsOf(final), failedInstances: [] };
      return kind === 'move' ? counts : { ...counts, instances, received: instances.length };
    }
    const uid = final.command['AffectedSOPInstanceUID'];
    return {
      attributes: final.dataset === null ? {} : plainMatch(final.dataset),
      sopInstance: typeof uid === 'string' ? uid : '',
    };
  }

  #fail(fault: Fault): void {
    const { parts } = this.#services;
    const vu = parts.vu(this.#operation.slot);
    if (vu.interrupted) {
      parts.requests.unanswered(this.#series({ outcome: 'interrupted' }), false);
      parts.host.settle(this.#operation, Answer.INTERRUPTED, 0, '');
      return;
    }
    const isSent = fault.code !== 'STACK_CANNOT';
    if (isSent) {
      parts.requests.unanswered(this.#series({ outcome: 'failure' }), true);
      const { calledAET } = this.#spec.peer;
      parts.errors.failed({ operation: this.#service, ...fault, calledAET }, vu);
    }
    parts.host.fail(this.#operation, fault);
  }
}

/** What dcmjs-dimse cannot do, or a throw of its own, which is no more than that. */
function faultOf(error: unknown): Fault {
  if (!(error instanceof DicomError || error instanceof DataError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: 'STACK_CANNOT', message: `${SECOND_STACK}: ${message}` };
  }
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** Sub-operations as the response counts them, null where it does not. */
function countsOf({ command }: SecondResponse): Readonly<Record<string, number | null>> {
  const count = (name: string): number | null => {
    const value = command[`NumberOf${name}Suboperations`];
    return typeof value === 'number' ? value : null;
  };
  return {
    remaining: count('Remaining'),
    completed: count('Completed'),
    failed: count('Failed'),
    warnings: count('Warning'),
  };
}

/** Registers `second`. */
export function wireSecond(services: ServiceParts): void {
  services.calls.on('second', (operation, call) => {
    const asking = new SecondAsk(services, operation, call as unknown as SecondCall);
    // why: what the script got wrong is thrown here, at its line
    void asking.run(asking.request());
  });
}
