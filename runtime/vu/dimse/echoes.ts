// C-ECHO with a limit or tags of its own; the plain one is on the hot path (stores.ts).
import { echoRequest, VERIFICATION_SOP_CLASS } from '../../dicom/scu/requests.ts';
import type { OperationResult } from '../../dicom/scu/operation.ts';
import type { Operation, ReplyTaker } from '../sandbox/operation.ts';
import type { ServiceParts } from './services.ts';
import { Exchange, noContext, type ServiceOptions } from './exchange.ts';

const ERROR_COMMENT = 0x0902;

const taker: ReplyTaker = {
  reply: (operation, reply) => {
    const exchange = operation.detail as Exchange;
    const { sendStart, sendEnd, firstByte, lastByte } = operation;
    const result: OperationResult = {
      status: reply.status,
      failure: null,
      errorComment: reply.text(ERROR_COMMENT),
      sendStart,
      sendEnd,
      firstByte,
      lastByte,
    };
    operation.host.settleJson(operation, exchange.answered(result));
  },
  failure: (operation, failure) => (operation.detail as Exchange).fail(operation, failure),
};

/** Registers `echo`. */
export function wireEchoes({ parts, calls, associations }: ServiceParts): void {
  calls.on('echo', (operation: Operation, call, slot) => {
    const open = associations.get(Number(call['association']));
    const options = call as ServiceOptions;
    const contextId = open.wire.contextFor(VERIFICATION_SOP_CLASS, '');
    if (contextId === 0) throw noContext(open, VERIFICATION_SOP_CLASS, 'C-ECHO');
    operation.taker = taker;
    operation.detail = new Exchange(parts, associations, {
      open,
      service: 'C-ECHO',
      slot,
      options,
    });
    operation.responseMs = options.timeoutMs;
    operation.cancel = (): void => open.wire.abort();
    open.wire.send(echoRequest(contextId, open.wire.maxPdu), operation);
  });
}
