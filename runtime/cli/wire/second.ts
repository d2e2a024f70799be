// `--stack dcmjs-dimse`: the same request by an implementation that is not ours.
import { queryClass } from '../../dicom/dimse/services.ts';
import type { JsonDataset } from '../../dicom/element/json.ts';
import { DicomError } from '../../dicom/errors.ts';
import { peerText } from '../../dicom/failure-text.ts';
import { SECOND_STACK, type SecondRequest } from '../../dicom/scu/second-message.ts';
import {
  askSecondStack,
  type SecondOutcome,
  type SecondResponse,
} from '../../dicom/scu/second-stack.ts';
import { plainMatch } from '../../dicom/scu/second-values.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { type PeerAddress, tlsOptions } from './client.ts';
import type { WireQuery } from './query.ts';
import { type RetrieveEnd, type RetrieveWish, wishKeys } from './retrieval.ts';

/** The final response of a request that got one. */
export interface SecondAnswer extends SecondOutcome {
  readonly final: SecondResponse;
}

/** Asks once. @throws DicomRunError 104 for what dcmjs-dimse cannot do, 111 without an answer */
export async function askSecond(
  peer: PeerAddress,
  request: SecondRequest,
  timeoutMs: number,
): Promise<SecondAnswer> {
  if (peer.sourceAddress !== undefined) throw cannot('cannot choose the source address');
  if (peer.maxPdu !== undefined) throw cannot('cannot choose the PDU size');
  let outcome: SecondOutcome;
  try {
    outcome = await askSecondStack({ ...peer, tls: tlsOptions(peer) }, request, timeoutMs);
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    const { code, message, hint } = error;
    throw new DicomRunError(ExitCode.CONFIG, {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const final = outcome.responses[outcome.responses.length - 1];
  if (outcome.failure === '' && final !== undefined) return { ...outcome, final };
  throw new DicomRunError(ExitCode.UNREACHABLE, {
    code: 'STACK_NO_ANSWER',
    message: `${peerText(peer)}: ${SECOND_STACK} says: ${outcome.failure}`,
    hint: 'the same without --stack tells in more detail what happened',
  });
}

function cannot(what: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'STACK_CANNOT',
    message: `${SECOND_STACK} ${what}`,
    hint: 'ask without --stack',
  });
}

/** All matches up to the limit, by keyword. */
export async function findSecond(
  peer: PeerAddress,
  { model, level, keys }: WireQuery,
  { limit, timeoutMs }: { readonly limit: number; readonly timeoutMs: number },
): Promise<SecondAnswer & { readonly matches: readonly JsonDataset[] }> {
  const leveled = level === undefined ? keys : { ...keys, QueryRetrieveLevel: level };
  const request = {
    kind: 'find',
    sopClass: queryClass(model, 'find'),
    keys: leveled,
    limit,
  } as const;
  const answer = await askSecond(peer, request, timeoutMs);
  const matches = answer.responses
    .slice(0, -1)
    .flatMap(({ dataset }) => (dataset === null ? [] : [plainMatch(dataset)]));
  return { ...answer, matches: matches.slice(0, limit) };
}

export interface SecondRetrieval extends RetrieveEnd {
  /** What came by C-GET. */
  readonly instances: SecondOutcome['instances'];
}

/** C-MOVE or C-GET of a study, a series or an instance. */
export async function retrieveSecond(
  peer: PeerAddress,
  wish: RetrieveWish & { readonly kind: 'move' | 'get'; readonly destination?: string },
  timeoutMs: number,
): Promise<SecondRetrieval> {
  const { kind, destination } = wish;
  const { level, keys } = wishKeys(wish);
  const request = {
    kind,
    sopClass: queryClass('study', kind),
    keys: { QueryRetrieveLevel: level, ...keys },
    ...(destination === undefined ? {} : { destination }),
  };
  const { final, instances } = await askSecond(peer, request, timeoutMs);
  const count = (name: string): number | null => {
    const value = final.command[`NumberOf${name}Suboperations`];
    return typeof value === 'number' ? value : null;
  };
  const failed = count('Failed');
  return {
    remaining: count('Remaining'),
    completed: count('Completed'),
    failed,
    warning: count('Warning'),
    status: final.status,
    errorComment: final.comment,
    ok: final.status === 0 && (failed ?? 0) === 0,
    instances,
  };
}
