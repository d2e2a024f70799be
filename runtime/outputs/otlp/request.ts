// Data points as an ExportMetricsServiceRequest in OTLP's JSON: field names in lower camel case, 64-bit
// numbers as decimal text, enumerations as numbers (opentelemetry-proto, collector/metrics/v1).
import type { RunRecord } from '../../runlog/format.ts';
import { runTags } from '../influxdb/points.ts';
import type { OtlpPoint } from './data-points.ts';

/** AggregationTemporality: since the start of the run. */
const CUMULATIVE = 2;

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

const attributesOf = (tags: Readonly<Record<string, string>>): Attribute[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value: { stringValue: value } }));

/** What the run is: `service.name` and `service.instance.id` are what collectors tell apart by. */
export function resourceOf(first: RunRecord): readonly Attribute[] {
  const { testid = first.id, part } = runTags(first);
  return attributesOf({
    ...first.tags,
    'service.name': 'dicomrun',
    'service.version': first.version,
    'service.instance.id': part === undefined ? testid : `${testid} ${part}`,
    testid,
    ...(part === undefined ? {} : { part }),
  });
}

export function exportRequest(
  points: readonly OtlpPoint[],
  resource: readonly Attribute[],
  version: string,
): string {
  const metrics = new Map<string, OtlpPoint[]>();
  for (const point of points) {
    const list = metrics.get(point.measurement);
    if (list === undefined) metrics.set(point.measurement, [point]);
    else list.push(point);
  }
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: resource },
        scopeMetrics: [
          { scope: { name: 'dicomrun', version }, metrics: [...metrics.values()].map(metricOf) },
        ],
      },
    ],
  });
}

function metricOf(points: readonly OtlpPoint[]): unknown {
  const [first] = points;
  const { measurement: name, unit, kind } = first as OtlpPoint;
  const dataPoints = points.map(dataPointOf);
  const aggregationTemporality = CUMULATIVE;
  switch (kind) {
    case 'gauge':
      return { name, unit, gauge: { dataPoints } };
    case 'sum':
      return { name, unit, sum: { dataPoints, aggregationTemporality, isMonotonic: true } };
    case 'histogram':
      return { name, unit, exponentialHistogram: { dataPoints, aggregationTemporality } };
  }
}

function dataPointOf({ tags, fields, timestamp, since, histogram }: OtlpPoint): unknown {
  return {
    attributes: attributesOf(tags),
    startTimeUnixNano: since,
    timeUnixNano: timestamp,
    ...(histogram ?? { asDouble: fields['value'] }),
  };
}
