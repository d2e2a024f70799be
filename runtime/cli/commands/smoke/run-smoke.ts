// Runs scripts as smoke tests, one after another, per route: each gives test cases.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Stopper } from '../../../conductor/stopper.ts';
import type { Options } from '../../../config/types.ts';
import { RESULT_FILES } from '../../../conductor/records/result-files.ts';
import { DicomRunError, ExitCode } from '../../../errors.ts';
import { plural } from '../../../metrics/numbers.ts';
import type { CaseResult, Summary } from '../../../metrics/summary.ts';
import { missingName } from '../../../report/missing.ts';
import { renderCases, renderJunit } from '../../../report/junit.ts';
import { writeOwnFile } from '../../../own-file.ts';
import { execute } from '../../run/execute.ts';
import type { ExecuteResult } from '../../run/execute.ts';
import { asDicomRunError } from '../../problem-text.ts';
import { supervise } from '../../run/supervise.ts';
import type { FlagValues } from '../../flags/given-flags.ts';
import { shownPath } from '../../terminal.ts';
import type { Terminal } from '../../terminal.ts';
import { Bail } from './bail.ts';
import { checkPlaces } from './check-place.ts';
import { CaseCollector } from './collector.ts';
import type { SmokeOutcome } from './reporters.ts';
import { failedPattern, readLastFailed, rememberFailed, TARGET_ANSWERS } from './last-failed.ts';
import type { FailedCase } from './last-failed.ts';
import {
  grepScenarios,
  isWanted,
  labelledScenarios,
  labelsOf,
  NotSelected,
  titlesOf,
} from './select.ts';
import type { Placed, Session, SessionPart } from './session-report.ts';
import { SmokeScreen } from './smoke-screen.ts';

export interface SmokeRequest {
  readonly scripts: readonly string[];
  /** null: the script's own. */
  readonly routes: readonly (string | null)[];
  readonly flags: FlagValues;
  readonly labels: readonly string[];
  readonly pattern: RegExp | null;
  readonly retries: number;
  /** Stop at the first case that fails. */
  readonly bail: boolean;
  /** Only what failed last time. */
  readonly lastFailed: boolean;
  /** Scripts that run at the same time. */
  readonly parallel: number;
  readonly timeoutMs: number;
  readonly terminal: Terminal;
}

interface Named {
  readonly script: string;
  readonly route: string | null;
}

interface OneRun extends Named {
  /** What titles of its cases have to fit; null: all. */
  readonly pattern: RegExp | null;
}

interface OneResult {
  readonly cases: readonly CaseResult[];
  readonly exitCode: number;
  /** Absent: something was selected. */
  readonly unselected?: NotSelected;
  readonly folder: string | null;
  readonly junit: string | null;
  /** Where its results went; null when it never came to a run. */
  readonly placed: Placed | null;
}

/** Results of all, with the JUnit documents of the single runs. */
export interface SmokeResult extends SmokeOutcome {
  readonly junit: readonly string[];
  readonly session: Session;
}

/** A failing test says more than an environment that is down; a broken script more than both. */
const SEVERITY: readonly number[] = [
  ExitCode.INTERRUPTED,
  ExitCode.INTERNAL,
  ExitCode.CONFIG,
  ExitCode.SCRIPT,
  ExitCode.SETUP_TIMEOUT,
  ExitCode.TEARDOWN_TIMEOUT,
  ExitCode.ABORTED_BY_SCRIPT,
  ExitCode.MARKED_FAILED,
  ExitCode.THRESHOLDS,
  ExitCode.OUTPUT_LOST,
  ExitCode.UNREACHABLE,
];

/** @throws DicomRunError 104 when nothing is selected */
export async function runSmoke(request: SmokeRequest): Promise<SmokeResult> {
  const { scripts, routes, bail, parallel, terminal } = request;
  const startedAt = new Date();
  const failed = request.lastFailed ? readLastFailed(terminal) : null;
  const queue = scripts
    .flatMap((script) => routes.map((route): Named => ({ script, route })))
    .filter((one) => failed === null || failed.some(({ suite }) => isOf(suite, one)))
    .map((one) => ({ ...one, pattern: patternOf(request, failed, one) }));
  const all = queue.length;
  const results: (OneResult | undefined)[] = new Array<undefined>(all);
  let next = 0;
  let ended = false;
  const work = async (): Promise<void> => {
    while (next < all && !ended) {
      const at = next++;
      const one = queue[at];
      if (one === undefined) return;
      const result = await withRetries(request, one);
      results[at] = result;
      const failed = result.exitCode !== ExitCode.OK;
      if (result.exitCode === ExitCode.INTERRUPTED || (bail && failed)) ended = true;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, work));
  const done = results.filter((one) => one !== undefined);
  const parts = results.flatMap((one, i): readonly SessionPart[] => {
    const named = queue[i];
    if (one === undefined || named === undefined || one.unselected !== undefined) return [];
    const { cases, exitCode, placed } = one;
    return [{ script: suiteOf(named), cases, exitCode, placed }];
  });
  if (done.length < all) terminal.err(`stopped: ${all - done.length} of ${all} scripts not run\n`);
  const selected = done.filter(({ unselected }) => unselected === undefined);
  if (selected.length === 0 && done.length === all) throw nothingSelected(request, done);
  const outcome = outcomeOf(selected);
  rememberFailed(terminal, outcome.cases);
  return { ...outcome, session: { startedAt, parts, notRun: all - done.length } };
}

