// A run that goes on under another coordinator: the one before it was killed. What the agents had
// reported is in the journal, what else is needed in the note.
import { DicomRunError, ExitCode } from '../errors.ts';
import type { RunNote } from './protocol.ts';
import type { Remote } from './remote.ts';

/** When it began, by our clock: told by those of the agents that are there, else by the other's. */
export function t0Of(
  { own, theirs }: NonNullable<RunNote['t0']>,
  remotes: readonly Remote[],
): number {
  const all = remotes.flatMap(({ index, clock }) => {
    const t0 = theirs[index];
    return t0 === undefined || clock.boundMs === 0 ? [] : [t0 - clock.offsetMs];
  });
  return all.sort((a, b) => a - b)[all.length >> 1] ?? own;
}

export function otherPlan(): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_RESUME',
    message: '--resume: script, options or data are not those with which the run began',
    hint: 'the same command as before, from the same folder, and --resume TESTID',
  });
}
