// `k6/metrics`: custom metrics. The host knows a (metric, tags, context) by a number; samples cross as
// two numbers.
import { Op } from '../bridge.ts';
import { ring, ringText } from '../sandbox/door.ts';
import { ask, askNumber } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import { ownGetters } from '../sandbox/own-getters.ts';
import { shared } from '../sandbox/shared.ts';
import { syncTags, tagTexts } from '../sandbox/tags.ts';
import type { Vu } from '../sandbox/vu.ts';
import { groupNow } from './core.ts';
import type { MetricType } from './metric-table.ts';

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]{1,127}$/;

const numbers = new Map<string, number>();
const series = new Map<string, number>();

/** Metrics whose refused values were told of. */
const refused = new Set<string>();

/** Numbers, booleans and, as in k6, texts that are numbers; anything else is none. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
}

/** A value in a message, without its contents: these may be a patient's. */
function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number') return String(value);
  return typeof value === 'string' ? 'a text' : `a value of type ${typeof value}`;
}

/** Forgets the host's numbers: a new stage gives samples another tag. */
export function forgetSeries(): void {
  series.clear();
}

/** One custom metric, as one VU uses it. */
class Metric {
  readonly name: string;
  readonly #type: MetricType;
  readonly #vu: Vu;
  readonly #number: number;

  constructor(vu: Vu, type: MetricType, name: string, isTime: boolean) {
    if (!vu.initialising) throw badArgument('metrics must be declared in the init code');
    // Without a name it would be called "undefined", and have none on the other side.
    if (typeof name !== 'string' || !NAME.test(name)) {
      const given = typeof name === 'string' ? `"${name}"` : typeof name;
      throw badArgument(
        `metric ${given}: a name is a letter or _, then letters, digits or _ (2-128)`,
      );
    }
    const key = `${type}:${name}:${String(isTime)}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = ask(vu, Op.METRIC_NEW, JSON.stringify({ name, type, isTime })) as number;
      numbers.set(key, number);
    }
    this.name = name;
    this.#type = type;
    this.#vu = vu;
    this.#number = number;
  }

  /**
   * Adds a value; rates take booleans. What is not a finite number is refused: with a warning that
   * names the line, or, with the option `throw`, by throwing. Answers whether it was taken.
   */
  add(value: number | boolean, tags?: Readonly<Record<string, string>>): boolean {
    const vu = this.#vu;
    if (vu.initialising) throw badArgument(`${this.name}.add() is not allowed in init code`);
    if (vu.liveTags !== null) syncTags(vu);
    const given = numberOf(value);
    if (!Number.isFinite(given)) return this.#refuse(value);
    const number = this.#type === 'rate' && given !== 0 ? 1 : given;
    ring(Op.METRIC_ADD, vu.slot, this.#seriesOf(tags), number);
    return true;
  }

  /** Told once a metric, with the author's line; with the option `throw`, thrown. */
  #refuse(value: unknown): boolean {
    const error = badArgument(`${this.name}.add(${shown(value)}): not a number, ignored`);
    if (shared.boot.throws) throw error;
    if (refused.has(this.name)) return false;
    refused.add(this.name);
    const { message, stack = '' } = error;
    const fault = { code: 'SCRIPT_METRIC', message: `${message} (said once)`, stack };
    ringText(Op.LOG, this.#vu.slot, JSON.stringify(fault), 4);
    return false;
  }

  #seriesOf(tags: Readonly<Record<string, string>> | undefined): number {
    const vu = this.#vu;
    const texts = tagTexts(tags, `${this.name}.add()`);
    const own = texts === undefined ? '' : JSON.stringify(texts);
    const ofVu = vu.tags === null ? '' : JSON.stringify(vu.tags);
    const key = `${this.#number}|${vu.scenario}|${groupNow(vu)}|${ofVu}|${own}`;
    let id = series.get(key);
    if (id === undefined) {
      const asked = JSON.stringify({ metric: this.#number, tags: texts });
      id = askNumber(vu, Op.METRIC_SERIES, asked);
      series.set(key, id);
    }
    return id;
  }
}

/** The constructors of `k6/metrics` for one VU, made when they are read: most scripts use one of them. */
class Metrics {
  static readonly #members = ownGetters(Metrics);
  readonly #vu: Vu;
  readonly #made: Partial<Record<MetricType, unknown>> = {};

  constructor(vu: Vu) {
    this.#vu = vu;
    Object.defineProperties(this, Metrics.#members);
  }

  get Counter(): unknown {
    return this.#of('counter');
  }
  get Gauge(): unknown {
    return this.#of('gauge');
  }
  get Rate(): unknown {
    return this.#of('rate');
  }
  get Trend(): unknown {
    return this.#of('trend');
  }

  #of(type: MetricType): unknown {
    return (this.#made[type] ??= constructorOf(this.#vu, type));
  }
}

function constructorOf(vu: Vu, type: MetricType): unknown {
  return class extends Metric {
    constructor(name: string, isTime = false) {
      super(vu, type, name, isTime);
    }
  };
}

/** The module `k6/metrics` of one VU. */
export function metricsFor(vu: Vu): object {
  return new Metrics(vu);
}
