// Samples of attempts to associate.
import type { AssociateOutcome } from '../../dicom/ul/associate.ts';
import { outcomeWord } from './outcome.ts';
import type { WorkerParts } from '../parts.ts';
import type { TagContext, TagContexts } from '../observe/tags.ts';

/** Series of attempts that came to the same. */
interface AttemptSeries {
  readonly attempts: number;
  readonly failed: number;
}

/** Bundle key of accepted attempts; those of requests are not negative. */
const ACCEPTED_KEY = -1;

/** Counts an attempt in the context of its peer; failed is what was not expected. */
export function countAttempt(
  { contexts, samples }: WorkerParts,
  peer: TagContext,
  outcome: AssociateOutcome,
  failed: boolean,
): void {
  const word = outcomeWord(outcome);
  const accepted = word === 'accepted';
  const series = accepted ? acceptedSeries(contexts, peer) : seriesOf(contexts, peer, outcome);
  samples.add(series.attempts, 1);
  samples.add(series.failed, failed ? 1 : 0);
  if (outcome.connectMs > 0)
    samples.add(contexts.series(peer, 'dicom_connecting'), outcome.connectMs);
  if (outcome.tlsMs > 0) samples.add(contexts.series(peer, 'dicom_tls_handshaking'), outcome.tlsMs);
  if (outcome.kind === 'accepted')
    samples.add(contexts.series(peer, 'dicom_associating'), outcome.associateMs);
}

/** Those of the usual outcome, found by one number. */
function acceptedSeries(contexts: TagContexts, peer: TagContext): AttemptSeries {
  // why: bundles are read by whoever put them there, under keys of their own
  let series = peer.bundles.get(ACCEPTED_KEY) as AttemptSeries | undefined;
  if (series === undefined) {
    series = declare(contexts, peer, { outcome: 'accepted', status: '' });
    peer.bundles.set(ACCEPTED_KEY, series);
  }
  return series;
}

function seriesOf(
  contexts: TagContexts,
  peer: TagContext,
  outcome: AssociateOutcome,
): AttemptSeries {
  const status =
    outcome.kind === 'rejected' ? `${outcome.result}-${outcome.source}-${outcome.reason}` : '';
  return declare(contexts, peer, { outcome: outcomeWord(outcome), status });
}

function declare(
  contexts: TagContexts,
  peer: TagContext,
  { outcome, status }: { readonly outcome: string; readonly status: string },
): AttemptSeries {
  const ended = contexts.with(peer, `assoc ${outcome} ${status}`, { outcome, status });
  const judged = contexts.with(peer, `assoc ${outcome}`, { outcome });
  return {
    attempts: contexts.series(ended, 'dicom_assocs'),
    failed: contexts.series(judged, 'dicom_assoc_failed'),
  };
}
