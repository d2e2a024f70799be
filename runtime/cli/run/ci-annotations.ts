// What a CI server shows of a load test: each crossed threshold as an error, each check that failed
// as a warning, since checks alone fail no run.
import type { CaseResult, Summary } from '../../metrics/summary.ts';
import { metricValue } from '../../report/format.ts';
import { azureText, githubText } from '../commands/smoke/reporters.ts';

/** Commands for GitHub Actions or Azure DevOps; '' elsewhere, and where nothing failed. */
export function annotations(
  summary: Summary,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const github = env['GITHUB_ACTIONS'] === 'true';
  if (!github && env['TF_BUILD'] === undefined) return '';
  const text = github ? githubText : azureText;
  return (
    text({ cases: thresholds(summary) }, 'error') + text({ cases: checks(summary) }, 'warning')
  );
}

function thresholds({ thresholds: all, run, timeUnit }: Summary): CaseResult[] {
  return all
    .filter(({ failed }) => failed)
    .map(({ metric, expression, observed, contains }) =>
      failure(
        `${run.script} › threshold`,
        `${metric} ${expression}`,
        observed === undefined
          ? 'no data'
          : `observed ${metricValue(observed, contains, timeUnit)}`,
      ),
    );
}

function checks({ checks: { items }, run }: Summary): CaseResult[] {
  return items
    .filter(({ fails }) => fails > 0)
    .map(({ name, passes, fails }) =>
      failure(`${run.script} › check`, name, `${fails} of ${passes + fails} failed`),
    );
}

function failure(suite: string, name: string, message: string): CaseResult {
  return { suite, name, message, state: 'failed', durationMs: 0 };
}
