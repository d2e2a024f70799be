// The live view: state in, lines out. At most six lines on a terminal, one line elsewhere.
import type { LiveNumbers } from '../metrics/engine-types.ts';
import type { ErrorGroup } from '../metrics/summary.ts';
import * as f from '../metrics/numbers.ts';
import { createPaint, safe, widthOf } from './paint.ts';
import type { Paint } from './paint.ts';

export interface LiveState {
  readonly phase: 'starting' | 'setup' | 'running' | 'stopping' | 'settling' | 'teardown';
  readonly elapsedMs: number;
  /** How much longer deliveries are waited for at most; only while settling. */
  readonly settlesForMs?: number;
  /** Planned length without gracefulStop; null when it depends on the iterations. */
  readonly plannedMs: number | null;
  readonly scenarios: readonly LiveScenario[];
  readonly vus: number;
  readonly vusMax: number;
  readonly openAssociations: number;
  readonly live: LiveNumbers;
  /** `3/3`, where agents carry the load. */
  readonly agents?: string;
  /** Most frequent groups of failures. */
  readonly errors: readonly ErrorGroup[];
  readonly generator: {
    readonly cpuPercent: number;
    readonly loopLagMs: number;
    readonly saturated: boolean;
  };
}

export interface LiveScenario {
  readonly name: string;
  /** 0..1. */
  readonly progress: number;
  readonly state: 'waiting' | 'running' | 'stopping' | 'done';
}

