// The screen of a run: plan block, live block or progress lines, logs above them. On stderr.
import type { PlanInfo, RunProgress, Screen, RunStage } from '../../conductor/screen.ts';
import type { DicomRunError } from '../../errors.ts';
import { executorOf } from '../../executors/index.ts';
import { requirements } from '../../executors/requirements.ts';
import type { Requirements } from '../../executors/requirements.ts';
import type { ErrorGroup, ThresholdResult } from '../../metrics/summary.ts';
import { clock, count } from '../../metrics/numbers.ts';
import { renderLive, renderLiveLine } from '../../report/live.ts';
import type { LiveState } from '../../report/live.ts';
import { widthOf } from '../../report/paint.ts';
import { renderPlan } from '../../report/plan.ts';
import type { LogMessage } from '../../threads/samples.ts';
import { needsAscii } from './print-summary.ts';
import { printable, problemText } from '../problem-text.ts';
import type { Style, Terminal } from '../terminal.ts';
import { transcriptLine } from './transcript-line.ts';
import { scenarioStates } from './live-state.ts';
import { planFacts } from './plan-facts.ts';

const FAST_LINES_UNTIL_MS = 120_000;
const FAST_EVERY_MS = 10_000;
const SLOW_EVERY_MS = 60_000;
/** A tick may come a little early. */
const TICK_SLACK_MS = 100;

const STAGE_TEXT: Readonly<Record<RunStage, string>> = {
  setup: 'setup',
  running: '',
  stopping: 'stopping',
  settling: 'waiting for deliveries',
  teardown: 'teardown',
  finishing: '',
};

const LEVEL_STYLE: Readonly<Record<LogMessage['level'], Style>> = {
  debug: 'dim',
  info: 'cyan',
  warn: 'yellow',
  error: 'red',
};

/** What is printed: 0 all, 1 plan and summary, 2 errors only. */
export type Quiet = 0 | 1 | 2;

export class RunScreen implements Screen {
  readonly #terminal: Terminal;
  #quiet: Quiet;
  #intervalMs: number | null = null;
  #info: PlanInfo | null = null;
  #need: Requirements | null = null;
  #stage: RunStage = 'setup';
  #last: RunProgress | null = null;
  /** When deliveries began to be waited for, ms since the start. */
  #settlesAt: number | null = null;
  /** Columns of each line of the block on the screen. */
  #drawn: readonly number[] = [];
  #nextLineMs = FAST_EVERY_MS;

  constructor(terminal: Terminal, quiet: Quiet) {
    this.#terminal = terminal;
    this.#quiet = quiet;
  }

