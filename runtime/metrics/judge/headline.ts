// The first two lines of a result, in the words of the field: what was done, what came of it, and
// what the thresholds say to it.
import { familyOf } from '../families.ts';
import { count, percent, plural, span, thresholdNumber } from '../numbers.ts';
import type { Summary, ThresholdResult } from '../summary.ts';
import type { ViewIndex } from '../view-index.ts';
import { parseSelector } from './selector.ts';
import { parseExpression } from './threshold-expression.ts';

export type Told = Pick<
  Summary,
  'thresholds' | 'checks' | 'delivery' | 'execution' | 'operations' | 'run' | 'cases' | 'timeUnit'
>;

/** What a request of a service is to the people who use it; one and many. */
const NOUNS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  'C-STORE': ['image', 'images'],
  'STOW-RS': ['image', 'images'],
  'C-ECHO': ['echo', 'echoes'],
  'C-FIND': ['query', 'queries'],
  'QIDO-RS': ['query', 'queries'],
  'C-MOVE': ['retrieval', 'retrievals'],
  'C-GET': ['retrieval', 'retrievals'],
  'WADO-RS': ['retrieval', 'retrievals'],
};
const STORES = ['C-STORE', 'STOW-RS'];
/** The row of requests whose service went into overflow series. */
export const OTHER_SERIES = 'other series';
const MOST_NOUNS = 3;

/** `12,028 images by 20 senders in 30 s`. */
export function whatWasDone({ operations, execution, run }: Told): string {
  const done = new Map<string, { n: number; many: string }>();
  for (const row of operations) {
    const { service } = row;
    // A request of STOW-RS may carry many.
    const n = row.sentInstances ?? row.count;
    const [one, many] = NOUNS[service] ?? [`${service} request`, `${service} requests`];
    done.set(one, { n: (done.get(one)?.n ?? 0) + n, many });
  }
  const nouns = [...done].map(([one, { n, many }]) => plural(n, one, many));
  const work =
    nouns.length === 0 ? plural(execution.iterations, 'iteration') : listed(nouns, MOST_NOUNS);
  const who =
    nouns.length === 0 ? 'VU' : done.size === 1 && done.has('image') ? 'sender' : 'client';
  const by = execution.vus === 0 ? '' : ` by ${plural(execution.vus, who)}`;
  return `${work}${by} in ${span(run.durationMs)}`;
}

