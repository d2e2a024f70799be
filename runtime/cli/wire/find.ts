// One C-FIND on an association of its own.
import type { JsonDataset } from '../../dicom/element/json.ts';
import { queryClass } from '../../dicom/dimse/uids.ts';
import { find } from '../../dicom/scu/find.ts';
import type { FindResult } from '../../dicom/scu/find.ts';
import type { Timeouts } from '../../dicom/ul/associate-request.ts';
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE, mustBeAccepted, open, release } from './client.ts';
import type { PeerAddress } from './client.ts';
import type { Query } from './query.ts';

export interface FindOutcome {
  readonly matches: readonly JsonDataset[];
  readonly result: FindResult;
}

/** All matches, up to the limit. @throws DicomRunError 111 when no association opens */
export async function runFind(
  peer: PeerAddress,
  query: Query,
  options: { readonly limit: number; readonly timeouts: Partial<Timeouts> },
): Promise<FindOutcome> {
  const abstractSyntax = queryClass(query.model, 'find');
  const contexts = [{ abstractSyntax, transferSyntaxes: [EXPLICIT_LITTLE, IMPLICIT_LITTLE] }];
  const association = await open(peer, { contexts, timeouts: options.timeouts });
  try {
    const service = query.model === 'worklist' ? 'C-FIND, worklist' : 'C-FIND, Study Root';
    mustBeAccepted(association, peer, { sopClass: abstractSyntax, service });
    const matches: JsonDataset[] = [];
    const { model, level, keys } = query;
    const result = await new Promise<FindResult>((resolve) => {
      find(
        association,
        { model, keys, cancelAfter: options.limit, ...(level === undefined ? {} : { level }) },
        {
          onMatch: (match) => {
            if (matches.length < options.limit) matches.push(match);
          },
          onDone: resolve,
        },
      );
    });
    return { matches, result };
  } finally {
    await release(association);
  }
}
