// Points as a `WriteRequest` of Prometheus remote write 1.0, in protobuf:
// WriteRequest { repeated TimeSeries timeseries = 1 }
// TimeSeries { repeated Label labels = 1; repeated Sample samples = 2 }
// Label { string name = 1; string value = 2 }  Sample { double value = 1; int64 timestamp = 2 }
import type { Point } from '../upload/client.ts';
import { varint } from './snappy.ts';

/** The name and labels of a series, in the order that remote write asks for. */
function labelsOf({ measurement, tags }: Point): [string, string][] {
  const labels = Object.entries({ ...tags, __name__: measurement });
  return labels.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Samples of one series stand together, in the order of the points. */
export function writeRequest(points: readonly Point[]): Buffer {
  const series = new Map<string, { readonly labels: Buffer; readonly samples: Buffer[] }>();
  for (const point of points) {
    const labels = labelsOf(point);
    const key = JSON.stringify(labels);
    let one = series.get(key);
    if (one === undefined) series.set(key, (one = { labels: encoded(labels), samples: [] }));
    one.samples.push(sample(point));
  }
  return Buffer.concat(
    [...series.values()].map(({ labels, samples }) =>
      bytes(1, Buffer.concat([labels, ...samples])),
    ),
  );
}

function encoded(labels: readonly [string, string][]): Buffer {
  return Buffer.concat(
    labels.map(([name, value]) =>
      bytes(1, Buffer.concat([bytes(1, Buffer.from(name)), bytes(2, Buffer.from(value))])),
    ),
  );
}

function sample({ fields, timestamp }: Point): Buffer {
  const value = Buffer.alloc(9);
  value[0] = (1 << 3) | 1; // field 1, eight bytes
  value.writeDoubleLE(Number(fields['value']), 1);
  const ms = BigInt(timestamp) / 1_000_000n;
  return bytes(2, Buffer.concat([value, Buffer.from([2 << 3]), varint(ms)]));
}

/** A field of so many bytes. */
function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(content.length), content]);
}
