// `negotiate`, `abandon` and `expect`.
import { Answer } from '../../../api/bridge.ts';
import { associate, type AssociateOutcome, type Associating } from '../../dicom/ul/associate.ts';
import type { Associations } from '../associations/associations.ts';
import type { Calls, CallRequest } from '../sandbox/calls.ts';
import type { DeliveryPort, ExpectCall } from './delivery.ts';
import { describe, outcomeFault, outcomeWord } from '../associations/outcome.ts';
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

/** Every outcome is a value; the expected one is no failure. */
function negotiated(basic: BasicParts, { outcome, call, slot }: Attempt): object {
  const { parts, associations } = basic;
  const spec = associations.spec(Number(call['spec']));
  const word = outcomeWord(outcome);
  const expected = word === String(call['expect']);
  associations.count(outcome, spec, parts.vu(slot), expected && word !== 'accepted');
  const fault = word === 'accepted' ? null : outcomeFault(outcome, spec);
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
