// What an attempt to associate came to: as a tag, as a fault, as the script reads it.
import type { Fault } from '../../../api/bridge.ts';
import { contextText } from '../../dicom/failure-text.ts';
import type { AssociateOutcome } from '../../dicom/ul/associate.ts';
import type { OpenAssociation } from './associations.ts';
import { failureFault, outcomeTag, peerText, rejectedFault } from './faults.ts';
import { shortName } from '../names.ts';
import type { Spec } from './peers.ts';

/** The `outcome` tag of an attempt. */
export function outcomeWord(outcome: AssociateOutcome): string {
  if (outcome.kind !== 'accepted') return outcomeTag(outcome);
  return outcome.association.contexts.some((context) => context.result === 0)
    ? 'accepted'
    : 'no-context';
}

/** Why an attempt gave no usable association. */
export function outcomeFault(outcome: AssociateOutcome, spec: Spec): Fault {
  if (outcome.kind === 'rejected') return rejectedFault(outcome, spec.peer);
  if (outcome.kind !== 'accepted') return failureFault(outcome, spec.peer, 'A-ASSOCIATE');
  const refused = outcome.association.contexts
    .slice(0, 4)
    .map((context) => `${shortName(context.abstractSyntax)}: ${contextText(context)}`);
  return {
    code: 'ASSOC_NO_CONTEXT',
    message: `${peerText(spec.peer)} accepted the association but none of its ${outcome.association.contexts.length} presentation contexts (${refused.join('; ')}; PS3.8 Table 9-18)`,
    hint: 'the peer does not take these SOP classes or transfer syntaxes: see its conformance statement, or `dicomrun doctor`',
  };
}

/** Negotiated parameters, for the script. */
export function describe(open: OpenAssociation): object {
  const { wire, answer } = open;
  const { user, userIdentityResponse: response } = answer;
  return {
    outcome: 'accepted',
    expected: true,
    contexts: wire.contexts,
    maxPdu: wire.maxPdu,
    window: wire.window,
    implementationVersion: user.implementationVersion,
    implementationClassUid: user.implementationClassUid,
    extended: Object.fromEntries(user.extended.map(({ sopClass, info }) => [sopClass, [...info]])),
    userIdentityResponse: response === null ? null : [...response],
  };
}
