// JUnit XML: thresholds, checks and (in smoke mode) cases as test cases. Times in seconds.
import { ExitCode } from '../errors.ts';
import type { CaseResult, Summary } from '../metrics/summary.ts';
import { count, thresholdNumber } from '../metrics/numbers.ts';

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly seconds: number;
  readonly result: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** One `testsuites` document. */
export function renderJunit(summary: Summary): string {
  const own = [...smokeCases(summary), ...checkCases(summary), ...thresholdCases(summary)];
  const cases = [...verdictCases(summary, own.length), ...own];
  const suites = new Map<string, Case[]>();
  for (const one of cases) suites.set(one.suite, [...(suites.get(one.suite) ?? []), one]);
  const time = summary.run.durationMs / 1000;
  const counts = attributesOf(cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(summary.run.title ?? summary.run.script)}" ${counts} time="${time.toFixed(3)}">`,
    ...[...suites].flatMap(([name, list]) => suiteLines(name, list, summary)),
    '</testsuites>',
    '',
  ].join('\n');
}

/** Cases of what never came to a run: the same document, without a summary. */
export function renderCases(results: readonly CaseResult[], at: Date): string {
  const cases = results.map(smokeCase);
  const suites = new Map<string, Case[]>();
  for (const one of cases) suites.set(one.suite, [...(suites.get(one.suite) ?? []), one]);
  const run = { run: { startedAt: at.toISOString() } };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributesOf(cases)}>`,
    ...[...suites].flatMap(([name, list]) => suiteLines(name, list, run)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines(
  name: string,
  list: readonly Case[],
  summary: { readonly run: { readonly startedAt: string } },
): string[] {
  const time = list.reduce((sum, one) => sum + one.seconds, 0);
  return [
    `  <testsuite name="${xml(name)}" ${attributesOf(list)} time="${time.toFixed(3)}" timestamp="${xml(summary.run.startedAt)}">`,
    ...list.flatMap(caseLines),
    '  </testsuite>',
  ];
}

function caseLines(one: Case): string[] {
  const open = `    <testcase classname="${xml(one.suite)}" name="${xml(one.name)}" time="${one.seconds.toFixed(3)}"`;
  const properties = Object.entries(one.properties).map(
    ([name, value]) => `        <property name="${xml(name)}" value="${xml(value)}"/>`,
  );
  const body = [
    ...(properties.length === 0
      ? []
      : ['      <properties>', ...properties, '      </properties>']),
    ...(one.result === 'passed' ? [] : [`      <${one.result} message="${xml(one.message)}"/>`]),
  ];
  return body.length === 0 ? [`${open}/>`] : [`${open}>`, ...body, '    </testcase>'];
}

function attributesOf(cases: readonly Case[]): string {
  const of = (result: Case['result']): number =>
    cases.filter((one) => one.result === result).length;
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
}

const RESULT: Readonly<Record<CaseResult['state'], Case['result']>> = {
  passed: 'passed',
  failed: 'failure',
  error: 'error',
  skipped: 'skipped',
  manual: 'skipped',
};

/** A load test also fails by rules that are no threshold: images lost, nothing tested. */
function verdictCases({ cases, run, thresholds, verdict }: Summary, others: number): Case[] {
  const crossed = thresholds.filter(({ failed }) => failed).length;
  const isSaid = verdict.reasons.length <= crossed && others > 0;
  if (cases.length > 0 || isSaid) return [];
  const broken = verdict.exitCode === ExitCode.THRESHOLDS ? 'failure' : 'error';
  const result = verdict.passed ? 'passed' : broken;
  const reasons = verdict.reasons.length > 0 ? verdict.reasons : [verdict.reason];
  return [
    {
      suite: `${run.script} verdict`,
      ...{ name: 'verdict', seconds: run.durationMs / 1000, result },
      message: verdict.passed ? '' : reasons.join('; '),
      properties: {},
    },
  ];
}

function smokeCases(summary: Summary): Case[] {
  return summary.cases.map(smokeCase);
}

function smokeCase(one: CaseResult): Case {
  return {
    suite: one.suite,
    name: one.name,
    seconds: one.durationMs / 1000,
    result: RESULT[one.state],
    message: [
      one.state === 'manual' ? 'manual:' : '',
      one.message ?? '',
      one.where === undefined ? '' : `(${one.where})`,
    ]
      .filter((part) => part !== '')
      .join(' '),
    properties: one.properties ?? {},
  };
}

/** Checks of a load test; smoke mode has them among its cases already. */
function checkCases(summary: Summary): Case[] {
  if (summary.cases.length > 0) return [];
  return summary.checks.items.map(({ name, passes, fails, examples = [] }) => ({
    suite: `${summary.run.script} checks`,
    name,
    seconds: 0,
    result: fails === 0 ? 'passed' : 'failure',
    message:
      fails === 0
        ? ''
        : [
            `${count(fails)} of ${count(passes + fails)} failed`,
            ...examples.map(({ text }) => text),
          ]
            .filter((text) => text !== '')
            .join('\n'),
    properties: { passes: String(passes), fails: String(fails) },
  }));
}

function thresholdCases(summary: Summary): Case[] {
  return summary.thresholds.map((result) => {
    const observed =
      result.observed === undefined
        ? 'no data'
        : `observed ${thresholdNumber(result, result.observed, summary.timeUnit)}`;
    const skipped = result.verdict === 'no data' && !result.failed;
    return {
      suite: `${summary.run.script} thresholds`,
      name: `${result.metric} ${result.expression}`,
      seconds: 0,
      result: result.failed ? 'failure' : skipped ? 'skipped' : 'passed',
      message: observed,
      properties: {},
    };
  });
}

/** Escapes, and drops what XML 1.0 cannot hold. */
export function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    .replace(/[&<>"'\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
