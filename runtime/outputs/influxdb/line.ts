// A point as a line of InfluxDB's line protocol.
import type { Point } from '../upload/client.ts';

/** The names and values of a point are clean already: no line breaks, no backslash at an end. */
export function lineOf({ measurement, tags, fields, timestamp }: Point): string {
  const tagText = Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `,${key(name)}=${key(value)}`)
    .join('');
  const fieldText = Object.entries(fields)
    .map(([name, value]) => `${key(name)}=${typeof value === 'number' ? value : quoted(value)}`)
    .join(',');
  return `${measurement.replace(/[, ]/g, '\\$&')}${tagText} ${fieldText} ${timestamp}`;
}

function key(text: string): string {
  return text.replace(/[,= ]/g, '\\$&');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
