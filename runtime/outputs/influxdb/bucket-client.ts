// InfluxDB 2 and 3: the same lines to /api/v2/write, into a bucket, with a token.
import { VIEW_KINDS } from '../../metrics/views.ts';
import { call, write } from '../upload/http.ts';
import type { HttpCall } from '../upload/http.ts';
import { lineOf } from './line.ts';
import type { InfluxTarget } from './target.ts';
import { discreet } from '../upload/client.ts';
import type { Point, UploadClient, WriteOutcome } from '../upload/client.ts';

/** Every tag that a row may have, whatever its view. */
const TAGS = [
  ...new Set([
    'testid',
    'part',
    'view',
    'metric',
    'type',
    ...VIEW_KINDS.flatMap(({ tags }) => tags),
  ]),
];

/** The value of all tags of a row that only makes a table: no query asks for this view. */
const NO_VALUE = '-';

export class BucketClient implements UploadClient {
  readonly #target: InfluxTarget;
  /** Known once the server has said it. */
  #version: string | null = null;
  /** Measurements whose table has its tags. */
  readonly #made = new Set<string>();

  constructor(target: InfluxTarget) {
    this.#target = target;
  }

  async write(points: readonly Point[]): Promise<WriteOutcome> {
    if (this.#version === null) await this.#learnVersion();
    const first = this.#firstRows(points);
    const body = [...first, ...points].map(lineOf).join('\n');
    const outcome = await write(this.#call('POST', 'api/v2/write', body));
    if (outcome.kind === 'written')
      for (const { measurement } of first) this.#made.add(measurement);
    return this.#told(outcome);
  }

  /** A bucket is the administrator's to make; an empty write says whether one may write to it. */
  async prepare(): Promise<WriteOutcome> {
    await this.#learnVersion();
    const outcome = await write(this.#call('POST', 'api/v2/write', ''));
    // no lines: some say so, after they have looked at the token
    return outcome.kind === 'refused' ? { kind: 'written' } : this.#told(outcome);
  }

  /**
   * InfluxDB 3 fixes the tags of a table with its first row, and refuses a later row with another
   * one; ours have those of their view. So the first row of each has all of them.
   */
  #firstRows(points: readonly Point[]): Point[] {
    if (this.#version?.replace(/^v/, '').startsWith('3') !== true) return [];
    const rows = new Map<string, Point>();
    for (const { measurement, tags, fields, timestamp } of points) {
      if (this.#made.has(measurement)) continue;
      const known = rows.get(measurement);
      const names = known === undefined ? [...TAGS, ...Object.keys(tags)] : Object.keys(tags);
      const all = { ...known?.tags, ...Object.fromEntries(names.map((name) => [name, NO_VALUE])) };
      rows.set(measurement, { measurement, tags: all, fields, timestamp });
    }
    return [...rows.values()];
  }

  async #learnVersion(): Promise<void> {
    try {
      const { headers } = await call(this.#call('GET', 'ping'));
      const version = headers['x-influxdb-version'];
      this.#version = typeof version === 'string' ? version : '';
    } catch {
      // nobody there: the write says so
    }
  }

  #call(method: 'GET' | 'POST', name: string, body?: string): HttpCall {
    const { protocol, host, port, path, org, bucket, token, insecure } = this.#target;
    const where = host.includes(':') ? `[${host}]` : host;
    const url = new URL(`${protocol}://${where}:${port}${path.replace(/\/$/, '')}/${name}`);
    if (method === 'POST') {
      if (org !== undefined) url.searchParams.set('org', org);
      url.searchParams.set('bucket', bucket ?? '');
      url.searchParams.set('precision', 'ns');
    }
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...(token === undefined ? {} : { authorization: `Token ${token}` }),
    };
    return { method, url: url.href, headers, insecure, ...(body === undefined ? {} : { body }) };
  }

  /** In words that help, and never with the token, whatever the server repeats. */
  #told(outcome: WriteOutcome): WriteOutcome {
    const { token, bucket } = this.#target;
    const told = discreet(outcome, { token });
    if (!('why' in told)) return told;
    const hint = told.why.startsWith('404') ? `; make the bucket "${bucket}" first` : '';
    return { ...told, why: told.why + hint };
  }
}
