// `--second-opinion`: the same C-ECHO by an implementation that is not ours, both answers side by side.
import { VERIFICATION_SOP_CLASS } from '../../../dicom/scu/requests.ts';
import { SECOND_STACK } from '../../../dicom/scu/second-message.ts';
import { statusHex } from '../../../dicom/dimse/status.ts';
import { shortName } from '../../../vu/associations/names.ts';
import { attempt, EXPLICIT_LITTLE, IMPLICIT_LITTLE, release, request } from '../../wire/client.ts';
import { askSecond } from '../../wire/second.ts';
import { DicomRunError } from '../../../errors.ts';
import { echoRequest } from '../../../dicom/scu/requests.ts';
import type { Finding } from './finding.ts';
import type { PeerCheck } from './peer-checks.ts';

/** What a peer answered, by the name of the fact. */
type Answer = Readonly<Record<string, string>>;

/** Both answers and every difference; a difference is a warning. */
export async function checkSecond(check: PeerCheck): Promise<Finding> {
  const [ours, other] = [await askOurs(check), await askOther(check)];
  const facts = [...new Set([...Object.keys(ours), ...Object.keys(other)])];
  const different = facts.filter((fact) => ours[fact] !== other[fact]);
  const width = Math.max(...facts.map((fact) => fact.length));
  const wide = Math.max(8, ...Object.values(ours).map((text) => text.length));
  const row = (mark: string, fact: string, a: string, b: string): string =>
    `${mark} ${fact.padEnd(width)}  ${a.padEnd(wide)}  ${b}`.trimEnd();
  const lines = [
    row(' ', '', 'dicomrun', SECOND_STACK),
    ...facts.map((fact) =>
      row(different.includes(fact) ? '≠' : ' ', fact, ours[fact] ?? '–', other[fact] ?? '–'),
    ),
  ];
  if (different.length === 0) {
    return { check: 'second opinion', state: 'ok', text: `${SECOND_STACK} hears the same`, lines };
  }
  return {
    check: 'second opinion',
    state: 'warn',
    text: `${SECOND_STACK} hears otherwise: ${different.join(', ')}`,
    hint: 'the peer answers two clients differently: its log says how each asked',
    lines,
  };
}

async function askOurs({ peer, timeouts }: PeerCheck): Promise<Answer> {
  // why: the same proposal as the other stack makes
  const transferSyntaxes = [IMPLICIT_LITTLE, EXPLICIT_LITTLE];
  const contexts = [{ abstractSyntax: VERIFICATION_SOP_CLASS, transferSyntaxes }];
  const outcome = await attempt(peer, { contexts, timeouts });
  if (outcome.kind !== 'accepted') return { association: outcome.kind };
  const { association, answer } = outcome;
  const { implementationClassUid, implementationVersion } = answer.user;
  const facts = {
    association: 'accepted',
    'implementation class': implementationClassUid,
    'implementation version': implementationVersion,
    'max PDU': String(association.maxPdu),
    ...contextsText(association.contexts),
  };
  const contextId = association.contextFor(VERIFICATION_SOP_CLASS, '');
  try {
    if (contextId === 0) return facts;
    const { status, comment } = await request(
      association,
      echoRequest(contextId, association.maxPdu),
    );
    return { ...facts, 'C-ECHO status': statusHex(status), 'error comment': comment };
  } catch {
    return { ...facts, 'C-ECHO status': 'no answer' };
  } finally {
    await release(association);
  }
}

async function askOther({ peer, timeoutMs }: PeerCheck): Promise<Answer> {
  try {
    const { negotiated, final } = await askSecond(peer, { kind: 'echo' }, timeoutMs);
    return {
      association: 'accepted',
      'implementation class': negotiated?.implementationClass ?? '',
      'implementation version': negotiated?.implementationVersion ?? '',
      'max PDU': String(negotiated?.maxPdu ?? 0),
      ...contextsText(negotiated?.contexts ?? []),
      'C-ECHO status': statusHex(final.status),
      'error comment': final.comment,
    };
  } catch (error) {
    if (!(error instanceof DicomRunError)) throw error;
    return { association: error.message };
  }
}

function contextsText(
  contexts: readonly { abstractSyntax: string; result: number; transferSyntax: string }[],
): Answer {
  return Object.fromEntries(
    contexts.map(({ abstractSyntax, result, transferSyntax }) => [
      shortName(abstractSyntax),
      result === 0 ? shortName(transferSyntax) : `result ${result}`,
    ]),
  );
}
