// Takes the samples of a smoke run apart into test cases: one per scenario, group and check.
import type { Recorder } from '../../../conductor/records/recorder.ts';
import type { CaseResult, ErrorGroup } from '../../../metrics/summary.ts';
import type { CheckPlace } from './check-place.ts';
import type { Output, SampleBatch, SampleSeries } from '../../../outputs/output.ts';

interface Seen {
  readonly scenario: string;
  /** As the script names it, without its group. */
  readonly check: string;
  readonly name: string;
  passes: number;
  fails: number;
  /** ms since t0 of its last sample. */
  atMs: number;
}

interface ScenarioSeen {
  iterations: number;
  failed: number;
  durationMs: number;
}

/** The run that cases are of. */
export interface CasesOf {
  readonly script: string;
  readonly route: string | null;
  readonly recorder: Recorder;
  readonly placeOf: CheckPlace;
}

/** An output that keeps what one smoke run reported. */
export class CaseCollector implements Output {
  readonly name = 'cases';
  /** Empty: it has nothing to account for. */
  readonly destination = '';
  readonly sink = {
    series: (thread: number, series: readonly SampleSeries[]) => this.#declare(thread, series),
    samples: (batch: SampleBatch) => this.#take(batch),
  };
  readonly #series = new Map<string, SampleSeries>();
  readonly #checks = new Map<string, Seen>();
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
  cases({ script, route, recorder, placeOf }: CasesOf): readonly CaseResult[] {
    const suite = (scenario: string) =>
      [script, scenario, route ?? ''].filter((part) => part !== '').join(' › ');
    const routed: Record<string, string> = route === null ? {} : { route };
    for (const { scenario, fails } of this.#checks.values())
      if (fails > 0) this.#failed.add(scenario);
    for (const { scenario = '' } of recorder.errorsSummary().groups) this.#failed.add(scenario);
    return [
      ...this.#checkCases(suite, placeOf),
      ...exceptionCases(recorder, suite),
      ...statedCases(recorder, suite),
      ...this.#scenarioCases(suite),
    ].map((one): CaseResult => {
      const properties = { ...routed, ...one.properties };
      return Object.keys(properties).length === 0 ? one : { ...one, properties };
    });
  }

  /** Scenarios with a case that did not pass; known once there are {@link cases}. */
  failedScenarios(): ReadonlySet<string> {
    return this.#failed;
  }

  #declare(thread: number, series: readonly SampleSeries[]): void {
    for (const one of series) this.#series.set(`${thread}/${one.id}`, one);
  }

  #take({ thread, n, series, value, time }: SampleBatch): void {
    for (let i = 0; i < n; i++) {
      const declared = this.#series.get(`${thread}/${series[i] ?? -1}`);
      if (declared !== undefined) this.#count(declared, value[i] ?? 0, time[i] ?? 0);
    }
  }

  #count({ metric, tags }: SampleSeries, value: number, atMs: number): void {
    const scenario = tags['scenario'] ?? '';
    if (metric === 'checks') this.#check(scenario, tags, value, atMs);
    else if (metric === 'iterations') this.#scenario(scenario).iterations += value;
    else if (metric === 'iteration_failed') this.#scenario(scenario).failed += value;
    else if (metric === 'iteration_duration') this.#scenario(scenario).durationMs += value;
  }

  #check(
    scenario: string,
    tags: Readonly<Record<string, string>>,
    value: number,
    atMs: number,
  ): void {
    const group = (tags['group'] ?? '').replace(/^::/, '').replaceAll('::', ' › ');
    const check = tags['check'] ?? '';
    const name = group === '' ? check : `${group} › ${check}`;
    const key = `${scenario}\u0000${name}`;
    let seen = this.#checks.get(key);
    if (seen === undefined) {
      seen = { scenario, check, name, passes: 0, fails: 0, atMs };
      this.#checks.set(key, seen);
    }
    if (value > 0) seen.passes += 1;
    else seen.fails += 1;
    seen.atMs = Math.max(seen.atMs, atMs);
  }

  #scenario(name: string): ScenarioSeen {
    let seen = this.#scenarios.get(name);
    if (seen === undefined) {
      seen = { iterations: 0, failed: 0, durationMs: 0 };
      this.#scenarios.set(name, seen);
    }
    return seen;
  }

  #checkCases(suite: (scenario: string) => string, placeOf: CheckPlace): readonly CaseResult[] {
    return [...this.#checks.values()].map(({ scenario, check, name, passes, fails, atMs }) => {
      const durationMs = Math.max(0, atMs);
      const common = { suite: suite(scenario), name, durationMs };
      if (fails === 0) return { ...common, state: 'passed' };
      const times = passes + fails;
      const message = times === 1 ? 'the check is false' : `failed ${fails} of ${times} times`;
      const where = placeOf(check);
      return { ...common, state: 'failed', message, ...(where === null ? {} : { where }) };
    });
  }

  /** A scenario that checks nothing is a case of its own: it ran to its end. */
  #scenarioCases(suite: (scenario: string) => string): readonly CaseResult[] {
    const checked = new Set([...this.#checks.values()].map(({ scenario }) => scenario));
    return [...this.#scenarios]
      .filter(([name, seen]) => !checked.has(name) && seen.failed === 0 && seen.iterations > 0)
      .map(([name, seen]) => ({
        suite: suite(name),
        name: 'runs to its end',
        state: 'passed',
        durationMs: seen.durationMs,
      }));
  }
}

function exceptionCases(
  recorder: Recorder,
  suite: (scenario: string) => string,
): readonly CaseResult[] {
  return recorder.errorsSummary().groups.map((group) => ({
    suite: suite(group.scenario ?? ''),
    name: `${group.operation} ${group.code}`,
    state: 'error',
    durationMs: Math.max(0, group.firstMs),
    message: group.hint === undefined ? group.message : `${group.message}; ${group.hint}`,
    ...(group.where === undefined ? {} : { where: group.where }),
    ...exampleOf(group),
  }));
}

function exampleOf({ instances: [first] = [] }: ErrorGroup): Pick<CaseResult, 'properties'> {
  return first === undefined ? {} : { properties: { instance: first.instance } };
}

function statedCases(
  recorder: Recorder,
  suite: (scenario: string) => string,
): readonly CaseResult[] {
  return recorder.cases.map(({ state, scenario, reason, name, steps }) => ({
    suite: suite(scenario),
    name: name ?? 'skipped by the script',
    state: state === 'skip' ? 'skipped' : 'manual',
    durationMs: 0,
    message: reason ?? steps?.map((step, i) => `${i + 1}. ${step}`).join(' ') ?? '',
  }));
}
