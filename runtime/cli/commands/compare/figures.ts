// The figures that two runs are compared by, and how much each may differ by chance.
import { familyOfService } from '../../../metrics/families.ts';
import { batchNoise, percentileNoise, shareNoise, type NoiseShare } from './noise.ts';
import type { Percentile, RunSide } from './run-side.ts';

export type Unit = 'ms' | 'per second' | 'share' | 'count';

export interface Figure {
  /** `C-STORE p95`. */
  readonly name: string;
  readonly unit: Unit;
  /** Whether more is good. */
  readonly moreIsBetter: boolean;
  readonly of: (run: RunSide) => number | undefined;
  /** What equal runs may differ by; null where nothing tells. */
  readonly noise: (before: RunSide, after: RunSide) => number | null;
}

/** Of every service that both runs called, then of the runs. */
export function figuresOf(before: RunSide, after: RunSide): readonly Figure[] {
  return [
    ...servicesOf(before)
      .filter((service) => servicesOf(after).includes(service))
      .flatMap(serviceFigures),
    share('associations failed', ({ summary: { associations } }) => ({
      count: associations.requested - associations.accepted,
      of: associations.requested,
    })),
    percentile(95, 'association p95', 'dicom_associating'),
    percentile(95, 'delivery p95', 'dicom_delivery_duration'),
    MISSING,
    share('checks failed', ({ summary: { checks } }) => ({
      count: checks.fails,
      of: checks.passes + checks.fails,
    })),
    rate('iterations', (run) => run.summary.execution.iterationsPerSecond, 'iterations'),
    share('iterations failed', ({ summary: { execution } }) => ({
      count: execution.failed,
      of: execution.iterations,
    })),
  ];
}

export function servicesOf({ summary }: RunSide): readonly string[] {
  return summary.operations.map(({ service }) => service);
}

function serviceFigures(service: string): readonly Figure[] {
  const row = ({ summary }: RunSide) =>
    summary.operations.find((operation) => operation.service === service);
  const family = familyOfService(service);
  const times = (p: Percentile): Figure =>
    percentile(p, `${service} p${p}`, family.duration, service);
  return [
    rate(`${service} rate`, (run) => row(run)?.ratePerSecond, family.reqs, service),
    ...[times(50), times(95), times(99)],
    share(`${service} failed`, (run) => ({
      count: row(run)?.failed ?? 0,
      of: row(run)?.count ?? 0,
    })),
  ];
}

function rate(name: string, of: Figure['of'], metric: string, service?: string): Figure {
  const noise: Figure['noise'] = (before, after) =>
    batchNoise(before.rates(metric, service), after.rates(metric, service));
  return { name, unit: 'per second', moreIsBetter: true, of, noise };
}

/** The larger of what the histograms tell and what the seconds tell. */
function percentile(p: Percentile, name: string, metric: string, service?: string): Figure {
  return {
    name,
    unit: 'ms',
    moreIsBetter: false,
    of: (run) => run.sampled(metric, service)?.percentile(p),
    noise: (before, after) => {
      const [a, b] = [before.sampled(metric, service), after.sampled(metric, service)];
      if (a === null || b === null) return null;
      const seconds = batchNoise(
        before.percentiles(p, metric, service),
        after.percentiles(p, metric, service),
      );
      return Math.max(percentileNoise(p, a, b), seconds ?? 0);
    },
  };
}

function share(name: string, of: (run: RunSide) => NoiseShare): Figure {
  return {
    name,
    unit: 'share',
    moreIsBetter: false,
    of: (run) => (of(run).of === 0 ? undefined : of(run).count / of(run).of),
    noise: (before, after) => shareNoise(of(before), of(after)),
  };
}

const MISSING: Figure = {
  name: 'missing',
  unit: 'count',
  moreIsBetter: false,
  of: ({ summary: { delivery } }) =>
    delivery.routes.length === 0
      ? undefined
      : delivery.routes.reduce((sum, route) => sum + route.missing, 0),
  noise: () => 0,
};
