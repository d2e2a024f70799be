// Takes what a smoke run reported apart into test cases: every check of every iteration, every row
// of a table, every failure, what was skipped, and scenarios that check nothing.
import type { Recorder } from '../../../conductor/records/recorder.ts';
import type { CaseResult, ErrorGroup } from '../../../metrics/summary.ts';
import type { Output, SampleBatch } from '../../../outputs/output.ts';
import type { CheckedCase, RowCase, StatedCase } from '../../../threads/cases.ts';
import type { CheckPlace } from './check-place.ts';
import type { SeriesDecl } from '../../../metrics/samples.ts';

interface ScenarioSeen {
  iterations: number;
  failed: number;
  durationMs: number;
  /** It asked somebody something. */
  requests: boolean;
}

/** The run that cases are of. */
export interface CasesOf {
  readonly script: string;
  readonly route: string | null;
  readonly recorder: Recorder;
  readonly placeOf: CheckPlace;
}

/** A case with what decides about it. */
interface Made {
  readonly scenario: string;
  /** Row of a table, '' outside. */
  readonly row: string;
  readonly result: CaseResult;
}

const isOfRow = ({ row, result }: Made): boolean => row !== '' || result.state === 'error';

const isBad = ({ state }: CaseResult): boolean => state === 'failed' || state === 'error';

const NOTHING_TESTED = 'nothing was tested: no request, no check, no threshold';

/** Whether a metric counts what was asked of a peer, or came from one. */
function isRequest(metric: string): boolean {
  return /^(dicom|http)_/.test(metric) && metric !== 'dicom_file_read';
}

/** An output that keeps what one smoke run reported. */
export class CaseCollector implements Output {
  readonly name = 'cases';
  /** Empty: it has nothing to account for. */
  readonly destination = '';
  readonly sink = {
    series: (thread: number, series: readonly SeriesDecl[]) => this.#declare(thread, series),
    samples: (batch: SampleBatch) => this.#take(batch),
  };
  /** Iterations that a scenario asks for as a load test; absent where smoke runs as many. */
  asked: Readonly<Record<string, number>> = {};
  /** Scenarios of which only rows are wanted: what is beside them is no case, unless it went wrong. */
  rowsOnly: ReadonlySet<string> = new Set();
  /** Whether thresholds judge the script: then a scenario that asks nobody is tested by these. */
  hasThresholds = false;
  readonly #series = new Map<string, SeriesDecl>();
  readonly #scenarios = new Map<string, ScenarioSeen>();
  readonly #failed = new Set<string>();

  start(): Promise<void> {
    return Promise.resolve();
  }
  wake(): void {
    // Nothing is read from the run log.
  }
  finish() {
    const { name, destination } = this;
    return Promise.resolve({ name, destination, written: 0, rejected: 0, unwritten: 0 });
  }

  /** The cases of a run, in the order in which they first came up. */
  cases(of: CasesOf): readonly CaseResult[] {
    const { asked } = this;
    const { script, route, recorder } = of;
    const suite = (scenario: string) =>
      [script, scenario, route ?? ''].filter((part) => part !== '').join(' › ');
    const told = recorder.cases;
    const checks = told.filter((one) => one.state === 'check');
    const rows = told.filter((one) => one.state === 'row');
    const stated = told.filter((one) => one.state !== 'check' && one.state !== 'row');
    const made = [
      ...checkCases(checks, of, suite),
      ...rowCases(rows, of, suite),
      ...this.#exceptionCases(recorder, rows, suite),
      ...statedCases(stated, suite),
    ];
    for (const { scenario, result } of made) if (isBad(result)) this.#failed.add(scenario);
    const kept = made.filter((one) => !this.rowsOnly.has(one.scenario) || isOfRow(one));
    const judged = expectedFailures(kept, stated, suite);
    const quiet = [...this.#scenarios.keys()].filter(
      (name) => !this.rowsOnly.has(name) && !told.some(({ scenario }) => scenario === name),
    );
    const all = [...judged, ...this.#plainCases(quiet, suite)];
    return all.map(({ scenario, result }) => {
      const n = asked[scenario];
      const ofMany = n === undefined || rows.some((one) => one.scenario === scenario);
      const { iterations = 0 } = this.#scenarios.get(scenario) ?? {};
      return withProperties(result, {
        ...(route === null ? {} : { route }),
        ...(ofMany ? {} : { iterations: `${iterations} of ${n} (smoke)` }),
      });
    });
  }

  /** Scenarios with a case that did not pass; known once there are {@link cases}. */
  failedScenarios(): ReadonlySet<string> {
    return this.#failed;
  }

  #declare(thread: number, series: readonly SeriesDecl[]): void {
    for (const one of series) this.#series.set(`${thread}/${one.id}`, one);
  }

