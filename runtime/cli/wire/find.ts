// One C-FIND on an association of its own; where Study Root finds nothing, Patient Root is asked.
import type { JsonDataset } from '../../dicom/element/json.ts';
import { queryClass } from '../../dicom/dimse/services.ts';
import { find } from '../../dicom/scu/find.ts';
import type { FindResult } from '../../dicom/scu/find.ts';
import type { Timeouts } from '../../dicom/ul/associate-request.ts';
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE, mustBeAccepted, open, release } from './client.ts';
import type { PeerAddress } from './client.ts';
import type { Association } from '../../dicom/ul/association.ts';
import type { WireQuery } from './query.ts';

export interface FindOutcome {
  readonly matches: readonly JsonDataset[];
  readonly result: FindResult;
  /** Information model that answered. */
  readonly model: Model;
}

type Model = WireQuery['model'];

const NAMES: Readonly<Record<Model, string>> = {
  study: 'C-FIND, Study Root',
  patient: 'C-FIND, Patient Root',
  worklist: 'C-FIND, worklist',
};

/** Models to ask, one after the other. */
function modelsOf(query: WireQuery): readonly Model[] {
  if (query.only === true || query.model === 'worklist') return [query.model];
  return query.model === 'study' ? ['study', 'patient'] : ['patient', 'study'];
}

/** All matches, up to the limit. @throws DicomRunError 111 when no association opens */
export async function runFind(
  peer: PeerAddress,
  query: WireQuery,
  options: { readonly limit: number; readonly timeouts: Partial<Timeouts> },
): Promise<FindOutcome> {
  const models = modelsOf(query);
  const contexts = models.map((model) => ({
    abstractSyntax: queryClass(model, 'find'),
    transferSyntaxes: [EXPLICIT_LITTLE, IMPLICIT_LITTLE],
  }));
  const association = await open(peer, { contexts, timeouts: options.timeouts });
  try {
    const offered = models.filter(
      (model) => association.contextFor(queryClass(model, 'find'), '') !== 0,
    );
    const [model = query.model, next] = offered;
    const service = NAMES[model];
    mustBeAccepted(association, peer, { sopClass: queryClass(model, 'find'), service });
    const first = await askOnce(association, { ...query, model }, options.limit);
    if (next === undefined || !association.open || hasAnswer(first)) return first;
    const second = await askOnce(association, { ...query, model: next }, options.limit);
    return hasAnswer(second) ? second : first;
  } finally {
    await release(association);
  }
}

const hasAnswer = ({ matches, result }: FindOutcome): boolean =>
  matches.length > 0 && result.failure === null;

async function askOnce(
  association: Association,
  { model, level, keys }: WireQuery,
  limit: number,
): Promise<FindOutcome> {
  const matches: JsonDataset[] = [];
  const result = await new Promise<FindResult>((resolve) => {
    find(
      association,
      { model, keys, cancelAfter: limit, ...(level === undefined ? {} : { level }) },
      {
        onMatch: (match) => {
          if (matches.length < limit) matches.push(match);
        },
        onDone: resolve,
      },
    );
  });
  return { matches, result, model };
}
