// `negotiate`, `abandon` and `expect`.
import { Answer, type Fault } from '../../../api/bridge.ts';
import { associate, type AssociateOutcome, type Associating } from '../../dicom/ul/associate.ts';
import type { Associations } from '../associations/associations.ts';
import type { Calls, CallRequest } from '../sandbox/calls.ts';
import type { DeliveryPort, ExpectCall } from './delivery.ts';
import { peerText } from '../associations/faults.ts';
import { describe, outcomeFault, outcomeWord } from '../associations/outcome.ts';
import type { Spec } from '../associations/peers.ts';
import { faultFrom } from '../sandbox/host.ts';
import type { WorkerParts } from '../parts.ts';

interface BasicParts {
  readonly parts: WorkerParts;
  readonly associations: Associations;
  readonly delivery: DeliveryPort;
}

/** Registers them. */
export function basicCalls(calls: Calls, basic: BasicParts): void {
  const { parts, associations, delivery } = basic;
  calls.on('expect', (operation, call) =>
    delivery.expect(operation, call as unknown as ExpectCall),
  );
  calls.on('abandon', (operation, call) => {
    associations.abandon(Number(call['association']));
    parts.host.settleVoid(operation);
  });
  calls.on('negotiate', (operation, call, slot) => {
    const spec = associations.spec(Number(call['spec']));
    const begin = (answered: () => void): Associating =>
      associate(associations.requestOf(spec, slot), (outcome) => {
        operation.cancel = null;
        answered();
        parts.host.settleJson(operation, negotiated(basic, { outcome, call, slot }));
      });
    const opening = associations.gates.of(spec.peer).enter(begin, (thrown) => {
      operation.cancel = null;
      parts.host.fail(operation, faultFrom(thrown));
    });
    operation.cancel = (): void => {
      opening.abort();
      parts.host.settle(operation, Answer.INTERRUPTED, 0, '');
    };
  });
}

interface Attempt {
  readonly outcome: AssociateOutcome;
  readonly call: CallRequest;
  readonly slot: number;
}

/** An association that was to fail and did not. */
function unexpected({ peer }: Spec, wanted: string): Fault {
  const message = `${peerText(peer)} accepted the association; expected was "${wanted}"`;
  return { code: 'ASSOC_UNEXPECTED', message };
}

/** Every outcome is a value; the expected one is no failure, any other is. */
function negotiated(basic: BasicParts, { outcome, call, slot }: Attempt): object {
  const { parts, associations } = basic;
  const spec = associations.spec(Number(call['spec']));
  const word = outcomeWord(outcome);
  const wanted = String(call['expect']);
  const expected = word === wanted;
  const fault = word === 'accepted' ? null : outcomeFault(outcome, spec);
  const surprise = expected ? null : (fault ?? unexpected(spec, wanted));
  associations.count(outcome, spec, parts.vu(slot), surprise);
  if (outcome.kind !== 'accepted') {
    const base = { outcome: word, expected, contexts: [], maxPdu: 0, window: 0 };
    return { ...base, ...fault?.fields, message: fault?.message };
  }
  const open = associations.adopt(outcome, spec, slot);
  const answer = describe(open);
  open.wire.release();
  associations.abandon(open.handle);
  const message = fault === null ? {} : { message: fault.message };
  return { ...answer, outcome: word, expected, ...message };
}