  #take({ thread, n, series, value }: SampleBatch): void {
    for (let i = 0; i < n; i++) {
      const declared = this.#series.get(`${thread}/${series[i] ?? -1}`);
      if (declared !== undefined) this.#count(declared, value[i] ?? 0);
    }
  }

  #count({ metric, tags }: SeriesDecl, value: number): void {
    const scenario = tags['scenario'] ?? '';
    if (isRequest(metric)) this.#scenario(scenario).requests = true;
    if (metric === 'iterations') this.#scenario(scenario).iterations += value;
    else if (metric === 'iteration_failed') this.#scenario(scenario).failed += value;
    else if (metric === 'iteration_duration') this.#scenario(scenario).durationMs += value;
  }

  #scenario(name: string): ScenarioSeen {
    let seen = this.#scenarios.get(name);
    if (seen === undefined) {
      seen = { iterations: 0, failed: 0, durationMs: 0, requests: false };
      this.#scenarios.set(name, seen);
    }
    return seen;
  }

  /**
   * A scenario that says nothing of itself is a case of its own: it ran to its end. It passed only if it
   * asked somebody something, or thresholds judge it: the rule of `run`.
   */
  #plainCases(names: readonly string[], suite: (scenario: string) => string): readonly Made[] {
    return names.flatMap((scenario) => {
      const { iterations, failed, durationMs, requests } = this.#scenario(scenario);
      if (failed > 0 || iterations === 0) return [];
      const common = { suite: suite(scenario), name: 'runs to its end', durationMs };
      // What arrives at a receiver is of no scenario.
      const tested = requests || this.hasThresholds || this.#scenarios.get('')?.requests === true;
      const result: CaseResult = tested
        ? { ...common, state: 'passed' }
        : { ...common, state: 'skipped', message: NOTHING_TESTED };
      return [{ scenario, row: '', result }];
    });
  }

  /** Failures of the run; an exception of a row is that row's. */
  #exceptionCases(
    recorder: Recorder,
    rows: readonly RowCase[],
    suite: (scenario: string) => string,
  ): readonly Made[] {
    return recorder.errorsSummary().groups.map((group) => {
      const { scenario = '', operation, code, message, hint, where } = group;
      const inRow = rows.some((one) => one.scenario === scenario);
      const whole = operation === 'iteration' && !inRow;
      const result: CaseResult = {
        suite: suite(scenario),
        name: `${operation} ${code}`,
        state: 'error',
        durationMs: whole ? this.#scenario(scenario).durationMs : 0,
        message: hint === undefined ? message : `${message}; ${hint}`,
        ...(where === undefined ? {} : { where }),
        ...exampleOf(group),
      };
      return { scenario, row: '', result };
    });
  }
}

function withProperties(result: CaseResult, more: Readonly<Record<string, string>>): CaseResult {
  const properties = { ...more, ...result.properties };
  return Object.keys(properties).length === 0 ? result : { ...result, properties };
}

