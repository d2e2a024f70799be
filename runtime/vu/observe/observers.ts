// What scripts count themselves: checks, custom metrics, groups; and what they ask about the run.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { MessagePort } from 'node:worker_threads';
import { Enter, Op, type Fault } from '../../../api/bridge.ts';
import { METRIC_TABLE } from '../../../api/k6/metric-table.ts';
import { FileNames } from '../../dicom/pool/file-names.ts';
import { executorOf } from '../../executors/index.ts';
import { begunCounts, begunOffset } from '../../executors/plan-of.ts';
import { ownedCount, segmentOf } from '../../executors/segments/segment.ts';
import { countOf, WorkerSlot, type InstanceCounts } from '../../threads/state.ts';
import { caseOf } from './told-case.ts';
import { RingFault } from '../sandbox/host.ts';
import { urlParts } from '../sandbox/urls.ts';
import type { WorkerParts } from '../parts.ts';
import type { TagContext } from './tags.ts';
import type { VuSlot } from '../vu-slot.ts';
import type { CustomMetric } from '../../metrics/engine-types.ts';
import type { SeriesDecl } from '../../metrics/samples.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export class Observers {
  readonly #parts: WorkerParts;
  readonly #port: MessagePort;
  readonly metrics: CustomMetric[] = [];
  /** Series of `checks` by tally index. */
  readonly #checks: number[] = [];
  #groups: AsyncLocalStorage<number> | null = null;
  /** Made when a check of an instance fails first. */
  #files: FileNames | null = null;
  readonly #groupNames: string[] = [''];
  /** What the other workers count; main tells it each second. */
  others: InstanceCounts = {
    iterationsCompleted: 0,
    iterationsInterrupted: 0,
    vusActive: 0,
    vusInitialized: 0,
  };

  constructor(parts: WorkerParts, port: MessagePort) {
    this.#parts = parts;
    this.#port = port;
    const { host, samples } = parts;
    host.handle(Op.METRIC_NEW, () =>
      host.answerJson(this.#newMetric(JSON.parse(host.words()) as CustomMetric)),
    );
    host.handle(Op.METRIC_SERIES, (slot) => this.#series(slot));
    host.handle(Op.METRIC_ADD, () => {
      const series = host.x();
      if (!samples.knows(series)) return -1;
      samples.add(series, host.y());
      return 0;
    });
    host.handle(Op.CHECK_NEW, (slot) => this.#newCheck(slot));
    host.handle(Op.LOG, (slot) => this.#log(slot));
    host.handle(Op.FAULT, (slot) => {
      parts.errors.script(JSON.parse(host.words()) as Fault, parts.vu(slot), 'timer');
      return 0;
    });
    host.handle(Op.GROUP, (slot) => this.#group(slot));
    host.handle(Op.GROUP_NOW, () => this.#groups?.getStore() ?? 0);
    host.handle(Op.GROUP_END, (slot) => this.#groupEnd(slot));
    this.#questions();
  }

  /** `exec.instance`: this worker's counts as they are, with those of the others. */
  #instance(): string {
    const { state } = this.#parts;
    const own = (slot: number): number => Atomics.load(state, slot);
    const { others } = this;
    return JSON.stringify({
      iterationsCompleted: others.iterationsCompleted + countOf(state, WorkerSlot.ITERATIONS_DONE),
      iterationsInterrupted: others.iterationsInterrupted + countOf(state, WorkerSlot.INTERRUPTED),
      vusActive: others.vusActive + own(WorkerSlot.ACTIVE_VUS),
      vusInitialized: others.vusInitialized + own(WorkerSlot.VUS_MADE),
    });
  }

  #fileOf(prototype: number): string {
    const { declarations } = this.#parts.plan;
    const pools = () => declarations.flatMap((one) => (one.kind === 'pool' ? [one.pool] : []));
    this.#files ??= new FileNames(pools());
    return this.#files.of(prototype);
  }

  #exec(what: string, slot: number): string {
    if (what === 'scenario') return this.#scenario(slot);
    return what === 'vu' ? this.#vuInInstance(slot) : this.#instance();
  }

  /** `exec.vu.idInInstance`: from 1 in every process. */
  #vuInInstance(slot: number): string {
    const { id } = this.#parts.vu(slot);
    return String(id === 0 ? 0 : ownedCount(segmentOf(this.#parts.plan.part), id));
  }

  #questions(): void {
    const { host, clock } = this.#parts;
    host.handle(Op.EXEC, (slot) => host.answer(this.#exec(host.words(), slot)));
    host.handle(Op.NOW, () => clock.now());
    host.handle(Op.URL, () => host.answer(urlParts(host.words())));
    host.handle(Op.RANDOM, () => Math.floor(Math.random() * 4294967296));
    host.handle(Op.VU_TAGS, (slot) => {
      const vu = this.#parts.vu(slot);
      vu.ownTags = JSON.parse(host.words()) as Record<string, string>;
      vu.context = this.scenarioContext(vu);
      return 0;
    });
    const tell = (kind: 'abortTest' | 'failTest'): void =>
      this.#port.postMessage({ kind, message: host.words() });
    host.handle(Op.TEST_ABORT, () => (tell('abortTest'), 0));
    host.handle(Op.TEST_FAIL, () => (tell('failTest'), 0));
    host.handle(Op.CASE, (slot) => {
      const vu = this.#parts.vu(slot);
      const scenario = this.#parts.plan.scenarios[vu.scenario]?.name ?? '';
      const told = caseOf(JSON.parse(host.words()), (prototype) => this.#fileOf(prototype));
      const group = this.context(vu).tags['group'] ?? '';
      const time = this.#parts.clock.now();
      this.#port.postMessage({ kind: 'case', scenario, vu: vu.id, group, time, ...told });
      return 0;
    });
  }

  /** Which of the process's iterations a VU is in, from 0; the scheduler knows. */
  rankOf: (vu: VuSlot) => number = () => 0;

  // ---------------------------------------------------------------- contexts

  /** Stage of each scenario; the scheduler keeps it. */
  stages: readonly string[] = [];

  /** Of VUs without tags of their own, by scenario: thousands start at once, and change stage at once. */
  readonly #shared = new Map<number, { readonly stage: string; readonly context: TagContext }>();

  /** Tags of a VU in its scenario: run < scenario < VU, and the stage. */
  scenarioContext(vu: VuSlot): TagContext {
    const stage = this.stages[vu.scenario] ?? '';
    if (vu.ownTags !== null) return this.#contextOf(vu, stage);
    const known = this.#shared.get(vu.scenario);
    if (known?.stage === stage) return known.context;
    const context = this.#contextOf(vu, stage);
    this.#shared.set(vu.scenario, { stage, context });
    return context;
  }

  #contextOf(vu: VuSlot, stage: string): TagContext {
    const { plan, contexts } = this.#parts;
    const scenario = plan.scenarios[vu.scenario];
    return contexts.of({
      ...plan.tags,
      ...scenario?.tags,
      ...(scenario === undefined ? {} : { scenario: scenario.name }),
      ...(stage === '' ? {} : { stage }),
      ...vu.ownTags,
    });
  }

  /** The VU's context and, once a group was used, the group that the present async context is in. */
  context(vu: VuSlot): TagContext {
    const group = this.#groups?.getStore() ?? 0;
    if (group === 0) return vu.context;
    const name = this.#groupNames[group] ?? '';
    return this.#parts.contexts.with(vu.context, `group ${group}`, { group: name });
  }

  // ---------------------------------------------------------------- checks and metrics

  #newCheck(slot: number): number {
    const { host, contexts } = this.#parts;
    const { name, tags = {} } = JSON.parse(host.words()) as {
      name: string;
      tags?: Record<string, string>;
    };
    const base = this.context(this.#parts.vu(slot));
    const context = contexts.of({ ...base.tags, ...tags, check: name });
    return this.#checks.push(contexts.series(context, 'checks')) - 1;
  }

  /** Pulls the tallies of checks out of the sandbox. */
  flushChecks(): void {
    const { host, samples } = this.#parts;
    if (host.enter(Enter.TALLY, 0, 0, 0) !== 1) return;
    for (const entry of host.words().split(';')) {
      if (entry === '') continue;
      const [index = 0, passes = 0, fails = 0] = entry.split(',').map(Number);
      const series = this.#checks[index];
      if (series === undefined) continue;
      for (let i = 0; i < passes; i++) samples.add(series, 1);
      for (let i = 0; i < fails; i++) samples.add(series, 0);
    }
  }

  #newMetric(metric: CustomMetric): number {
    if (METRIC_TABLE.some(({ name }) => name === metric.name)) {
      throw new RingFault({
        code: 'SCRIPT_METRIC',
        message: `metric "${metric.name}": the name of a built-in metric`,
        hint: 'choose another name; built-in metrics are filled by dicomrun alone',
      });
    }
    const at = this.metrics.findIndex((known) => known.name === metric.name);
    const known = this.metrics[at];
    if (known === undefined) return this.metrics.push(metric) - 1;
    if (known.type === metric.type && known.isTime === metric.isTime) return at;
    throw new RingFault({
      code: 'SCRIPT_METRIC',
      message: `metric "${metric.name}" is already a ${known.type}: it cannot be a ${metric.type} too`,
    });
  }

  #series(slot: number): number {
    const { host, contexts } = this.#parts;
    const { metric, tags = {} } = JSON.parse(host.words()) as {
      metric: number;
      tags?: Record<string, string>;
    };
    const known = this.metrics[metric];
    if (known === undefined) return -1;
    const texts = Object.fromEntries(
      Object.entries(tags).map(([name, value]) => [name, String(value)]),
    );
    const context = contexts.of({ ...this.context(this.#parts.vu(slot)).tags, ...texts });
    const custom: SeriesDecl['custom'] = { type: known.type, isTime: known.isTime };
    return contexts.series(context, known.name, custom);
  }

  // ---------------------------------------------------------------- groups

  /** Runs the group's body inside an async context of the host: tags follow its awaits. */
  #group(slot: number): number {
    const { host, state } = this.#parts;
    if (this.#groups === null) {
      const groups = new AsyncLocalStorage<number>();
      this.#groups = groups;
      host.outsideGroups = (call) => groups.run(0, call);
      // With async context tracking on, a script cannot be ended through the inspector.
      state[WorkerSlot.TERMINABLE] = 0;
    }
    const name = host.words();
    let number = this.#groupNames.indexOf(name);
    if (number < 0) number = this.#groupNames.push(name) - 1;
    const vu = this.#parts.vu(slot);
    return this.#groups.run(number, () => host.enter(Enter.GROUP_BODY, slot, 0, vu.id));
  }

  #groupEnd(slot: number): number {
    const { host, contexts, samples } = this.#parts;
    const ms = host.x();
    const vu = this.#parts.vu(slot);
    const name = host.words();
    const context = contexts.with(vu.context, `groupend ${name}`, { group: name });
    samples.add(contexts.series(context, 'group_duration'), ms);
    return 0;
  }

  // ---------------------------------------------------------------- questions

  #scenario(slot: number): string {
    const { plan, clock } = this.#parts;
    const vu = this.#parts.vu(slot);
    const scenario = plan.scenarios[vu.scenario];
    if (scenario === undefined) return '{}';
    const startMs = scenario.startTimeNs / 1e6;
    const progress = this.#progress(vu.scenario, clock.now() - startMs);
    const startTime = Math.round(clock.epoch + startMs);
    return JSON.stringify({
      name: scenario.name,
      executor: scenario.executor,
      startTime,
      progress,
      iterationInInstance: this.rankOf(vu),
      iterationInTest: vu.iteration,
    });
  }

  /** By iterations where their number is given, else by time; as in k6. */
  #progress(index: number, elapsedMs: number): number {
    const { plan } = this.#parts;
    const scenario = plan.scenarios[index];
    if (scenario === undefined) return 0;
    const executor = executorOf(scenario);
    const iterations = executor.iterations?.(scenario);
    if (iterations === undefined) {
      const spanMs = executor.spanNs(scenario) / 1e6;
      return spanMs > 0 ? Math.min(1, Math.max(0, elapsedMs / spanMs)) : 0;
    }
    let begun = Number(Atomics.load(new BigInt64Array(plan.counters), index));
    if (iterations.perVU !== null) {
      const offset = begunOffset(plan.scenarios, index);
      const counts = new BigInt64Array(plan.begun, 8 * offset, begunCounts(scenario));
      begun = Number(counts.reduce((sum, n) => sum + n, 0n));
    }
    // The one that asks is under way.
    return Math.min(1, Math.max(0, begun - 1) / iterations.total);
  }

  #log(slot: number): number {
    const { host } = this.#parts;
    const level = host.x();
    const vu = this.#parts.vu(slot);
    const text = host.words();
    const known = LEVELS[level];
    if (known !== undefined) {
      this.#parts.log(known, text, vu);
      return 0;
    }
    const fault = JSON.parse(text) as Fault;
    this.#port.postMessage({
      kind: 'log',
      level: 'warn',
      message: fault.hint === undefined ? fault.message : `${fault.message}: ${fault.hint}`,
      ...(fault.stack === undefined || fault.stack === '' ? {} : { stack: fault.stack }),
      vu: vu.id,
    });
    return 0;
  }
}