  plan(info: PlanInfo): void {
    const { options } = info;
    this.#info = info;
    this.#need = requirements(options.scenarios);
    this.#quiet = options.quiet;
    this.#intervalMs = options.progressIntervalMs;
    this.#nextLineMs = this.#lineEveryMs(0);
    if (this.#quiet === 2) return;
    this.#terminal.err(`${renderPlan(planFacts(info), this.#look())}\n`);
  }

  stage(stage: RunStage, detail?: string): void {
    const changed = stage !== this.#stage;
    this.#stage = stage;
    if (stage === 'settling') this.#settlesAt ??= this.#last?.atMs ?? 0;
    if (stage === 'finishing') return this.#erase();
    if (this.#isLive()) return this.#draw();
    const text = [STAGE_TEXT[stage], detail ?? ''].filter((part) => part !== '').join(': ');
    if (this.#quiet > 0 || text === '' || !changed || stage === 'setup') return;
    this.#print(`${clock(this.#last?.atMs ?? 0)} ${text}\n`);
  }

  /** The live block shows stages by itself. */
  planStage(atMs: number, text: string): void {
    if (this.#quiet > 0 || this.#isLive() || this.#intervalMs === 0) return;
    this.#print(`${clock(atMs)} ${text}\n`);
  }

  progress(progress: RunProgress): void {
    this.#last = progress;
    if (this.#isLive()) return this.#draw();
    const due = this.#nextLineMs > 0 && progress.atMs >= this.#nextLineMs - TICK_SLACK_MS;
    if (this.#quiet > 0 || !due) return;
    this.#nextLineMs += this.#lineEveryMs(progress.atMs);
    this.#print(`${renderLiveLine(this.#state(progress))}\n`);
  }

  log(message: LogMessage): void {
    if (message.trace === true) return this.#print(`${transcriptLine(message)}\n`);
    if (this.#quiet === 2 && message.level !== 'error') return;
    const who = message.vu === undefined ? '' : ` VU ${message.vu}`;
    const level = this.#terminal.style(LEVEL_STYLE[message.level], `${message.level}:`);
    this.#print(`${level}${who} ${printable(message.message)}\n`);
  }

  failure(group: ErrorGroup, since: number): void {
    const times = since > 1 ? ` (x${count(since)})` : '';
    const { message, where, hint } = group;
    const problem = {
      code: group.code,
      message: `${message}${times}`,
      ...(where === undefined ? {} : { where }),
      // The remedy once; the line itself again whenever it goes on happening.
      ...(hint === undefined || group.count > since ? {} : { hint }),
    };
    this.#print(problemText(this.#terminal, problem));
  }

  threshold(result: ThresholdResult): void {
    if (this.#quiet > 0 || !result.failed) return;
    const { observed, metric, expression } = result;
    const value = observed === undefined ? '' : ` (now ${Number(observed.toPrecision(4))})`;
    const word = this.#terminal.style('red', 'threshold crossed:');
    this.#print(`${word} ${metric} ${expression}${value}\n`);
  }

  problem(error: DicomRunError): void {
    for (const problem of error.problems) this.#print(problemText(this.#terminal, problem));
  }

  /** Text above the live block. */
  note(text: string): void {
    if (this.#quiet < 2) this.#print(text);
  }

  /** Takes the live block away, before something else prints. */
  close(): void {
    this.#erase();
    this.#last = null;
  }

  #look() {
    return { colour: this.#terminal.colour('err'), ascii: needsAscii(this.#terminal.env) };
  }

  #isLive(): boolean {
    return this.#terminal.errIsTTY && this.#quiet === 0 && this.#intervalMs !== 0;
  }

  #lineEveryMs(atMs: number): number {
    if (this.#intervalMs !== null) return this.#intervalMs;
    return atMs < FAST_LINES_UNTIL_MS - FAST_EVERY_MS / 2 ? FAST_EVERY_MS : SLOW_EVERY_MS;
  }

  #state(progress: RunProgress): LiveState {
    const { counts, generator, live } = progress;
    const scenarios = this.#info?.options.scenarios ?? [];
    const counted = scenarios.every((one) => executorOf(one).iterations !== undefined);
    return {
      phase: this.#stage === 'finishing' ? 'running' : this.#stage,
      elapsedMs: progress.atMs,
      ...this.#settling(progress.atMs),
      plannedMs: counted || this.#need === null ? null : this.#need.regularDurationNs / 1e6,
      scenarios: this.#need === null ? [] : scenarioStates(scenarios, this.#need, progress.atMs),
      vus: counts.activeVUs,
      vusMax: progress.vusMax,
      openAssociations: counts.associationsOpen,
      live,
      ...(progress.agents === undefined ? {} : { agents: progress.agents }),
      errors: progress.errors,
      generator: {
        cpuPercent: generator.cpu,
        loopLagMs: generator.loopLagMs,
        saturated: generator.saturated,
      },
    };
  }

  #settling(atMs: number): Pick<LiveState, 'settlesForMs'> {
    const longest = this.#info?.options.settleMs;
    if (this.#stage !== 'settling' || this.#settlesAt === null || longest === undefined) return {};
    return { settlesForMs: Math.max(0, longest - (atMs - this.#settlesAt)) };
  }

  #print(text: string): void {
    this.#erase();
    this.#terminal.err(text);
    if (this.#last !== null && this.#isLive()) this.#draw();
  }

  #draw(): void {
    if (this.#last === null) return;
    const look = { ...this.#look(), width: this.#terminal.columns() };
    const lines = renderLive(this.#state(this.#last), look);
    this.#erase();
    this.#terminal.err(lines.map((line) => `${line}\n`).join(''));
    this.#drawn = lines.map(widthOf);
  }

  #erase(): void {
    if (this.#drawn.length === 0) return;
    // A terminal made narrower since has wrapped its lines.
    const columns = this.#terminal.columns();
    const rows = this.#drawn.reduce((sum, wide) => sum + Math.max(1, Math.ceil(wide / columns)), 0);
    // Up to the block's first line, then clear to the end of the screen.
    this.#terminal.err(`\u001b[${rows}A\u001b[0J`);
    this.#drawn = [];
  }
}
