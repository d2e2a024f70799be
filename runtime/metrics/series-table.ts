// All series of a run, over all threads, and the views they count in.
import type { CustomMetric, ViewDecl } from './engine-types.ts';
import { parseSelector, selects } from './judge/selector.ts';
import type { Selector } from './judge/selector.ts';
import { seriesId, SeriesState } from './series-state.ts';
import type { SeriesKey } from './series-state.ts';
import { metricFacts } from './judge/threshold-expression.ts';
import { viewTags } from './views.ts';
import type { ViewKind } from './views.ts';
import { ViewState } from './view-state.ts';
import type { SeriesDecl } from './samples.ts';

interface SelectorView {
  readonly selector: Selector;
  readonly view: ViewState;
}

export interface SeriesTableOptions {
  readonly maxSeries: number;
  readonly custom: readonly CustomMetric[];
  readonly kinds: readonly ViewKind[];
  readonly onOverflow: () => void;
}

export class SeriesTable {
  readonly series: SeriesState[] = [];
  readonly views: ViewState[] = [];
  readonly #byId = new Map<string, SeriesState>();
  readonly #viewById = new Map<string, ViewState>();
  readonly #selectors = new Map<string, SelectorView[]>();
  readonly #selectorViews = new Map<string, ViewState>();
  readonly #overflow = new Map<string, SeriesState>();
  readonly #maxSeries: number;
  readonly #custom: readonly CustomMetric[];
  readonly #kinds: readonly ViewKind[];
  readonly #onOverflow: () => void;

  constructor({ maxSeries, custom, kinds, onOverflow }: SeriesTableOptions) {
    this.#maxSeries = maxSeries;
    this.#custom = custom;
    this.#kinds = kinds;
    this.#onOverflow = onOverflow;
  }

  /** Samples that went into overflow series, until the last tick. */
  get overflowed(): number {
    let samples = 0;
    for (const { total } of this.#overflow.values()) samples += total;
    return samples;
  }

  get overflows(): boolean {
    return this.#overflow.size > 0;
  }

  /** The series of a declaration; beyond the cap, the overflow series of its metric. */
  of(declaration: Omit<SeriesDecl, 'id'>): SeriesState {
    const id = seriesId(declaration.metric, declaration.tags);
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const key = this.#keyOf(declaration);
    if (this.series.length >= this.#maxSeries) return this.#overflowOf(key);
    const made = this.#make(key);
    this.#byId.set(id, made);
    return made;
  }

  /** The view of a metric or of a threshold selector, made if need be; null when unknown. */
  viewOf(text: string): ViewState | null {
    const view = this.#selectedView(text);
    if (view !== null) view.tracked = true;
    return view;
  }

  #selectedView(text: string): ViewState | null {
    const selector = parseSelector(text);
    if (selector === null) return null;
    const facts = metricFacts(selector.metric, this.#custom);
    if (facts === null) return null;
    const key: SeriesKey = { metric: selector.metric, ...facts, tags: {} };
    if (Object.keys(selector.tags).length === 0) return this.#view(key, 'all', {});
    const known = this.#selectorViews.get(selector.text);
    if (known !== undefined) return known;
    const name = selector.text.slice(selector.metric.length).trim();
    const view = this.#view(key, name, selector.tags);
    this.#selectorViews.set(selector.text, view);
    const list = this.#selectors.get(selector.metric) ?? [];
    list.push({ selector, view });
    this.#selectors.set(selector.metric, list);
    for (const series of this.series) {
      if (series.key.metric === selector.metric) joinIf(selector, view, series);
    }
    return view;
  }

  #keyOf(declaration: Omit<SeriesDecl, 'id'>): SeriesKey {
    const { metric, tags, custom } = declaration;
    const facts = metricFacts(metric, this.#custom) ?? {
      type: custom?.type ?? 'counter',
      contains: custom?.isTime === true ? ('time' as const) : ('default' as const),
      builtin: false,
    };
    return { metric, tags, ...facts };
  }

  #make(key: SeriesKey): SeriesState {
    const made = new SeriesState(key);
    this.series.push(made);
    for (const kind of this.#kinds) {
      const tags = viewTags(kind, key.metric, key.tags);
      if (tags !== null) this.#view(key, kind.name, tags).series.push(made);
    }
    for (const { selector, view } of this.#selectors.get(key.metric) ?? []) {
      joinIf(selector, view, made);
    }
    return made;
  }

  /** Its samples count in the metric's whole and in no other view. */
  #overflowOf(key: SeriesKey): SeriesState {
    const known = this.#overflow.get(key.metric);
    if (known !== undefined) return known;
    this.#onOverflow();
    const made = new SeriesState({ ...key, tags: {} });
    this.series.push(made);
    this.#view(key, 'all', {}).series.push(made);
    this.#overflow.set(key.metric, made);
    return made;
  }

  #view(key: SeriesKey, view: string, tags: Readonly<Record<string, string>>): ViewState {
    const id = `${view}\u0003${seriesId(key.metric, tags)}`;
    const known = this.#viewById.get(id);
    if (known !== undefined) return known;
    const decl: ViewDecl = {
      id: this.views.length,
      metric: key.metric,
      type: key.type,
      contains: key.contains,
      builtin: key.builtin,
      view,
      tags,
    };
    const made = new ViewState(decl);
    this.views.push(made);
    this.#viewById.set(id, made);
    return made;
  }
}

function joinIf(selector: Selector, view: ViewState, series: SeriesState): void {
  if (selects(selector, series.key.tags)) view.series.push(series);
}
