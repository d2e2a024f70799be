// The live numbers as text: a block of at most six lines for a terminal, one line elsewhere. Pure.
import type { Progress } from '../../conductor/screen.ts';
import type { LiveService } from '../../metrics/engine-types.ts';
import type { ThresholdResult } from '../../metrics/summary.ts';
import type { Style } from '../terminal.ts';
import { bytes, clock, millis, number, percent, stamp } from './units.ts';

/** What the live block needs besides the numbers of this second. */
export interface LiveFrame {
  readonly progress: Progress;
  /** Name of the script, short. */
  readonly name: string;
  /** Planned length, ms; 0 when it is not known. */
  readonly plannedMs: number;
  readonly stage: string;
  /** Recent failures, newest first: `31x A700 out of resources`. */
  readonly failures: readonly string[];
  readonly columns: number;
  readonly style: (style: Style, text: string) => string;
}

const BAR_WIDTH = 20;
const MAX_SERVICES = 2;
const SATURATED_CPU = 90;
const SATURATED_LAG_MS = 50;

/** At most six lines, none wider than the terminal. */
export function liveBlock(frame: LiveFrame): readonly string[] {
  const { progress, style } = frame;
  const busiest = byRate(progress.live.services).slice(0, MAX_SERVICES);
  const lines = [headLine(frame), ...busiest.map((service) => `  ${serviceText(service)}`)];
  const flow = flowText(progress);
  if (flow !== '') lines.push(`  ${flow}`);
  if (frame.failures.length > 0) {
    lines.push(
      `  ${style(
        'yellow',
        frame.failures
          .slice(0, 2)
          .map((f) => `! ${f}`)
          .join('   '),
      )}`,
    );
  }
  lines.push(`  ${footText(frame)}`);
  return lines.slice(0, 6).map((line) => clip(line, frame.columns - 1));
}

function headLine({ progress, name, plannedMs, stage, style }: LiveFrame): string {
  const { atMs, counts, vusMax, live } = progress;
  const share = plannedMs > 0 ? Math.min(1, atMs / plannedMs) : 0;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = `${'='.repeat(Math.max(0, filled - 1))}${filled > 0 ? '>' : ''}`.padEnd(
    BAR_WIDTH,
    '-',
  );
  const time = plannedMs > 0 ? `${clock(atMs)}/${clock(plannedMs)}` : clock(atMs);
  const failed = live.associations.failed;
  const open = `assoc ${counts.associationsOpen} open, ${failed} failed`;
  const vus = `VUs ${counts.activeVUs}/${vusMax}`;
  return `${style('bold', name)} [${bar}] ${time}  ${vus}  ${open}${stage === '' ? '' : `  ${stage}`}`;
}

function serviceText(service: LiveService): string {
  const rate = `${service.service} ${number(service.ratePerSecond)}/s`;
  const times = `p50 ${millis(service.p50)}  p95 ${millis(service.p95)}`;
  return `${rate}  ${times}  fail ${percent(service.failedShare)}  (10 s)  ${number(service.count)} in all`;
}

function flowText({ live }: Progress): string {
  const parts = [];
  if (live.sentBytesPerSecond > 0) parts.push(`sent ${bytes(live.sentBytesPerSecond)}/s`);
  if (live.receivedBytesPerSecond > 0) {
    parts.push(`received ${bytes(live.receivedBytesPerSecond)}/s`);
  }
  if (live.delivery !== null) {
    parts.push(`delivered ${number(live.delivery.arrived)}/${number(live.delivery.expected)}`);
  }
  if (live.dropped > 0) parts.push(`dropped ${number(live.dropped)}`);
  return parts.join('  ');
}

function footText({ progress, style }: LiveFrame): string {
  const { generator, live } = progress;
  const saturated = isSaturated(progress);
  const health = `generator cpu ${Math.round(generator.cpu)}%  loop lag ${number(generator.loopLagMs)} ms`;
  const word = saturated ? style('yellow', `${health}  SATURATED`) : style('dim', health);
  return [thresholdsText(live.thresholds, style), word].filter((text) => text !== '').join('  ');
}

function thresholdsText(
  thresholds: readonly ThresholdResult[],
  style: (style: Style, text: string) => string,
): string {
  if (thresholds.length === 0) return '';
  const failed = thresholds.filter((threshold) => threshold.failed);
  if (failed.length === 0) return style('green', `thresholds ok (${thresholds.length})`);
  const names = failed.map(({ metric, expression }) => `${metric} ${expression}`);
  return style('red', `thresholds FAILED: ${names.join(', ')}`);
}

/** True when the generator, not the peer, may be the limit this second. */
export function isSaturated({ generator }: Progress): boolean {
  return generator.loopLagMs > SATURATED_LAG_MS && generator.cpu > SATURATED_CPU;
}

/** One line for a log: `00:01:10 vus=27 C-STORE/s=412 p95=121ms fail=0.31% …`. */
export function progressLine(progress: Progress): string {
  const { live, counts } = progress;
  const parts = [`vus=${counts.activeVUs}`, `iterations=${counts.iterationsDone}`];
  for (const service of byRate(live.services).slice(0, MAX_SERVICES)) {
    parts.push(`${service.service}/s=${number(service.ratePerSecond).replace(' ', '')}`);
    parts.push(`p95=${number(service.p95).replace(' ', '')}ms`);
    parts.push(`fail=${percent(service.failedShare)}`);
  }
  if (live.sentBytesPerSecond > 0) parts.push(`sent=${bytes(live.sentBytesPerSecond)}/s`);
  const { failed, aborted } = live.associations;
  if (failed + aborted > 0) parts.push(`assoc_failed=${failed}`, `aborted=${aborted}`);
  if (live.delivery !== null) {
    parts.push(`delivered=${live.delivery.arrived}/${live.delivery.expected}`);
  }
  if (live.dropped > 0) parts.push(`dropped=${live.dropped}`);
  if (isSaturated(progress))
    parts.push(`generator=SATURATED(cpu ${Math.round(progress.generator.cpu)}%)`);
  return `${stamp(progress.atMs)} ${parts.join(' ')}`;
}

function byRate(services: readonly LiveService[]): readonly LiveService[] {
  return [...services].sort((a, b) => b.ratePerSecond - a.ratePerSecond || b.count - a.count);
}

/** Cuts at a visible width; colour sequences have none and are kept whole. */
export function clip(line: string, width: number): string {
  let visible = 0;
  let out = '';
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b[')) {
      out += part;
      continue;
    }
    const room = Math.max(0, width - visible);
    out += part.slice(0, room);
    visible += Math.min(room, part.length);
  }
  return out;
}
