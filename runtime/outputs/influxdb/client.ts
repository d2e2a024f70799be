// The `influx` client, tamed: one request at a time, five seconds each, no retries and no back-off
// of its own (it would refuse calls for ten seconds after the server is back). What an answer
// means is decided here; what to do about it, by the uploader.
import { InfluxDB } from 'influx';
import type { IPoolOptions } from 'influx';
import { retryAfter } from '../upload/http.ts';
import { BucketClient } from './bucket-client.ts';
import type { InfluxTarget } from './target.ts';
import { discreet } from '../upload/client.ts';
import type { Point, UploadClient, WriteOutcome } from '../upload/client.ts';

const REQUEST_TIMEOUT_MS = 5_000;

const NO_BACKOFF: NonNullable<IPoolOptions['backoff']> = {
  getDelay: () => 0,
  next: () => NO_BACKOFF,
  reset: () => NO_BACKOFF,
};

/** Without a name the client says it is root:root, also in the place of a token; null is nobody. */
const NOBODY = { username: null as unknown as string };

export function createInfluxClient(target: InfluxTarget): UploadClient {
  if (target.bucket !== undefined) return new BucketClient(target);
  const { username, password, database } = target;
  const headers = target.token === undefined ? {} : { Authorization: `Token ${target.token}` };
  const influx = new InfluxDB({
    host: target.host,
    port: target.port,
    protocol: target.protocol,
    path: target.path,
    database,
    ...(username === undefined ? NOBODY : { username, password: password ?? '' }),
    options: { headers, rejectUnauthorized: !target.insecure },
    pool: { maxRetries: 0, requestTimeout: REQUEST_TIMEOUT_MS, backoff: NO_BACKOFF },
  });
  const { token } = target;
  const outcomeOf = async (call: Promise<unknown>): Promise<WriteOutcome> =>
    discreet(await answerOf(call), { username, password, token });
  return {
    write: (points) =>
      outcomeOf(influx.writePoints(points.map(toClientPoint), { database, precision: 'n' })),
    prepare: () =>
      outcomeOf(
        influx.createDatabase(database).then(() =>
          target.retention === undefined
            ? undefined
            : influx.createRetentionPolicy('dicomrun', {
                database,
                duration: target.retention,
                replication: 1,
                isDefault: true,
              }),
        ),
      ),
  };
}

type ClientPoint = Parameters<InfluxDB['writePoints']>[0][number];

function toClientPoint(point: Point): ClientPoint {
  const { measurement, tags, fields, timestamp } = point;
  return { measurement, tags: { ...tags }, fields: { ...fields }, timestamp };
}

/** The client drops the body of a 500, and with it what the server said. */
const RETRY_WORDS: Readonly<Record<string, string>> = {
  '': 'no answer',
  'Internal Server Error': 'internal server error; the log of InfluxDB says why: a full disk?',
};

async function answerOf(call: Promise<unknown>): Promise<WriteOutcome> {
  try {
    await call;
    return { kind: 'written' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    switch (statusOf(error)) {
      case 400:
        return { kind: 'refused', why };
      case 401:
      case 403:
        return { kind: 'forbidden', why };
      case 404:
        return { kind: 'no-database' };
      case 413:
        return { kind: 'too-large' };
      default:
        return { kind: 'retry', why: RETRY_WORDS[why] ?? why, ...retryAfter(headerOf(error)) };
    }
  }
}

function statusOf(error: unknown): number | undefined {
  const status = responseOf(error)['statusCode'];
  return typeof status === 'number' ? status : undefined;
}

function headerOf(error: unknown): string | undefined {
  const headers = responseOf(error)['headers'];
  if (typeof headers !== 'object' || headers === null) return undefined;
  const after = (headers as Record<string, unknown>)['retry-after'];
  return typeof after === 'string' ? after : undefined;
}

/** The client's RequestError carries the response; anything else has none. */
function responseOf(error: unknown): Readonly<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null || !('res' in error)) return {};
  const { res } = error;
  return typeof res === 'object' && res !== null ? (res as Record<string, unknown>) : {};
}
