// Look-up of totals by metric, view and tags.
import type { TrendStats } from './summary.ts';
import type { Totals, ViewTotals } from './totals.ts';

export class ViewIndex {
  readonly #byView = new Map<string, ViewTotals[]>();

  constructor(totals: Totals) {
    for (const one of totals) {
      const id = `${one.key.metric}\u0001${one.key.view}`;
      const list = this.#byView.get(id);
      if (list === undefined) this.#byView.set(id, [one]);
      else list.push(one);
    }
  }

  /** All members of a view kind, e.g. every service. */
  all(metric: string, view: string): readonly ViewTotals[] {
    return this.#byView.get(`${metric}\u0001${view}`) ?? [];
  }

  /** The members with this tag value; of view `all` the only one. */
  find(metric: string, view = 'all', tag?: string, value?: string): ViewTotals | undefined {
    const list = this.all(metric, view);
    return tag === undefined ? list[0] : list.find((one) => one.key.tags[tag] === value);
  }

  /** Sum of a counter, number of ones of a rate, number of samples of a trend. */
  count(metric: string, view = 'all', tag?: string, value?: string): number {
    const total = this.find(metric, view, tag, value)?.total;
    switch (total?.type) {
      case 'counter':
        return total.count;
      case 'rate':
        return total.passes;
      case 'trend':
        return total.samples;
      default:
        return 0;
    }
  }

  samples(metric: string, view = 'all', tag?: string, value?: string): number {
    return this.find(metric, view, tag, value)?.total.samples ?? 0;
  }

  /** Undefined without samples. */
  trend(metric: string, view = 'all', tag?: string, value?: string): TrendStats | undefined {
    const total = this.find(metric, view, tag, value)?.total;
    return total?.type === 'trend' && total.samples > 0 ? total.stats : undefined;
  }

  gaugeMax(metric: string): number {
    const total = this.find(metric)?.total;
    return total?.type === 'gauge' ? total.max : 0;
  }

  gaugeLast(metric: string): number {
    const total = this.find(metric)?.total;
    return total?.type === 'gauge' ? total.value : 0;
  }
}
