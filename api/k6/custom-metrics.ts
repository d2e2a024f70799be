// `k6/metrics`: custom metrics. The host knows a (metric, tags, context) by a number; samples cross as
// two numbers.
import { Op } from '../bridge.ts';
import { ring, ringText } from '../sandbox/door.ts';
import { ask, askNumber } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import { syncTags, tagTexts } from '../sandbox/tags.ts';
import { textOf } from '../sandbox/text.ts';
import type { Vu } from '../sandbox/vu.ts';
import { groupNow } from './core.ts';

export type MetricType = 'counter' | 'gauge' | 'rate' | 'trend';
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]{1,127}$/;

const numbers = new Map<string, number>();
const series = new Map<string, number>();

/** Forgets the host's numbers: a new stage gives samples another tag. */
export function forgetSeries(): void {
  series.clear();
}

/** One custom metric, as one VU uses it. */
class Metric {
  readonly name: string;
  private readonly type: MetricType;
  private readonly vu: Vu;
  private readonly number: number;

  constructor(vu: Vu, type: MetricType, name: string, isTime: boolean) {
    if (!vu.initialising) throw badArgument('metrics must be declared in the init code');
    if (!NAME.test(name)) {
      throw badArgument(
        `metric "${name}": a name is a letter or _, then letters, digits or _ (2-128)`,
      );
    }
    const key = `${type}:${name}:${String(isTime)}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = ask(vu, Op.METRIC_NEW, JSON.stringify({ name, type, isTime })) as number;
      numbers.set(key, number);
    }
    this.name = name;
    this.type = type;
    this.vu = vu;
    this.number = number;
  }

  /** Adds a value; rates take booleans. Not a finite number: ignored with a warning, answers false. */
  add(value: number | boolean, tags?: Readonly<Record<string, string>>): boolean {
    const vu = this.vu;
    if (vu.initialising) throw badArgument(`${this.name}.add() is not allowed in init code`);
    if (vu.liveTags !== null) syncTags(vu);
    const number = this.type === 'rate' ? (value ? 1 : 0) : Number(value);
    if (!Number.isFinite(number)) {
      ringText(Op.LOG, vu.slot, `${this.name}.add(${textOf(value)}): not a number, ignored`, 2);
      return false;
    }
    ring(Op.METRIC_ADD, vu.slot, this.seriesOf(tags), number);
    return true;
  }

  private seriesOf(tags: Readonly<Record<string, string>> | undefined): number {
    const vu = this.vu;
    const texts = tagTexts(tags, `${this.name}.add()`);
    const own = texts === undefined ? '' : JSON.stringify(texts);
    const ofVu = vu.tags === null ? '' : JSON.stringify(vu.tags);
    const key = `${this.number}|${vu.scenario}|${groupNow(vu)}|${ofVu}|${own}`;
    let id = series.get(key);
    if (id === undefined) {
      const asked = JSON.stringify({ metric: this.number, tags: texts });
      id = askNumber(vu, Op.METRIC_SERIES, asked);
      series.set(key, id);
    }
    return id;
  }
}

/** The constructors of `k6/metrics` for one VU. */
export function metricsFor(vu: Vu): Record<string, unknown> {
  const make = (type: MetricType): unknown =>
    class extends Metric {
      constructor(name: string, isTime = false) {
        super(vu, type, name, isTime);
      }
    };
  return {
    Counter: make('counter'),
    Gauge: make('gauge'),
    Rate: make('rate'),
    Trend: make('trend'),
  };
}