export interface LiveOptions {
  readonly colour: boolean;
  readonly ascii: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export const LIVE_LINES = 6;

/** For a terminal; no line is wider than it. */
export function renderLive(state: LiveState, options: LiveOptions): string[] {
  const paint = createPaint(options);
  const indent = '     ';
  const room = options.width - indent.length;
  const lines = [
    progressLine(state, paint, options.width),
    ...serviceLines(state, paint).map((parts) => indent + fit(parts, room)),
    ...errorLine(state, paint).map((line) => indent + line),
    indent + fit(judgement(state, paint), room),
  ];
  return lines.slice(0, LIVE_LINES).map((line) => cut(line, options.width));
}

/** A field of a line. Where a line is too long, those with the highest `spare` go; 0 stays. */
interface Field {
  readonly text: string;
  readonly spare: number;
}

function fit(fields: readonly Field[], width: number): string {
  let kept = fields;
  const line = (): string => kept.map(({ text }) => text).join('  ');
  while (widthOf(line()) > width) {
    const most = Math.max(...kept.map(({ spare }) => spare));
    if (most === 0) break;
    kept = kept.filter(({ spare }) => spare !== most);
  }
  return line();
}

/** `00:01:10 vus=27 store/s=412 MB/s=86 p95=121ms fail=0.31% rejected=0`, for logs and CI. */
export function renderLiveLine(state: LiveState): string {
  const { live } = state;
  const parts = [
    f.clock(state.elapsedMs),
    state.phase === 'running' ? '' : state.phase,
    `vus=${state.vus}`,
  ];
  for (const service of live.services.slice(0, 3)) {
    const name = service.service.toLowerCase().replace(/^[cn]-/, '');
    parts.push(
      `${safe(name)}/s=${f.rate(service.ratePerSecond)}`,
      `p95=${f.time(service.p95).replace(' ', '')}`,
      `fail=${f.percent(service.failedShare).replace(' ', '')}`,
    );
  }
  parts.push(
    `MB/s=${f.megabytesPerSecond(live.sentBytesPerSecond + live.receivedBytesPerSecond)}`,
    `assoc=${state.openAssociations}`,
    `refused=${live.associations.failed}`,
    `iterations=${live.iterations}`,
  );
  if (state.agents !== undefined) parts.push(`agents=${safe(state.agents)}`);
  if (live.dropped > 0) parts.push(`dropped=${live.dropped}`);
  if (live.delivery !== null)
    parts.push(`delivered=${live.delivery.arrived}/${live.delivery.expected}`);
  const crossed = live.thresholds.filter((one) => one.failed).length;
  if (crossed > 0) parts.push(`thresholds=${crossed} crossed`);
  if (state.generator.saturated) parts.push('generator=SATURATED');
  return parts.filter((part) => part !== '').join(' ');
}

const BAR = 22;
const SHORTEST_BAR = 8;

/** The bar gives way to the words. */
function progressLine(state: LiveState, paint: Paint, width: number): string {
  const [only] = state.scenarios;
  const name = state.scenarios.length === 1 && only !== undefined ? safe(only.name) : state.phase;
  const share =
    state.plannedMs === null
      ? average(state.scenarios.map((one) => one.progress))
      : Math.min(1, state.elapsedMs / Math.max(1, state.plannedMs));
  const head = name.slice(0, 24).padEnd(4);
  const words = fit(progress(state, paint), width - head.length - SHORTEST_BAR - ' [] '.length);
  const room = width - widthOf(`${head} [] ${words}`);
  return `${head} ${bar(share, Math.min(BAR, Math.max(SHORTEST_BAR, room)))} ${words}`;
}

function progress(state: LiveState, paint: Paint): readonly Field[] {
  const planned = state.plannedMs === null ? '' : `/${f.span(state.plannedMs)}`;
  const { associations } = state.live;
  const refused =
    associations.failed === 0 ? '0 refused' : paint.fail(`${f.count(associations.failed)} refused`);
  const aborted =
    associations.aborted === 0 ? '' : `, ${paint.fail(`${f.count(associations.aborted)} aborted`)}`;
  const left = state.settlesForMs === undefined ? '' : `, ${f.span(state.settlesForMs)} left`;
  const word = phaseWord(state);
  const phase = word === '' ? '' : ` ${paint.warn(`${word}${left}`)}`;
  return [
    { text: `${f.span(state.elapsedMs)}${planned}${phase}`, spare: 0 },
    // While deliveries are waited for there is none any more.
    {
      text: `VUs ${paint.number(`${state.vus}/${state.vusMax}`)}`,
      spare: state.phase === 'settling' ? 1 : 0,
    },
    ...(state.agents === undefined ? [] : [{ text: `agents ${safe(state.agents)}`, spare: 0 }]),
    { text: `assoc ${state.openAssociations} open, ${refused}${aborted}`, spare: 0 },
  ];
}

/** Later than planned by less than this is on time. */
const ON_TIME_MS = 500;

function phaseWord({ phase, plannedMs, elapsedMs }: LiveState): string {
  if (phase !== 'running') return phase;
  return plannedMs !== null && elapsedMs > plannedMs + ON_TIME_MS ? 'graceful stop' : '';
}

function serviceLines(state: LiveState, paint: Paint): (readonly Field[])[] {
  const { live } = state;
  const moved = f.megabytesPerSecond(live.sentBytesPerSecond + live.receivedBytesPerSecond);
  const lines = live.services.slice(0, 2).map((service, i) => {
    const failed = f.percent(service.failedShare);
    const rate = paint.number(`${f.rate(service.ratePerSecond)}/s`);
    return [
      { text: `${safe(service.service)} ${rate}`, spare: 0 },
      ...(i === 0 ? [{ text: `${moved} MB/s`, spare: 1 }] : []),
      { text: `p50 ${f.time(service.p50)}`, spare: 2 },
      { text: `p95 ${paint.number(f.time(service.p95))} (10 s)`, spare: 0 },
      { text: `fail ${service.failedShare > 0 ? paint.fail(failed) : failed}`, spare: 0 },
    ];
  });
  if (lines.length > 0) return lines;
  return [[{ text: `iterations ${paint.number(f.count(live.iterations))}`, spare: 0 }]];
}

function errorLine(state: LiveState, paint: Paint): string[] {
  if (state.errors.length === 0) return [];
  const parts = state.errors.slice(0, 3).map((group) => {
    const ago = f.span(Math.max(0, state.elapsedMs - group.lastMs));
    return `${paint.fail(`${paint.glyphs.warn} ${f.count(group.count)}${paint.glyphs.times}`)} ${safe(group.operation)} ${safe(group.code)} (${ago} ago)`;
  });
  return [parts.join('   ')];
}

/** What arrived, then what the thresholds say, which may be long, then the generator. */
function judgement(state: LiveState, paint: Paint): readonly Field[] {
  const { thresholds, dropped, delivery } = state.live;
  const crossed = thresholds.filter((one) => one.failed);
  const judged =
    thresholds.length === 0
      ? 'no thresholds'
      : crossed.length === 0
        ? `thresholds ${paint.ok(`${paint.glyphs.ok} ${thresholds.length}`)}`
        : `thresholds ${paint.fail(`${paint.glyphs.fail} ${crossed.map((one) => `${safe(one.metric)} ${safe(one.expression)}`).join(', ')}`)}`;
  const { cpuPercent, loopLagMs, saturated } = state.generator;
  const generator = `generator cpu ${Math.round(cpuPercent)} % lag ${f.time(loopLagMs)}`;
  const delivered =
    delivery === null ? '' : `delivered ${f.count(delivery.arrived)}/${f.count(delivery.expected)}`;
  return [
    { text: delivered, spare: 0 },
    { text: dropped === 0 ? '' : paint.warn(`${f.count(dropped)} dropped`), spare: 0 },
    { text: saturated ? paint.fail(`${generator} SATURATED`) : '', spare: 0 },
    { text: judged, spare: 0 },
    { text: saturated ? '' : generator, spare: 1 },
  ].filter(({ text }) => text !== '');
}

function bar(share: number, width: number): string {
  const done = Math.round(Math.min(1, Math.max(0, share)) * width);
  const head = done > 0 && done < width ? '>' : '';
  return `[${'='.repeat(Math.max(0, done - head.length))}${head}${'-'.repeat(width - done)}]`;
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Cuts to a width without cutting an escape sequence in two. */
function cut(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  let seen = 0;
  let out = '';
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b[')) {
      out += part;
      continue;
    }
    for (const character of part) {
      if (seen >= width - 1) continue;
      out += character;
      seen++;
    }
  }
  return `${out}~`;
}
