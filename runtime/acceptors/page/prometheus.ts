// What a station did, as Prometheus text: for `--scrape`, and for any Prometheus.
import type { Destination } from '../router/destination.ts';
import type { Router } from '../router/router.ts';
import type { StationCounts } from '../stations/store-station.ts';

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** Labels as they stand in braces, and the value. */
  readonly samples: readonly (readonly [string, number])[];
}

/** Counters every station has. */
export function stationMetrics(name: string, counts: StationCounts, open: number): string {
  const label = `station="${escaped(name)}"`;
  const one = (
    metric: string,
    value: number,
    help: string,
    type: Family['type'] = 'counter',
  ): Family => ({ name: `dicomrun_${metric}`, type, help, samples: [[label, value]] });
  return text([
    one('associations_total', counts.associations, 'associations accepted'),
    one('associations_rejected_total', counts.rejected, 'associations rejected'),
    one('tls_handshakes_failed_total', counts.tlsFailed, 'TLS handshakes that failed'),
    one('associations_open', open, 'connections open now', 'gauge'),
    one('instances_received_total', counts.instances, 'C-STORE data sets received'),
    one('bytes_received_total', counts.bytes, 'bytes of data sets received'),
  ]);
}

type PoolRow = readonly [
  name: string,
  type: Family['type'],
  help: string,
  value: (of: Destination) => number,
];

const POOL_ROWS: readonly PoolRow[] = [
  ['pool_limit', 'gauge', 'associations at most', ({ stats }) => stats.limit],
  ['pool_open', 'gauge', 'associations open now', ({ stats }) => stats.open],
  ['pool_in_use', 'gauge', 'associations with a store under way', ({ stats }) => stats.inUse],
  ['pool_opened_total', 'counter', 'associations opened', ({ stats }) => stats.opened],
  ['pool_reused_total', 'counter', 'stores on a used association', ({ stats }) => stats.reused],
  ['pool_refused_total', 'counter', 'associations not opened', ({ stats }) => stats.refused],
  [
    'pool_wait_timeouts_total',
    'counter',
    'tries given up waiting',
    ({ stats }) => stats.waitTimeouts,
  ],
  ['pool_wait_ms_sum', 'counter', 'time from due to sent, ms', ({ stats }) => stats.waitSum],
  ['pool_wait_ms_max', 'gauge', 'longest time from due to sent', ({ stats }) => stats.waitMax],
  ['delivered_total', 'counter', 'stores the destination took', ({ stats }) => stats.delivered],
  ['failed_total', 'counter', 'tries that failed', ({ stats }) => stats.failed],
  ['queue_length', 'gauge', 'instances waiting', ({ queue }) => queue.length],
  ['queue_bytes', 'gauge', 'bytes waiting', ({ queue }) => queue.bytes],
  ['retries_total', 'counter', 'tries put off', ({ queue }) => queue.retried],
  ['dead_letters_total', 'counter', 'given up', ({ queue }) => queue.deadCount],
];

/** The destination pools of a router: size, in use, wait, re-use; queue, retries, dead letters. */
export function poolMetrics(router: Router): string {
  const destinations = [...router.destinations.values()];
  const { unruled, dead } = router.forwarding;
  const whole: Family[] = [
    ['unruled_total', 'went on without the rules, which could not be applied', unruled] as const,
    ['given_up_total', 'dead letters, those without a destination included', dead] as const,
  ].map(([name, help, value]) => ({
    name: `dicomrun_router_${name}`,
    type: 'counter',
    help,
    samples: [['', value]],
  }));
  return text([
    ...whole,
    ...POOL_ROWS.map(([name, type, help, value]) => ({
      name: `dicomrun_router_${name}`,
      type,
      help,
      samples: destinations.map((of) => [label(of.stats.name), value(of)] as const),
    })),
  ]);
}

function text(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(([labels, value]) => `${name}{${labels}} ${value}`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
    })
    .join('');
}

function label(destination: string): string {
  return `destination="${escaped(destination)}"`;
}

/** Label values: backslash, quote and newline are escaped (Prometheus text format 0.0.4). */
function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
