// What agents say instead of "ready", as the problems that a run ends with.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { Problem } from '../../errors.ts';
import type { JoinAnswer, UpRecord } from '../protocol.ts';
import type { Remote } from '../remote.ts';

/** @throws DicomRunError 113 when one of them takes no part */
export function mustHaveJoined(answers: readonly JoinAnswer[], remotes: readonly Remote[]): void {
  const problems = answers.flatMap((answer, i) =>
    answer.ok
      ? []
      : [{ code: 'AGENT_REFUSED', message: `agent ${remotes[i]?.shown}: ${answer.why}` }],
  );
  if (problems.length > 0) throw new DicomRunError(ExitCode.AGENT_LOST, problems);
}

/**
 * @param answers what each said, null: it is gone
 * @throws DicomRunError with the code of the first that refused, 113 where one is gone
 */
export function mustBeReady(
  answers: readonly (UpRecord | null)[],
  remotes: readonly Remote[],
): void {
  const problems = answers.flatMap((answer, i) => problemsOf(answer, remotes[i]));
  if (problems.length === 0) return;
  const refusal = answers.find((answer) => answer?.k === 'refused');
  const code = refusal?.k === 'refused' ? refusal.code : ExitCode.AGENT_LOST;
  throw new DicomRunError(code as ExitCode, problems);
}

function problemsOf(answer: UpRecord | null, remote: Remote | undefined): Problem[] {
  const who = `agent ${remote?.shown}`;
  if (answer === null) {
    const why = remote?.lost ?? 'it is gone';
    return [{ code: 'AGENT_LOST', message: `${who}: ${why}` }];
  }
  if (answer.k !== 'refused') return [];
  return answer.problems.map((one) => ({ ...one, message: `${who}: ${one.message}` }));
}
