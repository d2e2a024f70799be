// The single requests a report shows: of the run log's points so many by chance that the file stays
// small, whatever the run's length.
import { Dice, type ScatterKind } from '../../metrics/distribution/scatter.ts';
import type { PointsRecord } from '../../runlog/format.ts';
import type { ScatterSeries } from './data.ts';

/** Points in the report by kind, of each service. */
const SHOWN: Readonly<Record<ScatterKind, number>> = { ok: 1200, failure: 2000, unanswered: 1000 };

interface Lane {
  readonly service: string;
  readonly kind: ScatterKind;
  readonly points: (readonly [time: number, value: number])[];
  /** Requests there were, and points offered. */
  seen: number;
  offered: number;
}

export class ScatterCollector {
  readonly #lanes = new Map<string, Lane>();
  readonly #dice = new Dice();

  take({ points }: PointsRecord): void {
    for (const { service, kind, seen, time, value } of points) {
      const key = `${kind} ${service}`;
      const lane = this.#lanes.get(key) ?? { service, kind, points: [], seen: 0, offered: 0 };
      this.#lanes.set(key, lane);
      lane.seen += seen;
      for (const [at, ms] of time.entries()) this.#offer(lane, ms, value[at] ?? 0);
    }
  }

  build(): ScatterSeries[] {
    return [...this.#lanes.values()].map(({ service, kind, seen, points }) => {
      const sorted = [...points].sort(([a], [b]) => a - b);
      return {
        ...{ service, kind, seen },
        time: sorted.map(([ms]) => Math.round(ms) / 1000),
        value: sorted.map(([, value]) => Number(value.toPrecision(3))),
      };
    });
  }

  /** A reservoir: each point has the same chance to be shown. */
  #offer(lane: Lane, ms: number, value: number): void {
    const most = SHOWN[lane.kind];
    const at = lane.offered++ < most ? lane.points.length : this.#dice.below(lane.offered);
    if (at < most) lane.points[at] = [ms, value];
  }
}
