// Runs scripts as smoke tests, one after another, per route: each gives test cases.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { conduct } from '../../../conductor/conduct.ts';
import type { ConductResult } from '../../../conductor/conduct-types.ts';
import { Stopper } from '../../../conductor/stopper.ts';
import type { Options } from '../../../config/types.ts';
import { ExitCode } from '../../../errors.ts';
import type { DicomRunError } from '../../../errors.ts';
import type { CaseResult, Summary } from '../../../metrics/summary.ts';
import { renderJunit } from '../../../report/junit.ts';
import { composeRun, shownPath } from '../../run/compose.ts';
import { asDicomRunError } from '../../problem-text.ts';
import { supervise } from '../../run/supervise.ts';
import type { FlagValues } from '../../run/run-flags.ts';
import type { Terminal } from '../../terminal.ts';
import { checkPlaces } from './check-place.ts';
import type { CheckPlace } from './check-place.ts';
import { CaseCollector } from './collector.ts';
import type { SmokeOutcome } from './reporters.ts';
import { grepScenarios, isLabelled, NotSelected } from './select.ts';
import { SmokeScreen } from './smoke-screen.ts';

export interface SmokeRequest {
  readonly scripts: readonly string[];
  /** null: the script's own. */
  readonly routes: readonly (string | null)[];
  readonly flags: FlagValues;
  readonly labels: readonly string[];
  readonly pattern: RegExp | null;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly terminal: Terminal;
}

interface OneRun {
  readonly script: string;
  readonly route: string | null;
}

interface OneResult {
  readonly cases: readonly CaseResult[];
  readonly exitCode: number;
  readonly folder: string | null;
  readonly junit: string | null;
}

/** Results of all, with the JUnit documents of the single runs. */
export interface SmokeResult extends SmokeOutcome {
  readonly junit: readonly string[];
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

export async function runSmoke(request: SmokeRequest): Promise<SmokeResult> {
  const results: OneResult[] = [];
  for (const script of request.scripts) {
    for (const route of request.routes) {
      const result = await withRetries(request, { script, route });
      results.push(result);
      if (result.exitCode === ExitCode.INTERRUPTED) return outcomeOf(results);
    }
  }
  return outcomeOf(results);
}

function outcomeOf(results: readonly OneResult[]): SmokeResult {
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
      return noRun(
        { suite, name: 'not selected', state: 'skipped', durationMs: 0, message: error.reason },
        0,
      );
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
  const name = shortName(one.script);
  const screen = new SmokeScreen(terminal);
  const placeOf = placesIn(one.script, terminal);
  const result = await conduct(
    composeRun({
      script: one.script,
      flags,
      mode: 'smoke',
      terminal,
      screen,
      stopper,
      next: () => [],
      adjust: (options) => select(request, options, name),
      outputs: [collector],
      cases: (recorder) => [
        ...collector.cases({ script: name, route: one.route, recorder, placeOf }),
        ...endCases(suiteOf(one), stopper),
      ],
    }),
  );
  // Whose association a missing instance went over is not known.
  const lost = missingOf(result.summary) > 0;
  screen.transcripts(lost ? 'all' : collector.failedScenarios());
  return toResult(result, terminal);
}

/** The script may be gone by now, or be no text: then its checks have no line. */
function placesIn(script: string, terminal: Terminal): CheckPlace {
  const file = resolve(terminal.cwd, script);
  const source = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return checkPlaces(shownPath(terminal, file), source);
}

function select(request: SmokeRequest, options: Options, name: string): Options {
  if (!isLabelled(options.labels, request.labels)) {
    const labels = options.labels.join(', ');
    throw new NotSelected(labels === '' ? 'it has no label' : `it is labelled ${labels}`);
  }
  return grepScenarios(options, name, request.pattern);
}

function toResult({ summary, folder }: ConductResult, terminal: Terminal): OneResult {
  const missing = missingOf(summary);
  const lost: CaseResult = {
    suite: summary.run.script,
    name: 'everything accepted arrives',
    state: 'failed',
    durationMs: 0,
    message: `${missing} accepted instances did not arrive${namedMissing(summary)}`,
  };
  const cases = missing > 0 ? [...summary.cases, lost] : summary.cases;
  const junit = renderJunit({ ...summary, cases });
  writeFileSync(join(folder, 'junit.xml'), junit, { mode: 0o600 });
  return {
    cases,
    exitCode: summary.verdict.exitCode,
    folder: shownPath(terminal, folder),
    junit,
  };
}

/** The first few of them. */
function namedMissing({ delivery }: Summary): string {
  const named = (delivery.missing ?? []).slice(0, 3).map(({ instance }) => instance);
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
    name: unreachable ? 'target answers' : 'starts',
    state: unreachable ? 'skipped' : 'error',
    durationMs: 0,
    message: message.join('; '),
    ...(problem?.where === undefined ? {} : { where: problem.where }),
  };
}

function noRun(one: CaseResult, exitCode: number): OneResult {
  return { cases: [one], exitCode, folder: null, junit: null };
}

function suiteOf({ script, route }: OneRun): string {
  return route === null ? shortName(script) : `${shortName(script)} › ${route}`;
}

/** `examples/gi-routing.ts` → `gi-routing`. */
function shortName(script: string): string {
  return script.replace(/^.*[\\/]/, '').replace(/\.[jt]s$/, '');
}