/** Whether a failed suite is one of a script, by the same route. */
function isOf(suite: string, { script, route }: Named): boolean {
  const steps = suite.split(' › ');
  return steps[0] === shortName(script) && (route === null || steps.at(-1) === route);
}

function patternOf(
  { pattern }: SmokeRequest,
  failed: readonly FailedCase[] | null,
  { script, route }: Named,
): RegExp | null {
  if (failed === null) return pattern;
  return failedPattern(failed, { script: shortName(script), route }) ?? pattern;
}

function nothingSelected(request: SmokeRequest, done: readonly OneResult[]): DicomRunError {
  const { pattern, labels } = request;
  const asked = [
    pattern === null ? '' : `--grep "${pattern.source}"`,
    labels.length === 0 ? '' : `--label ${labels.join(',')}`,
    request.lastFailed ? '--last-failed' : '',
  ].filter((part) => part !== '');
  const there = done.flatMap(({ unselected }) => unselected?.there ?? []);
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_NOTHING_SELECTED',
    message: `nothing was selected${asked.length === 0 ? '' : ` by ${asked.join(' ')}`}`,
    hint: there.length === 0 ? 'nothing failed last time' : `there is: ${there.join('; ')}`,
  });
}

function outcomeOf(results: readonly OneResult[]): Omit<SmokeResult, 'session'> {
  const codes = new Set(results.map(({ exitCode }) => exitCode));
  return {
    cases: results.flatMap(({ cases }) => cases),
    exitCode: SEVERITY.find((code) => codes.has(code)) ?? Math.max(0, ...codes),
    folders: results.flatMap(({ folder }) => (folder === null ? [] : [folder])),
    junit: results.flatMap(({ junit }) => (junit === null ? [] : [junit])),
  };
}

async function withRetries(request: SmokeRequest, one: OneRun): Promise<OneResult> {
  let result = await runOne(request, one);
  for (let retry = 1; retry <= request.retries; retry++) {
    if (result.exitCode !== ExitCode.THRESHOLDS && result.exitCode !== ExitCode.UNREACHABLE) break;
    request.terminal.err(`${one.script}: try ${retry + 1} of ${request.retries + 1}\n`);
    result = await runOne(request, one);
  }
  return result;
}

async function runOne(request: SmokeRequest, one: OneRun): Promise<OneResult> {
  const { terminal, timeoutMs } = request;
  const stopper = new Stopper();
  const off = supervise(terminal, stopper, (text) => terminal.err(text));
  const seconds = timeoutMs / 1000;
  const timer = setTimeout(
    () => stopper.stop(ExitCode.THRESHOLDS, `took longer than ${seconds} s (--timeout)`),
    timeoutMs,
  );
  const suite = suiteOf(one);
  try {
    return await conductOne(request, one, stopper);
  } catch (error) {
    if (error instanceof NotSelected) {
      const titles = error.there.length === 0 ? [`${suite} (${error.reason})`] : error.there;
      return unselected(new NotSelected(error.reason, titles));
    }
    const known = asDicomRunError(error);
    if (known === null) throw error;
    return noRun(caseOf(suite, known), known.exitCode);
  } finally {
    clearTimeout(timer);
    off();
  }
}

async function conductOne(
  request: SmokeRequest,
  one: OneRun,
  stopper: Stopper,
): Promise<OneResult> {
  const { terminal } = request;
  const collector = new CaseCollector();
  const flags = one.route === null ? request.flags : { ...request.flags, route: one.route };
  const named = { script: shortName(one.script), route: one.route };
  const { script: name } = named;
  const bail = request.bail ? new Bail(stopper) : null;
  const screen = new SmokeScreen(terminal, bail);
  const source = sourceOf(one.script, terminal);
  const placeOf = checkPlaces(shownPath(terminal, resolve(terminal.cwd, one.script)), source);
  const result = await execute({
    script: one.script,
    flags,
    mode: 'smoke',
    terminal,
    screen,
    stopper,
    next: () => [],
    adjust: (options) =>
      select(request, options, { name, source, collector, pattern: one.pattern }),
    outputs: [collector],
    cases: (recorder) => [
      ...wanted(one, collector.cases({ ...named, recorder, placeOf })),
      // What made it end is a case already.
      ...(bail?.stopped === true ? [] : endCases(suiteOf(one), stopper)),
    ],
  });
  const { cases } = result.summary;
  const nothing = cases.length === 0 && (one.pattern !== null || collector.rowsOnly.size > 0);
  if (nothing) throw new NotSelected('nothing fits', titlesOf(result.options, name));
  tellPartly(cases, terminal);
  // Whose association a missing instance went over is not known.
  const lost = missingOf(result.summary) > 0;
  screen.transcripts(lost ? 'all' : collector.failedScenarios());
  return toResult(result, terminal);
}