function listed(parts: readonly string[], most: number): string {
  const shown = parts.slice(0, most);
  if (parts.length > most) shown.push('more');
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** `, all arrived, none changed`; '' when there is nothing to say. */
export function whatCameOfIt({ operations, delivery }: Told): string {
  const failed = operations.reduce((sum, row) => sum + row.failed, 0);
  const stores = operations.filter(({ service, count: n }) => STORES.includes(service) && n > 0);
  // An image that was refused as expected, or broken off on purpose, failed nothing; nobody took it.
  const whole = !operations.some(({ service }) => service === OTHER_SERIES);
  const refused = whole
    ? delivery.sent - delivery.accepted
    : stores.reduce((sum, row) => sum + (row.refusedInstances ?? row.failed), 0);
  const images = stores.length === 0 ? [] : ofImages(refused, delivery);
  const others = failed - stores.reduce((sum, row) => sum + row.failed, 0);
  return [...images, ...(others > 0 ? [`${plural(others, 'request')} failed`] : [])]
    .map((part) => `, ${part}`)
    .join('');
}

function ofImages(refused: number, delivery: Summary['delivery']): string[] {
  const sum = sumOf(delivery);
  const parts = refused > 0 ? [`${count(refused)} not accepted`] : [];
  if (sum.accepted === 0) return refused > 0 ? parts : ['all accepted'];
  const all = sum.accepted === delivery.accepted && refused === 0;
  if (!all) parts.push(`${count(sum.accepted)} expected at a receiver`);
  parts.push(sum.missing > 0 ? `${count(sum.missing)} did not arrive` : 'all arrived');
  if (sum.corrupted > 0) parts.push(`${count(sum.corrupted)} changed`);
  else if (sum.compared > 0 && sum.compared >= sum.distinct) parts.push('none changed');
  if (sum.recoded > 0) parts.push(`${count(sum.recoded)} in another transfer syntax`);
  if (sum.unhashed > 0) parts.push(`${count(sum.unhashed)} not compared`);
  return parts;
}

export interface DeliverySum {
  readonly accepted: number;
  readonly missing: number;
  readonly corrupted: number;
  /** Distinct images that were accepted. */
  readonly distinct: number;
  /** Images whose pixels were compared with those sent. */
  readonly compared: number;
  readonly recoded: number;
  readonly unhashed: number;
  /** Arrivals beyond the accepted sends. */
  readonly duplicated: number;
  /** Arrivals that no accepted store accounts for. */
  readonly unexpected: number;
}

export function sumOf({ routes }: Summary['delivery']): DeliverySum {
  const sum = (of: (route: Summary['delivery']['routes'][number]) => number): number =>
    routes.reduce((total, route) => total + of(route), 0);
  return {
    accepted: sum((route) => route.accepted),
    missing: sum((route) => route.missing),
    corrupted: sum((route) => route.corrupted),
    distinct: sum((route) => route.unique + route.missing),
    compared: sum((route) => route.compared ?? 0),
    recoded: sum((route) => route.recoded ?? 0),
    unhashed: sum((route) => route.unhashed ?? 0),
    duplicated: sum((route) => route.duplicated),
    unexpected: sum((route) => route.unexpected),
  };
}

/** `2 of 111 images did not arrive (CT 1, MR 1)`. */
export function missingText(delivery: Summary['delivery'], missing: number): string {
  const { accepted } = sumOf(delivery);
  const lossy = delivery.routes.filter((route) => route.missing > 0);
  const where =
    delivery.routes.length < 2
      ? ''
      : ` (${lossy.map((route) => `${route.route} ${count(route.missing)}`).join(', ')})`;
  return `${ofAll(missing, accepted, 'image')} did not arrive${where}`;
}

export const changedText = (corrupted: number, accepted: number): string =>
  `${ofAll(corrupted, accepted, 'image')} arrived changed`;

export const repeatedText = (duplicated: number): string =>
  `${plural(duplicated, 'image')} arrived more often than sent`;

export const unexpectedText = (unexpected: number): string =>
  `${plural(unexpected, 'image')} arrived that no accepted store accounts for`;

/** `2 of 111 images`, `the one image`. */
export function ofAll(n: number, all: number, one: string, many = `${one}s`): string {
  if (n === 1 && all === 1) return `the one ${one}`;
  return all <= n ? `all ${plural(n, one, many)}` : `${count(n)} of ${plural(all, one, many)}`;
}

/** `all 4 thresholds hold`, `2 of 3 thresholds hold, 1 without data`. */
export function whatThresholdsSay(
  thresholds: readonly ThresholdResult[],
  timeUnit: Summary['timeUnit'],
): string {
  const judged = thresholds.filter((one) => one.advisory !== true);
  const n = judged.length;
  if (n === 0) return 'no thresholds';
  const crossed = judged.filter((one) => one.failed);
  const holding = judged.filter((one) => !one.failed && one.verdict === 'ok').length;
  if (holding === n) return n === 1 ? 'the one threshold holds' : `all ${count(n)} thresholds hold`;
  const without = n - holding - crossed.length;
  const named = crossed.slice(0, MOST_NAMED).map((one) => crossedShort(one, timeUnit));
  if (crossed.length > MOST_NAMED) named.push(`${count(crossed.length - MOST_NAMED)} more`);
  return [
    `${count(holding)} of ${plural(n, 'threshold')} ${holding === 1 || n === 1 ? 'holds' : 'hold'}`,
    ...(crossed.length > 0 ? [`${count(crossed.length)} crossed`] : []),
    ...(without > 0 ? [`${count(without)} without data`] : []),
  ]
    .join(', ')
    .concat(named.length === 0 ? '' : `: ${named.join('; ')}`);
}

const MOST_NAMED = 3;

function crossedShort(result: ThresholdResult, timeUnit: Summary['timeUnit']): string {
  const { metric, expression, observed } = result;
  const seen = observed === undefined ? 'no data' : thresholdNumber(result, observed, timeUnit);
  return `${metric} ${expression} (${seen})`;
}

/** A crossed threshold as what went wrong; null where its own words are the plainest. */
export function brokenText(result: ThresholdResult, told: Told, index: ViewIndex): string | null {
  const selector = parseSelector(result.metric);
  const expression = parseExpression(result.expression);
  const { observed } = result;
  if (selector === null || expression === null || observed === undefined) return null;
  const { tags, metric } = selector;
  const whole = Object.keys(tags).length === 0;
  if (expression.method.kind === 'count') {
    return whole && observed > 0 ? countedText(metric, observed, told) : null;
  }
  if (expression.method.kind === 'rate') {
    return failedShareText(result, { metric, tags, observed, index });
  }
  if (
    familyOf(metric, 'duration') === undefined ||
    Object.keys(tags).some((tag) => tag !== 'service')
  ) {
    return null;
  }
  const method =
    expression.method.kind === 'percentile' ? `p${expression.method.p}` : expression.method.kind;
  const not = NOT[expression.operator];
  if (not === undefined) return null;
  const of = tags['service'] ?? 'all requests';
  const text = (value: number): string => thresholdNumber(result, value, told.timeUnit);
  return `${method} of ${of} was ${text(observed)}, ${not} ${text(result.limit)}`;
}

const NOT: Readonly<Record<string, string>> = {
  '<': 'not below',
  '<=': 'above',
  '>': 'not above',
  '>=': 'below',
};

const DELIVERY_WORDS: Readonly<Record<string, string>> = {
  dicom_delivery_corrupted: 'arrived changed',
  dicom_delivery_duplicated: 'arrived more often than sent',
  dicom_delivery_late: 'arrived late',
};

function countedText(metric: string, n: number, { delivery }: Told): string | null {
  if (metric === 'dicom_delivery_missing') return missingText(delivery, n);
  if (metric === 'dicom_delivery_unexpected') return unexpectedText(n);
  if (metric === 'dropped_iterations') return `${plural(n, 'iteration')} dropped`;
  const words = DELIVERY_WORDS[metric];
  return words === undefined ? null : `${ofAll(n, sumOf(delivery).accepted, 'image')} ${words}`;
}

/** Metrics of which one failure is a one, and what it is a failure of. */
const FAILED: Readonly<Record<string, readonly [what: string, verb: string]>> = {
  checks: ['check', 'failed'],
  dicom_req_failed: ['request', 'failed'],
  http_req_failed: ['web request', 'failed'],
  dicom_assoc_failed: ['association', 'failed'],
  iteration_failed: ['iteration', 'threw an exception'],
};

function failedShareText(
  result: ThresholdResult,
  seen: {
    readonly metric: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly observed: number;
    readonly index: ViewIndex;
  },
): string | null {
  const { metric, tags, index } = seen;
  const words = FAILED[metric];
  const [tag, ...more] = Object.entries(tags);
  if (words === undefined || more.length > 0) return null;
  const [what, verb] = words;
  const share = metric === 'checks' ? 1 - seen.observed : seen.observed;
  if (share <= 0) return null;
  const kind =
    tag === undefined ? what : tag[0] === 'service' ? `${tag[1]} ${what}` : `"${tag[1]}" ${what}`;
  const view = tag === undefined ? 'all' : result.metric.trim().slice(metric.length).trim();
  // A window has its own number of samples, which nobody keeps.
  const all = result.windowMs === undefined ? index.samples(metric, view) : 0;
  if (all === 0) return `${percent(share)} of the ${kind}s ${verb}`;
  return `${ofAll(Math.round(share * all), all, kind)} ${verb}`;
}
