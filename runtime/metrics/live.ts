// The numbers of the live line, read from the views of the last 10 s.
import { BucketCounter, percentilesOf } from './distribution/buckets.ts';
import type { LiveNumbers, LiveService } from './engine-types.ts';
import { familyOf } from './families.ts';
import type { ThresholdResult } from './summary.ts';
import type { Interval, ViewState } from './view-state.ts';

const WINDOW_SECONDS = 10;

export function liveNumbers(
  views: readonly ViewState[],
  at: number,
  thresholds: readonly ThresholdResult[],
): LiveNumbers {
  const find = finder(views);
  const sum = (metric: string): number => find(metric, 'all')?.sum ?? 0;
  const accepted = find('dicom_assocs', 'outcome', 'outcome', 'accepted')?.sum ?? 0;
  return {
    services: liveServices(views, find, at),
    associations: {
      accepted,
      failed: sum('dicom_assocs') - accepted,
      aborted: sum('dicom_assoc_aborted'),
    },
    delivery:
      find('dicom_delivery_expected', 'all') === undefined
        ? null
        : { expected: sum('dicom_delivery_expected'), arrived: sum('dicom_delivery_unique') },
    sentBytesPerSecond: ratePerSecond(find('data_sent', 'all'), at),
    receivedBytesPerSecond: ratePerSecond(find('data_received', 'all'), at),
    iterations: sum('iterations'),
    dropped: sum('dropped_iterations'),
    thresholds,
  };
}

type Find = (metric: string, view: string, tag?: string, value?: string) => ViewState | undefined;

function finder(views: readonly ViewState[]): Find {
  return (metric, view, tag, value) =>
    views.find(
      ({ decl }) =>
        decl.metric === metric &&
        decl.view === view &&
        (tag === undefined || decl.tags[tag] === value),
    );
}

function liveServices(views: readonly ViewState[], find: Find, at: number): LiveService[] {
  return views
    .flatMap((view) => {
      const { decl } = view;
      const family = decl.view === 'service' ? familyOf(decl.metric, 'reqs') : undefined;
      if (family === undefined) return [];
      const service = decl.tags['service'] ?? '';
      const duration = find(family.duration, 'service', 'service', service);
      const failed = find(family.failed, 'service', 'service', service);
      return [liveService(view, { duration, failed }, at)];
    })
    .sort((a, b) => b.count - a.count);
}

function liveService(
  view: ViewState,
  of: { readonly duration: ViewState | undefined; readonly failed: ViewState | undefined },
  at: number,
): LiveService {
  const recent = recentOf(of.failed, at);
  const attempts = recent.reduce((sum, interval) => sum + interval.n, 0);
  const failures = recent.reduce((sum, interval) => sum + interval.sum, 0);
  const [p50, p95] = recentPercentiles(recentOf(of.duration, at));
  return {
    service: view.decl.tags['service'] ?? '',
    count: view.sum,
    failed: of.failed?.sum ?? 0,
    ratePerSecond: ratePerSecond(view, at),
    failedShare: attempts === 0 ? 0 : failures / attempts,
    p50: p50 ?? 0,
    p95: p95 ?? 0,
  };
}

function recentOf(view: ViewState | undefined, at: number): Interval[] {
  return view?.history.filter((interval) => interval.at > at - WINDOW_SECONDS) ?? [];
}

function recentPercentiles(recent: readonly Interval[]): number[] {
  const n = recent.reduce((sum, interval) => sum + interval.n, 0);
  if (n === 0) return [];
  const counter = new BucketCounter();
  for (const interval of recent) counter.addBuckets(interval.buckets);
  const min = Math.min(...recent.map((interval) => interval.min));
  const max = Math.max(...recent.map((interval) => interval.max));
  return percentilesOf(counter.take(), n, [50, 95], { min, max });
}

/** Over the last 10 s, or since the start when that is shorter. */
function ratePerSecond(view: ViewState | undefined, at: number): number {
  const sum = recentOf(view, at).reduce((total, interval) => total + interval.sum, 0);
  return sum / Math.max(1, Math.min(WINDOW_SECONDS, at + 1));
}
