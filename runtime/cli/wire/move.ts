// One C-MOVE on an association of its own.
import { queryClass } from '../../dicom/dimse/uids.ts';
import { describeFailure } from '../../dicom/failure-text.ts';
import { retrieve } from '../../dicom/scu/retrieve.ts';
import type { RetrieveResult } from '../../dicom/scu/retrieve.ts';
import type { Timeouts } from '../../dicom/ul/associate-request.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { IMPLICIT_LITTLE, mustBeAccepted, open, release } from './client.ts';
import type { PeerAddress } from './client.ts';

export interface MoveWish {
  readonly study: string;
  readonly series: string | undefined;
  readonly instance: string | undefined;
  readonly destination: string;
}

/** @throws DicomRunError 111 when there is no answer */
export async function runMove(
  peer: PeerAddress,
  wish: MoveWish,
  timeouts: Partial<Timeouts>,
  say: (text: string) => void,
): Promise<RetrieveResult> {
  const abstractSyntax = queryClass('study', 'move');
  const contexts = [{ abstractSyntax, transferSyntaxes: [IMPLICIT_LITTLE] }];
  const association = await open(peer, { contexts, timeouts });
  const level =
    wish.instance !== undefined ? 'IMAGE' : wish.series !== undefined ? 'SERIES' : 'STUDY';
  const keys = {
    StudyInstanceUID: wish.study,
    ...(wish.series === undefined ? {} : { SeriesInstanceUID: wish.series }),
    ...(wish.instance === undefined ? {} : { SOPInstanceUID: wish.instance }),
  };
  try {
    const service = 'C-MOVE, Study Root';
    mustBeAccepted(association, peer, { sopClass: abstractSyntax, service });
    const result = await new Promise<RetrieveResult>((resolve) => {
      retrieve(
        association,
        { level, keys, destination: wish.destination },
        {
          onProgress: ({ remaining, completed }) => {
            if ((remaining ?? 0) > 0) say(`${completed ?? 0} moved, ${remaining} to go\n`);
          },
          onDone: resolve,
        },
      );
    });
    if (result.failure === null) return result;
    throw new DicomRunError(ExitCode.UNREACHABLE, describeFailure(result.failure, peer));
  } finally {
    await release(association);
  }
}
