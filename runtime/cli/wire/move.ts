// One C-MOVE on an association of its own.
import { queryClass } from '../../dicom/dimse/services.ts';
import type { RetrieveResult } from '../../dicom/scu/retrieve.ts';
import type { Timeouts } from '../../dicom/ul/associate-request.ts';
import { IMPLICIT_LITTLE, mustBeAccepted, open, release } from './client.ts';
import type { PeerAddress } from './client.ts';
import { retrieveOnce, type RetrieveWish, wishKeys } from './retrieval.ts';

export interface MoveWish extends RetrieveWish {
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
  try {
    mustBeAccepted(association, peer, { sopClass: abstractSyntax, service: 'C-MOVE, Study Root' });
    const options = { ...wishKeys(wish), destination: wish.destination };
    return await retrieveOnce(association, peer, options, ({ remaining, completed }) => {
      if ((remaining ?? 0) > 0) say(`${completed ?? 0} moved, ${remaining} to go\n`);
    });
  } finally {
    await release(association);
  }
}
