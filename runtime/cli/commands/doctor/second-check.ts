// `--second-opinion`: the same C-ECHO and C-FIND by an implementation that is not ours, both answers
// side by side.
import { VERIFICATION_SOP_CLASS } from '../../../dicom/scu/requests.ts';
import { elementsIn } from '../../../dicom/dimse/command.ts';
import type { Reply } from '../../../dicom/dimse/pending.ts';
import { queryClass } from '../../../dicom/dimse/services.ts';
import { keywordOf } from '../../../dicom/element/dictionary.ts';
import { find, type FindResult } from '../../../dicom/scu/find.ts';
import type { Association } from '../../../dicom/ul/association.ts';
import { SECOND_STACK } from '../../../dicom/scu/second-message.ts';
import { statusHex } from '../../../dicom/dimse/status.ts';
import { shortName } from '../../../vu/names.ts';
import { attempt, EXPLICIT_LITTLE, IMPLICIT_LITTLE, release, request } from '../../wire/client.ts';
import { askSecond, type SecondAnswer } from '../../wire/second.ts';
import { DicomRunError } from '../../../errors.ts';
import { echoRequest } from '../../../dicom/scu/requests.ts';
import type { Diagnosis } from './finding.ts';
import type { PeerCheck } from './peer-checks.ts';

/** What a peer answered, by the name of the fact. */
type Answer = Readonly<Record<string, string>>;

/** Both answers and every difference; a difference is a warning. */
export async function checkSecond(check: PeerCheck): Promise<Diagnosis> {
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

/** A study that nobody has: the answer is none, and what comes with it. */
const QUERY = { model: 'study', level: 'STUDY', keys: { StudyInstanceUID: '2.25.1' } } as const;
const FIND_CLASS = queryClass(QUERY.model, 'find');

async function askOurs({ peer, timeouts }: PeerCheck): Promise<Answer> {
  // why: the same proposal as the other stack makes
  const transferSyntaxes = [IMPLICIT_LITTLE, EXPLICIT_LITTLE];
  const contexts = [VERIFICATION_SOP_CLASS, FIND_CLASS].map((abstractSyntax) => ({
    abstractSyntax,
    transferSyntaxes,
  }));
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
  try {
    return { ...facts, ...(await echoOurs(association)), ...(await findOurs(association)) };
  } finally {
    await release(association);
  }
}

async function echoOurs(association: Association): Promise<Answer> {
  const contextId = association.contextFor(VERIFICATION_SOP_CLASS, '');
  if (contextId === 0) return {};
  let elements = '';
  const onReply = ({ command, start, end }: Reply): void => {
    elements = elementsText(elementsIn(command, start, end).map(keywordOf));
  };
  try {
    const message = echoRequest(contextId, association.maxPdu);
    const { status, comment } = await request(association, message, { onReply });
    return {
      'C-ECHO status': statusHex(status),
      'C-ECHO comment': comment,
      'C-ECHO elements': elements,
    };
  } catch {
    return { 'C-ECHO status': 'no answer' };
  }
}

async function findOurs(association: Association): Promise<Answer> {
  if (!association.open || association.contextFor(FIND_CLASS, '') === 0) return {};
  const result = await new Promise<FindResult>((onDone) => {
    find(association, QUERY, { onMatch: () => undefined, onDone });
  });
  if (result.failure !== null) return { 'C-FIND status': 'no answer' };
  return findText(result.status, result.errorComment, result.matches);
}

async function askOther(check: PeerCheck): Promise<Answer> {
  const { peer, timeoutMs } = check;
  const { model, level, keys } = QUERY;
  const sopClass = queryClass(model, 'find');
  const query = { kind: 'find', sopClass, keys: { QueryRetrieveLevel: level, ...keys } } as const;
  const echoed = await outcomeOf(askSecond(peer, { kind: 'echo' }, timeoutMs));
  if (typeof echoed === 'string') return { association: echoed };
  const found = await outcomeOf(askSecond(peer, query, timeoutMs));
  const { negotiated, final } = echoed;
  const contexts = negotiated?.contexts ?? [];
  return {
    association: 'accepted',
    'implementation class': negotiated?.implementationClass ?? '',
    'implementation version': negotiated?.implementationVersion ?? '',
    'max PDU': String(negotiated?.maxPdu ?? 0),
    ...contextsText(contexts),
    'C-ECHO status': statusHex(final.status),
    'C-ECHO comment': final.comment,
    'C-ECHO elements': elementsText(Object.keys(final.command)),
    ...(typeof found === 'string' ? { [shortName(FIND_CLASS)]: found } : foundText(found)),
  };
}

/** The answer, or in words that there is none. */
async function outcomeOf(asked: Promise<SecondAnswer>): Promise<SecondAnswer | string> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DicomRunError) return error.message;
    throw error;
  }
}

function foundText({ negotiated, final, responses }: SecondAnswer): Answer {
  const matches = responses.length - 1;
  return {
    ...contextsText(negotiated?.contexts ?? []),
    ...findText(final.status, final.comment, matches),
  };
}

function findText(status: number, comment: string, matches: number): Answer {
  return {
    'C-FIND status': statusHex(status),
    'C-FIND comment': comment,
    'C-FIND matches': String(matches),
  };
}

/** Elements of a command set by keyword, in one order. */
function elementsText(keywords: readonly string[]): string {
  const known = keywords.filter((one) => /^[A-Z]/.test(one) && one !== 'CommandGroupLength');
  return [...known].sort().join(' ');
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
