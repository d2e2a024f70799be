// The screen of a run: plan block, live block or progress lines, logs above them. On stderr.
import type { PlanInfo, Progress, Screen, Stage } from '../../conductor/screen.ts';
import type { DicomRunError } from '../../errors.ts';
import { requirements } from '../../executors/requirements.ts';
import type { ErrorGroup, ThresholdResult } from '../../metrics/summary.ts';
import type { LogMessage } from '../../threads.ts';
import { printable, problemText } from '../problem-text.ts';
import type { Style, Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import { liveBlock, progressLine } from './live-lines.ts';
import { planBlock } from './plan-block.ts';
import { number, stamp } from './units.ts';

const FAST_LINES_UNTIL_MS = 120_000;
const FAST_EVERY_MS = 10_000;
const SLOW_EVERY_MS = 60_000;
const REMEMBERED_FAILURES = 2;

const STAGE_TEXT: Readonly<Record<Stage, string>> = {
  setup: 'setup',
  running: '',
  stopping: 'stopping',
  settling: 'waiting for deliveries',
  teardown: 'teardown',
  finishing: 'finishing',
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
  #name = '';
  #plannedMs = 0;
  #stage = '';
  #last: Progress | null = null;
  #drawn = 0;
  #nextLineMs = FAST_EVERY_MS;
  readonly #failures: string[] = [];

  constructor(terminal: Terminal, quiet: Quiet) {
    this.#terminal = terminal;
    this.#quiet = quiet;
  }

  plan(info: PlanInfo): void {
    const { options } = info;
    this.#quiet = options.quiet;
    this.#intervalMs = options.progressIntervalMs;
    this.#name = info.script.replace(/^.*[\\/]/, '').replace(/\.[jt]s$/, '');
    const { regularDurationNs } = requirements(options.scenarios);
    this.#plannedMs = regularDurationNs / 1e6;
    this.#nextLineMs = this.#lineEveryMs(0);
    if (this.#quiet < 2) this.#terminal.err(planBlock(info, this.#terminal, version()));
  }

  stage(stage: Stage, detail?: string): void {
    const text = [STAGE_TEXT[stage], detail].filter((part) => part !== undefined && part !== '');
    const before = this.#stage;
    this.#stage = text.join(': ');
    if (stage === 'finishing') this.#erase();
    else if (this.#isLive()) this.#draw();
    else if (this.#quiet === 0 && this.#stage !== '' && !isSettling(before, this.#stage)) {
      this.#print(`${stamp(this.#last?.atMs ?? 0)} ${this.#stage}\n`);
    }
  }

  progress(progress: Progress): void {
    this.#last = progress;
    if (this.#isLive()) this.#draw();
    else if (this.#quiet === 0 && this.#nextLineMs > 0 && progress.atMs >= this.#nextLineMs - 100) {
      this.#nextLineMs += this.#lineEveryMs(progress.atMs);
      this.#print(`${progressLine(progress)}\n`);
    }
  }

  log(message: LogMessage): void {
    const floor = this.#quiet === 2 ? ['error'] : ['info', 'warn', 'error', 'debug'];
    if (!floor.includes(message.level)) return;
    const who = message.vu === undefined ? '' : ` VU ${message.vu}`;
    const level = this.#terminal.style(LEVEL_STYLE[message.level], message.level);
    this.#print(`${level}${who} ${printable(message.message)}\n`);
  }

  failure(group: ErrorGroup, since: number): void {
    const times = since > 1 ? ` (x${number(since)})` : '';
    const code = group.code.replace(/^status /, '');
    this.#failures.unshift(`${number(group.count)}x ${group.operation} ${code}`);
    this.#failures.length = Math.min(this.#failures.length, REMEMBERED_FAILURES);
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
    const value = observed === undefined ? '' : ` (now ${number(observed)})`;
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

  #isLive(): boolean {
    return this.#terminal.errIsTTY && this.#quiet === 0 && this.#intervalMs !== 0;
  }

  #lineEveryMs(atMs: number): number {
    if (this.#intervalMs !== null) return this.#intervalMs;
    return atMs < FAST_LINES_UNTIL_MS - FAST_EVERY_MS / 2 ? FAST_EVERY_MS : SLOW_EVERY_MS;
  }

  #print(text: string): void {
    this.#erase();
    this.#terminal.err(text);
    if (this.#last !== null && this.#isLive()) this.#draw();
  }

  #draw(): void {
    const progress = this.#last;
    if (progress === null) return;
    const lines = liveBlock({
      progress,
      name: this.#name,
      plannedMs: this.#plannedMs,
      stage: this.#stage,
      failures: this.#failures,
      columns: this.#terminal.columns(),
      style: (style, text) => this.#terminal.style(style, text),
    });
    this.#erase();
    this.#terminal.err(lines.map((line) => `${line}\n`).join(''));
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn === 0) return;
    // Up to the block's first line, then clear to the end of the screen.
    this.#terminal.err(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }
}

function isSettling(before: string, now: string): boolean {
  const settling = STAGE_TEXT.settling;
  return before.startsWith(settling) && now.startsWith(settling);
}
