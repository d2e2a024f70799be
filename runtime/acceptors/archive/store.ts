// What the archive holds: patients' studies, series and instances, indexed when somebody asks.
import type { SimulatedArchive } from '../../../api/k6/simulate.ts';
import type { KeptHeader } from '../account/headers/header.ts';
import type { InstanceFacts } from './facts.ts';
import { ARCHIVE_DEFAULTS } from './spec.ts';

/** One stored instance. */
export interface StoredInstance extends InstanceFacts {
  readonly header: KeptHeader;
  /** The whole data set, null unless it is kept. */
  readonly dataset: Buffer | null;
  /** ms of the archive's clock. */
  readonly storedAt: number;
}

export interface StoredSeries {
  readonly uid: string;
  readonly instances: Map<string, StoredInstance>;
}

export interface StoredStudy {
  readonly uid: string;
  readonly series: Map<string, StoredSeries>;
  bytes: number;
}

/** Unindexed instances pile up to this before they are indexed anyway. */
const MOST_PENDING = 20_000;

/**
 * Storing costs a push: a store under load is not the time to parse. The index is made when a query
 * comes, or when too much waits for it.
 */
export class ArchiveStore {
  readonly studies = new Map<string, StoredStudy>();
  /** SOP Instance UID -> its place. */
  readonly places = new Map<string, { study: StoredStudy; series: StoredSeries }>();
  /** SOP class -> transfer syntax -> how many are kept in it. */
  readonly #syntaxes = new Map<string, Map<string, number>>();
  replaced = 0;
  evicted = 0;
  #pending: StoredInstance[] = [];
  #pendingBytes = 0;
  #bytes = 0;
  readonly #known: Set<string> | null;
  /** Bytes kept at most. */
  readonly limit: number;
  readonly #keepsFirst: boolean;

  constructor(spec: SimulatedArchive) {
    this.limit = spec.keepBytes ?? ARCHIVE_DEFAULTS.keepBytes;
    this.#known = spec.duplicates === 'refuse' ? new Set() : null;
    this.#keepsFirst = spec.duplicates === 'ignore';
  }

  /** True when duplicates are refused and this is one. */
  refuses(sopInstance: string): boolean {
    return this.#known?.has(sopInstance) ?? false;
  }

  add(instance: StoredInstance): void {
    this.#known?.add(instance.sopInstance);
    this.#pending.push(instance);
    this.#pendingBytes += sizeOf(instance);
    if (this.#pending.length >= MOST_PENDING || this.#pendingBytes > this.limit / 4) this.index();
  }

  /** Makes the index complete. */
  index(): void {
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const instance of pending) this.#place(instance);
    this.#evict();
  }

  /** Instances held. */
  get size(): number {
    return this.places.size + this.#pending.length;
  }

  #place(instance: StoredInstance): void {
    const before = this.places.get(instance.sopInstance);
    if (before !== undefined) {
      this.replaced++;
      if (this.#keepsFirst) return;
      this.#remove(before.study, before.series, instance.sopInstance);
    }
    let study = this.studies.get(instance.study);
    if (study === undefined) {
      study = { uid: instance.study, series: new Map(), bytes: 0 };
      this.studies.set(instance.study, study);
    }
    let series = study.series.get(instance.series);
    if (series === undefined) {
      series = { uid: instance.series, instances: new Map() };
      study.series.set(instance.series, series);
    }
    series.instances.set(instance.sopInstance, instance);
    this.#count(instance, 1);
    this.places.set(instance.sopInstance, { study, series });
    study.bytes += sizeOf(instance);
    this.#bytes += sizeOf(instance);
  }

  /** The transfer syntaxes that a class is kept in, the most used one first. */
  syntaxesOf(sopClass: string): readonly string[] {
    this.index();
    const counts = [...(this.#syntaxes.get(sopClass) ?? [])].filter(([, count]) => count > 0);
    return counts.sort(([, a], [, b]) => b - a).map(([syntax]) => syntax);
  }

  #count({ sopClass, header }: StoredInstance, by: number): void {
    let counts = this.#syntaxes.get(sopClass);
    if (counts === undefined) this.#syntaxes.set(sopClass, (counts = new Map()));
    const { transferSyntax } = header;
    counts.set(transferSyntax, (counts.get(transferSyntax) ?? 0) + by);
  }

  /** Forgets an instance, and its series and study where it was the last. */
  remove(sopInstance: string): void {
    const place = this.places.get(sopInstance);
    if (place === undefined) return;
    this.#remove(place.study, place.series, sopInstance);
    if (place.study.series.size === 0) this.studies.delete(place.study.uid);
    this.#known?.delete(sopInstance);
  }

  #remove(study: StoredStudy, series: StoredSeries, sopInstance: string): void {
    const instance = series.instances.get(sopInstance);
    if (instance === undefined) return;
    series.instances.delete(sopInstance);
    this.#count(instance, -1);
    this.places.delete(sopInstance);
    study.bytes -= sizeOf(instance);
    this.#bytes -= sizeOf(instance);
    if (series.instances.size === 0) study.series.delete(series.uid);
  }

  #evict(): void {
    if (this.#bytes <= this.limit) return;
    for (const study of this.studies.values()) {
      if (this.#bytes <= this.limit * 0.9) return;
      this.studies.delete(study.uid);
      this.#bytes -= study.bytes;
      for (const series of study.series.values()) {
        for (const [uid, instance] of series.instances) {
          this.#count(instance, -1);
          this.places.delete(uid);
          this.#known?.delete(uid);
          this.evicted++;
        }
      }
    }
  }
}

function sizeOf({ header, dataset }: StoredInstance): number {
  // What the objects around an instance of a study of its own take (measured, 1.4 KB of heap); with
  // many instances a study it is a third of that.
  return 1400 + (dataset === null ? header.bytes.length : dataset.length);
}
