// What a CI server shows of a load test: each crossed threshold as an error, each check that failed
// as a warning, since checks alone fail no run.
import type { CaseResult, Summary } from '../../metrics/summary.ts';
import { count, thresholdNumber } from '../../metrics/numbers.ts';
import { azureText, githubText } from './case-text.ts';

/** Commands for GitHub Actions or Azure DevOps; '' elsewhere, and where nothing failed. */
export function annotations(
  summary: Summary,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const github = env['GITHUB_ACTIONS'] === 'true';
  if (!github && env['TF_BUILD'] === undefined) return '';
  const text = github ? githubText : azureText;
  const errors = [...rules(summary), ...thresholds(summary)];
  return text({ cases: errors }, 'error') + text({ cases: checks(summary) }, 'warning');
}

/** What fails a run without being a threshold: images lost, nothing tested, the run cut short. */
function rules({ verdict, thresholds: all, run }: Summary): CaseResult[] {
  const crossed = all.filter(({ failed }) => failed).length;
  if (verdict.passed || verdict.reasons.length <= crossed) return [];
  return [failure(`${run.script} › verdict`, 'verdict', verdict.reason)];
}

function thresholds({ thresholds: all, run, timeUnit }: Summary): CaseResult[] {
  return all
    .filter(({ failed }) => failed)
    .map((result) => {
      const { metric, expression, observed } = result;
      const seen =
        observed === undefined
          ? 'no data'
          : `observed ${thresholdNumber(result, observed, timeUnit)}`;
      return failure(`${run.script} › threshold`, `${metric} ${expression}`, seen);
    });
}

function checks({ checks: { items }, run }: Summary): CaseResult[] {
  return items
    .filter(({ fails }) => fails > 0)
    .map(({ name, passes, fails }) =>
      failure(`${run.script} › check`, name, `${count(fails)} of ${count(passes + fails)} failed`),
    );
}

function failure(suite: string, name: string, message: string): CaseResult {
  return { suite, name, message, state: 'failed', durationMs: 0 };
}