/** Conditions of one name, scenario, row and group are one case, however often they were judged. */
function checkCases(
  checks: readonly CheckedCase[],
  { recorder, placeOf }: CasesOf,
  suite: (scenario: string) => string,
): readonly Made[] {
  const byKey = new Map<string, CheckedCase[]>();
  for (const one of checks) {
    const key = [one.scenario, one.row ?? '', one.group ?? '', one.name].join('\u0000');
    byKey.set(key, [...(byKey.get(key) ?? []), one]);
  }
  return [...byKey.values()].flatMap((list): Made[] => {
    const [first] = list;
    if (first === undefined) return [];
    const { scenario, row = '', group = '', name } = first;
    const inGroup = group.replace(/^::/, '').replaceAll('::', ' › ');
    const title = [row, inGroup, name].filter((part) => part !== '').join(' › ');
    const durationMs = list.reduce((sum, { ms }) => sum + ms, 0);
    const common = { suite: suite(scenario), name: title, durationMs };
    const fails = list.filter(({ ok }) => !ok);
    if (fails.length === 0) return [{ scenario, row, result: { ...common, state: 'passed' } }];
    const times = list.length;
    const what = times === 1 ? 'the check is false' : `failed ${fails.length} of ${times} times`;
    const seen = fails.map((one) => recorder.seenText(one.seen)).filter((text) => text !== '');
    const message = times === 1 && seen.length > 0 ? seen.join('') : [what, ...seen].join('\n');
    const where = placeOf(name);
    const place = where === null ? {} : { where };
    return [{ scenario, row, result: { ...common, state: 'failed', message, ...place } }];
  });
}

function rowCases(
  rows: readonly RowCase[],
  { recorder }: CasesOf,
  suite: (scenario: string) => string,
): readonly Made[] {
  return rows.map(({ scenario, name, ms, startMs, fails, fault }) => {
    const properties = { start: (startMs / 1000).toFixed(3) };
    const common = { suite: suite(scenario), name, durationMs: ms, properties };
    const made = (result: CaseResult): Made => ({ scenario, row: name, result });
    if (fault !== undefined) {
      const where = recorder.place(fault.stack);
      const message = recorder.discreet(fault.message);
      const place = where === undefined ? {} : { where };
      return made({ ...common, state: 'error', message, ...place });
    }
    if (fails === 0) return made({ ...common, state: 'passed' });
    const message = fails === 1 ? '1 check failed' : `${fails} checks failed`;
    return made({ ...common, state: 'failed', message });
  });
}

function exampleOf({ instances: [first] = [] }: ErrorGroup): Pick<CaseResult, 'properties'> {
  return first === undefined ? {} : { properties: { instance: first.instance } };
}

function statedCases(
  stated: readonly StatedCase[],
  suite: (scenario: string) => string,
): readonly Made[] {
  return stated.flatMap(({ state, scenario, row = '', reason, name, steps }): Made[] => {
    if (state === 'xfail') return [];
    const title = name ?? 'skipped by the script';
    const result: CaseResult = {
      suite: suite(scenario),
      name: row === '' ? title : `${row} › ${title}`,
      state: state === 'skip' ? 'skipped' : 'manual',
      durationMs: 0,
      message: reason ?? steps?.map((step, i) => `${i + 1}. ${step}`).join(' ') ?? '',
    };
    return [{ scenario, row, result }];
  });
}

/** `dicom.xfail`: failures become skipped cases, and passing is a failure. */
function expectedFailures(
  made: readonly Made[],
  stated: readonly StatedCase[],
  suite: (scenario: string) => string,
): readonly Made[] {
  const expected = stated.filter(({ state }) => state === 'xfail');
  if (expected.length === 0) return made;
  const covers = (one: StatedCase, { scenario, row }: Made): boolean =>
    one.scenario === scenario && ((one.row ?? '') === '' || one.row === row || row === '');
  const judged = made.map((one): Made => {
    const why = expected.find((stated) => covers(stated, one));
    if (why === undefined || !isBad(one.result)) return one;
    const message = `expected to fail: ${why.reason ?? ''} (${one.result.message ?? ''})`;
    const properties = { ...one.result.properties, xfail: why.reason ?? '' };
    return { ...one, result: { ...one.result, state: 'skipped', message, properties } };
  });
  const passing = expected.filter(
    (why) => !made.some((one) => covers(why, one) && isBad(one.result)),
  );
  return [
    ...judged,
    ...passing.map(({ scenario, row = '', reason = '' }): Made => {
      const message = `passes, and was expected to fail: ${reason}; take dicom.xfail() away`;
      const name = row === '' ? 'expected failure' : `${row} › expected failure`;
      const result = {
        suite: suite(scenario),
        name,
        state: 'failed',
        durationMs: 0,
        message,
        properties: { whole: 'scenario' },
      } as const;
      return { scenario, row, result };
    }),
  ];
}
