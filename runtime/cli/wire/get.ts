// One C-GET on an association of its own: what comes is written as it comes.
import { queryClass } from '../../dicom/dimse/services.ts';
import { STORAGE_CLASSES } from '../../dicom/dimse/uids.ts';
import { transferSyntaxUid } from '../../dicom/element/transfer-syntax.ts';
import { InstanceReceiver } from '../../dicom/scu/receive.ts';
import type { RetrieveResult, SubOperations } from '../../dicom/scu/retrieve.ts';
import type { ProposedContext, Timeouts } from '../../dicom/ul/associate-request.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE, mustBeAccepted, open, release } from './client.ts';
import type { PeerAddress } from './client.ts';
import { retrieveOnce, type RetrieveWish, wishKeys } from './retrieval.ts';

const MAX_CONTEXTS = 128;

/**
 * A context for each of the usual storage classes and each of the transfer syntaxes, so that every
 * instance may come as it is stored.
 *
 * @param more short names or UIDs, beside the uncompressed ones
 * @throws DicomRunError 104 for an unknown one, and for more than fit (PS3.8 §9.3.2.2)
 */
export function getContexts(more: readonly string[]): ProposedContext[] {
  const compressed = more.map(syntaxOf);
  const abstractSyntax = queryClass('study', 'get');
  const uncompressed = [EXPLICIT_LITTLE, IMPLICIT_LITTLE];
  const contexts = [
    { abstractSyntax, transferSyntaxes: [IMPLICIT_LITTLE] },
    ...[uncompressed, ...compressed.map((one) => [one])].flatMap((transferSyntaxes) =>
      STORAGE_CLASSES.map((sopClass) => ({ abstractSyntax: sopClass, transferSyntaxes })),
    ),
  ];
  if (contexts.length <= MAX_CONTEXTS) return contexts;
  const most = Math.floor((MAX_CONTEXTS - 1) / STORAGE_CLASSES.length) - 1;
  throw wrong(
    `${compressed.length} transfer syntaxes beside the uncompressed ones are more than fit an association`,
    `at most ${most}; get the rest by a second command`,
  );
}

function syntaxOf(name: string): string {
  const uid = transferSyntaxUid(name);
  if (uid !== null) return uid;
  throw wrong(
    `"${name}" is no transfer syntax`,
    'a UID, or a short name: rle, jpeg, jpeg-lossless, jpeg-ls, jpeg2000 …',
  );
}

function wrong(message: string, hint: string): DicomRunError {
  const code = 'CONFIG_VALUE';
  return new DicomRunError(ExitCode.CONFIG, {
    code,
    message: `--transfer-syntax: ${message}`,
    hint,
  });
}

export interface GetWish extends RetrieveWish {
  /** Ends it: what is there whole stays. */
  readonly interrupted?: AbortSignal;
  readonly folder: string;
  readonly contexts: readonly ProposedContext[];
}

export interface GetEnd {
  readonly result: RetrieveResult;
  /** Instances that are in the folder, and the bytes of their data sets. */
  readonly received: number;
  readonly bytes: number;
  /** Why an instance could not be kept, '' when all were. */
  readonly failure: string;
}

/** @throws DicomRunError 111 when there is no answer */
export async function runGet(
  peer: PeerAddress,
  { folder, contexts, interrupted, ...wish }: GetWish,
  timeouts: Partial<Timeouts>,
  onProgress: (counters: SubOperations) => void,
): Promise<GetEnd> {
  // What comes by C-GET needs the SCP role (PS3.4 §C.5.3).
  const roles = STORAGE_CLASSES.map((sopClass) => ({ sopClass, scu: false, scp: true }));
  const association = await open(peer, { contexts, timeouts, roles });
  const receiver = new InstanceReceiver({ folder });
  association.handler = receiver;
  interrupted?.addEventListener('abort', () => {
    receiver.close();
    association.abort();
  });
  try {
    const sopClass = queryClass('study', 'get');
    mustBeAccepted(association, peer, {
      sopClass,
      service: 'C-GET, Study Root',
      hint: NOT_OFFERED,
    });
    const result = await retrieveOnce(association, peer, wishKeys(wish), onProgress);
    const { instances: received, bytes, failure } = receiver;
    return { result, received, bytes, failure };
  } finally {
    receiver.close();
    await release(association);
  }
}

const NOT_OFFERED =
  'many archives do not offer C-GET: `dicomrun move UID --to AET` has them send it to a station that they know';
