// C-ECHO.
import { Answer, Op } from '../../../api/bridge.ts';
import type { Reply } from '../../dicom/dimse/pending.ts';
import type { Failure } from '../../dicom/errors.ts';
import { echoRequest, VERIFICATION_SOP_CLASS } from '../../dicom/scu/requests.ts';
import type { Associations, OpenAssociation } from './associations.ts';
import { failureFault, outcomeTag, peerText } from './faults.ts';
import { RingFault } from '../sandbox/host.ts';
import type { Operation, ReplyTaker } from '../sandbox/operation.ts';
import type { WorkerParts } from '../parts.ts';
import { isOk, statusTags } from '../observe/requests.ts';
import type { TagContext } from '../observe/tags.ts';

/** Bundle keys of echoes are above those of stores. */
const ECHO_KEY = 2 ** 44;
const PEER_FACTOR = 2 ** 16;

export class Echoes implements ReplyTaker {
  readonly #parts: WorkerParts;
  readonly #associations: Associations;

  constructor(parts: WorkerParts, associations: Associations) {
    this.#parts = parts;
    this.#associations = associations;
    parts.host.handle(Op.ECHO, (slot) => this.#echo(slot));
  }

  #echo(slot: number): number {
    const { host } = this.#parts;
    const open = this.#associations.get(host.x());
    const contextId = open.wire.contextFor(VERIFICATION_SOP_CLASS, '');
    if (contextId === 0) {
      throw new RingFault({
        code: 'ASSOC_NO_CONTEXT',
        message: `${peerText(open.spec.peer)}: no accepted presentation context for Verification`,
        hint: "associate({ for: ['Verification', …] }) proposes it",
      });
    }
    const vu = this.#parts.vu(slot);
    const operation = host.take(slot, vu.id);
    operation.context = this.#parts.context(vu);
    operation.taker = this;
    operation.association = open;
    operation.cancel = (): void => open.wire.abort();
    const message = echoRequest(contextId, open.wire.maxPdu);
    operation.bytes = message.bytes;
    open.wire.send(message, operation);
    return operation.ticket;
  }

  reply(operation: Operation, reply: Reply): void {
    const { host, requests } = this.#parts;
    const { status } = reply;
    const open = operation.association as OpenAssociation;
    const vu = this.#parts.vu(operation.slot);
    const key = ECHO_KEY + open.spec.peerNumber * PEER_FACTOR + status;
    const series = requests.series(operation.context as TagContext, key, () => ({
      ...this.#associations.peerTags(open.spec),
      ...statusTags(status),
      service: 'C-ECHO',
    }));
    requests.answered(series, operation, !isOk(status), host.nextSerial);
    vu.counted += operation.bytes;
    if (status === 0) host.succeed(operation);
    else host.settle(operation, Answer.STATUS, status, '');
  }

  failure(operation: Operation, failure: Failure): void {
    const { host, requests, errors } = this.#parts;
    const vu = this.#parts.vu(operation.slot);
    const { spec } = operation.association as OpenAssociation;
    const outcome = vu.interrupted ? 'interrupted' : outcomeTag(failure);
    const context = operation.context as TagContext;
    const series = requests.declare(this.#associations.peerContextIn(context, spec), {
      service: 'C-ECHO',
      outcome,
    });
    requests.unanswered(series, !vu.interrupted);
    if (vu.interrupted) {
      host.settle(operation, Answer.INTERRUPTED, 0, '');
      return;
    }
    const fault = failureFault(failure, spec.peer, 'C-ECHO');
    errors.failed({ operation: 'C-ECHO', ...fault, calledAET: spec.peer.calledAET }, vu);
    host.fail(operation, fault);
  }
}
