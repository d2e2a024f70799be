// Words that the plan lines of several executors are made of.
import { formatNs, NS_PER_S } from './duration.ts';
import type { Stage } from './scenario.ts';

/** More stages than this are summed up instead of listed. */
const MANY_STAGES = 8;

/** `0→50 VUs over 2m, hold 50 for 1m`. */
export function stagesText(start: number, stages: readonly Stage[], unit: string): string {
  if (stages.length > MANY_STAGES) {
    const targets = [start, ...stages.map((stage) => stage.target)];
    const time = formatNs(stages.reduce((sum, stage) => sum + stage.durationNs, 0));
    const range = `${Math.min(...targets)} to ${Math.max(...targets)}`;
    return `${range} ${unit} in ${stages.length} stages over ${time}`;
  }
  const parts: string[] = [];
  let level = start;
  for (const { durationNs, target } of stages) {
    const word = parts.length === 0 ? ` ${unit}` : '';
    const time = formatNs(durationNs);
    if (target === level) {
      const held = `${target}${target === 1 ? word.replace(/s\b/, '') : word}`;
      parts.push(parts.length === 0 ? `${held} for ${time}` : `hold ${target} for ${time}`);
    } else if (durationNs === 0) {
      parts.push(`jump ${level}→${target}${word}`);
    } else {
      parts.push(`${level}→${target}${word} over ${time}`);
    }
    level = target;
  }
  return parts.join(', ');
}

/** `1 VU`, `50 VUs`. */
export function vusText(count: number): string {
  return count === 1 ? '1 VU' : `${count} VUs`;
}

export function iterationsText(count: number): string {
  return count === 1 ? '1 iteration' : `${count} iterations`;
}

/** `/s`, ` per 1m`. */
export function perUnit(timeUnitNs: number): string {
  const unit = formatNs(timeUnitNs);
  return timeUnitNs === NS_PER_S ? '/s' : ` per ${unit}`;
}
