// The scripts of examples/dicomweb, and what is done to whom they talk to.
import { COLUMNS, type Fault } from './faults.ts';
import { fault, NO_COPIES, of, type Subject } from './subject.ts';

const NO_ASSOCIATION = 'it opens no association: see own faults';
const WEB_ONLY = Object.fromEntries(COLUMNS.map((one) => [one, NO_ASSOCIATION]));

const rule = (service: string, more: object): object => ({ requests: [{ service, ...more }] });

/** Every other request of a service. */
const fails = (service: string, status: number): Fault =>
  fault(`${service} fails`, new RegExp(`${service}.* ${status}|status ${status}`), {
    archive: rule(service, { every: 2, status }),
  });
const cut = (service: string): Fault =>
  fault(`${service} is cut`, new RegExp(`${service} WEB_CUT`), {
    archive: rule(service, { every: 2, closeAfter: 1500 }),
  });
const FORGETS = fault('forgets half', /✗ +.*\b(found|whole|listed|metadata|complete|all of)\b/, {
  archive: { drop: 0.5 },
});
const DAMAGES = fault('damages half', /✗ +.*\bpixels\b/, { archive: { corrupt: 0.5 } });
const REFUSES = fault('refuses single instances', /✗ +.*\bstored\b/, {
  archive: { status: [0, 0xa700] },
});
/** At full scale limits of time are held to; so few and small that it takes seconds. */
const late = (at: string, env: Readonly<Record<string, string>>, rest: Partial<Fault>): Fault =>
  fault('answers late', new RegExp(`✗ +${at}`), {
    ...rest,
    env: { SCALE: 'full', DURATION: '3s', BYTES: '32000', ...env },
  });

export const WEB_SUBJECTS: readonly Subject[] = [
  of('bench/web.ts', 'QIDO-RS fails', {
    argued: WEB_ONLY,
    flags: ['--duration', '1s'],
    own: [fails('QIDO-RS', 500)],
  }),
  of('dicomweb/both-protocols.ts', 'loss', {
    argued: { duplicate: NO_COPIES.duplicate },
    own: [fails('QIDO-RS', 500), fails('WADO-RS', 500), cut('WADO-RS'), DAMAGES],
  }),
  of('dicomweb/gateway-to-dimse.ts', 'duplicate', {
    argued: { status: NO_ASSOCIATION, refusal: NO_ASSOCIATION, abort: NO_ASSOCIATION },
    own: [
      fails('STOW-RS', 503),
      REFUSES,
      fault('breaks off', /STOW-RS TCP_ECONNRESET|closed the connection/, {
        archive: { resetAfter: 10_000, share: 0.5 },
      }),
      late(
        'dicom_delivery_duration',
        { SENDERS: '2', IMAGES: '3', SLA_SECONDS: '0.5' },
        { router: { forwardDelay: '1s' } },
      ),
    ],
  }),
  of('dicomweb/gateway-to-web.ts', 'pixels', {
    own: [
      late(
        'dicom_delivery_duration',
        { MODALITIES: '2', IMAGES: '3', SLA_SECONDS: '0.5' },
        { router: { forwardDelay: '1s' } },
      ),
    ],
  }),
  of('dicomweb/query-storm.ts', 'QIDO-RS fails', {
    argued: WEB_ONLY,
    own: [
      fails('QIDO-RS', 500),
      fault('forgets half', /✗ +(narrow|paged|its|and those)/, { archive: { drop: 0.5 } }),
      fault('a page leaves one out', /✗ +paged: all of them/, {
        change: (text) => text.replace('limit: page,', 'limit: page, offset: 1,'),
      }),
      fault('has another of that name', /✗ +paged: no other/, {
        change: (text) => text.replace('uids.push(study.uid);', 'if (i > 0) uids.push(study.uid);'),
      }),
      late(
        'http_req_duration\\{kind:narrow\\}',
        { CLIENTS: '2', STUDIES: '4' },
        { archive: rule('QIDO-RS', { delay: '1200ms' }) },
      ),
    ],
  }),
  of('dicomweb/retrieve.ts', 'WADO-RS is cut', {
    argued: WEB_ONLY,
    own: [
      ...[fails('WADO-RS', 500), cut('WADO-RS')],
      fault('forgets what it listed', /WADO-RS.* 404|✗ +(complete|a data set)/, {
        change: (text) => text.replace("{ keep: 'all' }", "{ keep: 'all', keepBytes: 200_000 }"),
      }),
      late(
        'http_req_duration\\{scenario:frames\\}',
        { THREADS: '2', STUDIES: '1', IMAGES: '2', SIDE: '64', PART: '1s' },
        { archive: rule('WADO-RS', { delay: '1200ms' }) },
      ),
    ],
  }),
  of('dicomweb/store-at-peak.ts', 'forgets half', {
    argued: WEB_ONLY,
    own: [
      ...[FORGETS, DAMAGES, REFUSES],
      ...[fails('STOW-RS', 503), fails('QIDO-RS', 500), fails('WADO-RS', 500), cut('WADO-RS')],
      fault('shows nothing for a minute', /✗ +found by QIDO-RS/, {
        change: (text) =>
          text.replace("{ keep: 'all' }", "{ keep: 'all', visibleAfterMs: 60_000 }"),
      }),
      late(
        'http_req_duration\\{service:STOW-RS\\}',
        { PEAK_IMAGES_PER_SECOND: '2', CONNECTIONS: '4' },
        { archive: { delay: '2500ms' } },
      ),
      {
        ...late(
          'iterations_achieved',
          { PEAK_IMAGES_PER_SECOND: '10', CONNECTIONS: '1' },
          { archive: { delay: '1s' } },
        ),
        ...{ name: 'falls behind', what: 'falls behind' },
      },
    ],
  }),
  of('dicomweb/store-matrix.ts', 'refuses single instances', {
    argued: WEB_ONLY,
    own: [
      ...[REFUSES, fails('STOW-RS', 503)],
      late(
        'http_req_duration\\{scenario:CT_8000B_1c_1o\\}',
        { CELL: '1s', MAX_SECONDS: '0.5', BYTES: '8000', CONNECTIONS: '1', PER_REQUEST: '1' },
        { archive: { delay: '600ms' } },
      ),
    ],
  }),
  of('dicomweb/viewers.ts', 'damages half', {
    argued: WEB_ONLY,
    own: [
      ...[FORGETS, DAMAGES, fails('WADO-RS', 500), fails('QIDO-RS', 500), cut('WADO-RS')],
      late(
        'first_image',
        { VIEWERS: '2', STUDIES: '2', IMAGES: '2', THINK: '0.1' },
        { archive: rule('WADO-RS', { delay: '2500ms' }) },
      ),
    ],
  }),
];
