// The panels of dashboard "Run" for DICOMweb: requests by service, beside those of DIMSE.
import { ALL, percentile, perSecond, total, type Where } from './asks.ts';
import type { Draft } from './model.ts';
import { lines, tableOf } from './panels.ts';

const NO_WEB = 'The run made no web requests';
const BY_SERVICE: Where = { view: 'service' };
const named = { by: ['service'], alias: '$tag_service' };
const FIGURES = { count: 'count', p50: 'p50', p95: 'p95', p99: 'p99', max: 'max' };

export const web: readonly Draft[] = [
  lines(
    {
      ...{ title: 'Web requests per second', unit: 'reqps', none: NO_WEB },
      description: 'By service, and all that failed',
    },
    [
      perSecond('http_reqs', BY_SERVICE, named),
      perSecond('http_req_failed', ALL, { field: 'passes', alias: 'failed' }),
    ],
  ),
  lines(
    {
      ...{ title: 'Latency of web requests, p95', unit: 'ms', none: NO_WEB },
      description:
        'First byte of the request to last byte of the answer, by service. A point that stands for several seconds shows the worst of them',
    },
    [percentile('p95', 'http_req_duration', BY_SERVICE, named)],
  ),
  lines(
    {
      ...{ title: 'Web answers by status', unit: 'reqps', none: NO_WEB },
      description: 'Per second, by service and HTTP status: one without an answer has none',
    },
    [
      perSecond(
        'http_reqs',
        { view: 'service+status' },
        { by: ['service', 'status'], alias: '$tag_service $tag_status' },
      ),
    ],
    { bars: true },
  ),
  lines(
    {
      ...{ title: 'Phases of a web request, p95', unit: 'ms', none: NO_WEB },
      description: 'Of all services; connecting and TLS are 0 on a connection that was there',
    },
    (['blocked', 'connecting', 'tls_handshaking', 'sending', 'waiting', 'receiving'] as const).map(
      (phase) =>
        percentile('p95', `http_req_${phase}`, ALL, { alias: phase.replace('_handshaking', '') }),
    ),
  ),
  tableOf(
    {
      ...{ title: 'Web services, whole run', unit: 'short' },
      description: 'Known when the run has ended',
    },
    [total(FIGURES, 'http_req_duration', BY_SERVICE, { by: ['service'] })],
    { p50: 'ms', p95: 'ms', p99: 'ms', max: 'ms' },
  ),
];