/** The script may be gone by now, or be no text: then its checks have no line. */
function sourceOf(script: string, terminal: Terminal): string {
  const file = resolve(terminal.cwd, script);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function wanted({ pattern }: OneRun, cases: readonly CaseResult[]): readonly CaseResult[] {
  return cases.filter(({ suite, name }) => isWanted(suite, name, pattern));
}

/** A script that asks for many iterations and was run once has not shown what it would. */
function tellPartly(cases: readonly CaseResult[], terminal: Terminal): void {
  const notes = cases.flatMap(({ suite, properties }) => {
    const partly = properties?.['iterations'];
    return partly === undefined ? [] : [`note: ${suite}: ${partly.replace(' (', ' iterations (')}`];
  });
  for (const note of new Set(notes)) {
    terminal.err(`${note}; options.smoke.iterations asks for more, dicom.each runs a table\n`);
  }
}

function select(
  request: SmokeRequest,
  options: Options,
  script: {
    readonly name: string;
    readonly source: string;
    readonly collector: CaseCollector;
    readonly pattern: RegExp | null;
  },
): Options {
  const { name, source, collector, pattern } = script;
  collector.asked = options.smokeAsked ?? {};
  collector.hasThresholds = !options.noThresholds && Object.keys(options.thresholds).length > 0;
  const { kept, rowsOnly } = labelledScenarios(options, { name, source }, request.labels);
  collector.rowsOnly = rowsOnly;
  const some = grepScenarios(kept, script, pattern);
  const grep = pattern?.source ?? null;
  const labels = Object.fromEntries(
    some.scenarios.map((scenario) => [scenario.name, labelsOf(options, scenario)]),
  );
  return { ...some, smokeCases: { script: name, grep, wanted: request.labels, labels } };
}

function toResult({ summary, folder, options }: ExecuteResult, terminal: Terminal): OneResult {
  const { resultsDir, noReport, title } = options;
  const missing = missingOf(summary);
  const lost: CaseResult = {
    suite: summary.run.script,
    name: 'everything accepted arrives',
    state: 'failed',
    durationMs: 0,
    message: `${plural(missing, 'accepted instance')} did not arrive${namedMissing(summary)}`,
    properties: { whole: 'script' },
  };
  const cases = missing > 0 ? [...summary.cases, lost] : summary.cases;
  const junit = renderJunit({ ...summary, cases });
  try {
    writeOwnFile(join(folder, RESULT_FILES.junit), junit);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    terminal.err(`warn: ${shownPath(terminal, folder)}/junit.xml cannot be written: ${why}\n`);
  }
  return {
    cases,
    exitCode: summary.verdict.exitCode,
    folder: shownPath(terminal, folder),
    junit,
    placed: { resultsDir, folder, hasReport: !noReport, title },
  };
}

/** The first few of them. */
function namedMissing({ delivery }: Summary): string {
  const named = (delivery.missing ?? []).slice(0, 3).map(missingName);
  return named.length === 0 ? '' : `, such as ${named.join(', ')}`;
}

const missingOf = ({ delivery }: Summary): number =>
  delivery.routes.reduce((sum, route) => sum + route.missing, 0);

/** A run that was ended before its time is a case too. */
function endCases(suite: string, stopper: Stopper): readonly CaseResult[] {
  const { end } = stopper;
  if (end === null) return [];
  return [{ suite, name: 'runs to its end', state: 'error', durationMs: 0, message: end.reason }];
}

function caseOf(suite: string, error: DicomRunError): CaseResult {
  const [problem] = error.problems;
  const message = [problem?.message ?? error.message, problem?.hint ?? ''].filter((t) => t !== '');
  const unreachable = error.exitCode === ExitCode.UNREACHABLE;
  return {
    suite,
    name: unreachable ? TARGET_ANSWERS : 'starts',
    state: unreachable ? 'skipped' : 'error',
    durationMs: 0,
    message: message.join('; '),
    ...(problem?.where === undefined ? {} : { where: problem.where }),
  };
}

function noRun(one: CaseResult, exitCode: number): OneResult {
  return {
    cases: [one],
    exitCode,
    folder: null,
    junit: renderCases([one], new Date()),
    placed: null,
  };
}

function unselected(reason: NotSelected): OneResult {
  return {
    cases: [],
    exitCode: ExitCode.OK,
    unselected: reason,
    folder: null,
    junit: null,
    placed: null,
  };
}

function suiteOf({ script, route }: Named): string {
  return route === null ? shortName(script) : `${shortName(script)} › ${route}`;
}

/** `examples/gi-routing.ts` → `gi-routing`. */
export function shortName(script: string): string {
  return script.replace(/^.*[\\/]/, '').replace(/\.[jt]s$/, '');
}
