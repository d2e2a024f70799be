// Canaries: patient values and passwords go in, and are looked for in everything that comes out.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPLY_LATER } from '../dicom/dimse/incoming.ts';
import type { Summary } from '../metrics/summary.ts';
import { compileEdits, type Edits } from '../dicom/edit/edits.ts';
import { patchHeader } from '../dicom/edit/header-patch.ts';
import { fileMeta } from '../dicom/file/part10.ts';
import { Place, type Finished } from './cli-spawn.ts';
import { closeServers, EXPLICIT, serve } from './wire-fixture.ts';
import { instance, SECONDARY_CAPTURE } from './wire-calls.ts';

const CANARY = 'CANARY';
/** Attributes of the patient, and what else names a person or an exam; each value is its own. */
const KEYWORDS = [
  'PatientName', 'PatientID', 'OtherPatientIDs', 'IssuerOfPatientID', 'PatientBirthName', 'PatientAddress',
  'PatientMotherBirthName', 'PatientComments', 'PatientTelephoneNumbers', 'EthnicGroup', 'Occupation',
  'AdditionalPatientHistory', 'ReferringPhysicianName', 'PerformingPhysicianName', 'OperatorsName',
  'PhysiciansOfRecord', 'RequestingPhysician', 'InstitutionName', 'InstitutionAddress', 'StationName',
  'AccessionNumber', 'StudyID', 'StudyDescription', 'SeriesDescription', 'ProtocolName',
  'ImageComments', 'AdmissionID', 'MedicalRecordLocator', 'DeviceSerialNumber',
]; // prettier-ignore
const UID = '1.2.826.0.1.3680043.9.7777777';

const SCRIPT = `import dicom from 'dicom';
import { check, group } from 'k6';
export const options = {
  scenarios: { s: { executor: 'shared-iterations', vus: 2, iterations: 8, env: { API_KEY: 'CANARYENV' } } },
};
const archive = dicom.receiver({ aet: 'ARCHIVE' });
const pacs = dicom.peer({
  deliversTo: archive,
  userIdentity: { username: 'CANARYUSER', password: 'CANARYPASSWORD' },
});
const secure = dicom.peer({ connect: 'TLS@127.0.0.1:1', tls: { passphrase: 'CANARYPHRASE' } });
const nobody = dicom.peer({ connect: 'NOBODY@127.0.0.1:1' });
const nowhere = dicom.receiver({ aet: 'NOWHERE' });
const losing = dicom.peer({ connect: 'LOSING@127.0.0.1:' + __ENV.LOSING, deliversTo: nowhere });
const telling = dicom.peer({ connect: 'TELLING@127.0.0.1:' + __ENV.TELLING });
const pool = dicom.files('pool');
export default async function () {
  const study = dicom.study({ images: 1, from: pool });
  await group('send', async () => {
    await using association = await pacs.associate({ for: study });
    for (const image of study.images) check(await association.store(image), { stored: (r) => r.ok });
    const member = pool.next().asIs();
    const r = await association.store(member);
    check(r, { 'as it is': (r) => r.ok });
  });
  const delivery = await archive.expect(study, { timeout: '3s', tags: { PatientID: 'other', StudyDescription: null } });
  check(delivery, { right: (d) => d.wrongTags === 0 });
  await nobody.store(pool.next().asIs()).catch(() => {});
  await secure.echo().catch(() => {});
  await pacs.store(pool.next().asIs());
  await losing.store(pool.next().asIs());
  const told = await telling.store(pool.next().asIs());
  throw new Error(told.comment);
}
`;

const URL_SCRIPT = `import { sleep } from 'k6';
export const options = { vus: 1, duration: '2s' };
export default async function () { await sleep(0.5); }
`;

function writeImage(file: string, member: number): void {
  const patient = Object.fromEntries(KEYWORDS.map((keyword, at) => [keyword, `${CANARY}${at}`]));
  const attributes = {
    ...instance(1, member),
    ...patient,
    PatientBirthDate: '19010203',
    SOPInstanceUID: `${UID}.3.${member}`,
    StudyInstanceUID: `${UID}.1`,
    SeriesInstanceUID: `${UID}.2`,
  };
  const header = patchHeader(Buffer.alloc(0), EXPLICIT, compileEdits(attributes as Edits));
  const meta = fileMeta(SECONDARY_CAPTURE, attributes.SOPInstanceUID, EXPLICIT);
  const pixels = Buffer.from('e07f10004f4200000400000001020304', 'hex');
  writeFileSync(file, Buffer.concat([meta, header, pixels]));
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

/** The script, and the files that it sends. */
function canaryPlace(): Place {
  const made = new Place({ 'canary.ts': SCRIPT });
  mkdirSync(join(made.folder, 'pool'));
  for (let member = 0; member < 3; member++) {
    writeImage(join(made.folder, 'pool', `${member}.dcm`), member);
  }
  return made;
}

/** Ports of a peer that says in its error comments whom they are about, and of one that loses all. */
async function peers(): Promise<Record<string, string>> {
  const losing = await serve();
  const telling = await serve({
    onStoreEnd: (association, request) => {
      const errorComment = `${request.sopInstance()} of ${CANARY}^JANE`;
      association.respond(request, { status: 0xa700, errorComment });
      return REPLY_LATER;
    },
  });
  return { TELLING: String(telling), LOSING: String(losing) };
}

/** What failed at the peer that talks, and what the script threw on of it. */
function told(summary: Summary): string[] {
  const { groups } = summary.errors;
  return groups.flatMap((group) =>
    group.calledAET === 'TELLING' || group.operation === 'iteration' ? [group.message] : [],
  );
}

function toldBy(summary: Summary, calledAET: string) {
  return summary.errors.groups.find((group) => group.calledAET === calledAET);
}

let place: Place;
let finished: Finished;
beforeAll(async () => {
  place = canaryPlace();
  const outputs = ['--out', 'json=samples.json', '--out', 'csv=samples.csv'];
  const more = ['--summary-export', 'k6.json', '--ledger', 'instances', '--settle', '1s'];
  const env = await peers();
  finished = await place.run(['run', 'canary.ts', '--embedded', ...outputs, ...more], env);
  const smoke = ['smoke', 'canary.ts', '--embedded', '--settle', '1s', '--reporter', 'junit'];
  const { out, err } = await place.run(smoke, env);
  place.write('smoke.xml', out);
  place.write('smoke.log', err);
  place.write('run.out', finished.out);
  place.write('run.log', finished.err);
  const again = await place.run(['report', place.runs()[0] ?? '']);
  place.write('again.out', again.out + again.err);
  const config = await place.run(['config', 'canary.ts'], env);
  place.write('config.out', config.out + config.err);
}, 120_000);
afterAll(async () => {
  place.remove();
  await closeServers();
});

describe('what must not come out', () => {
  it('was sent, and reached the archive', () => {
    const folder = place.runs().find((run) => existsSync(join(run, 'report.html'))) ?? '';
    const file = join(folder, 'summary.json');
    const { delivery, checks } = JSON.parse(readFileSync(file, 'utf8')) as Summary;
    expect(delivery.accepted, finished.err).toBeGreaterThan(0);
    expect(checks.passes).toBeGreaterThan(8);
    expect(checks.fails).toBeGreaterThan(0);
  });

  it('was said by a peer, and is shown as far as it may be', () => {
    const folder = place.runs().find((run) => existsSync(join(run, 'report.html'))) ?? '';
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary;
    expect(told(summary)).toHaveLength(2);
    for (const text of told(summary)) expect(text).toMatch(/…7777\.3\.\d of …\^…/);
    const [failed] = toldBy(summary, 'TELLING')?.instances ?? [];
    expect(failed?.instance).toMatch(/^…7777\.3\.\d$/);
    expect(failed?.durationMs).toBeGreaterThan(0);
    const { missing = [] } = summary.delivery;
    expect(missing.length).toBeGreaterThan(0);
    for (const { instance } of missing) expect(instance).toMatch(/^…7777\.3\.\d$/);
    expect(missing[0]).toMatchObject({ study: '…777777.1', route: 'LOSING' });
    expect(finished.out).toMatch(/^ {2}missing \d\.dcm \(OT, .* route LOSING\) …7777\.3\.\d of /m);
    const junit = readFileSync(join(place.folder, 'smoke.xml'), 'utf8');
    expect(junit).toMatch(/\d accepted instances? did not arrive, such as \d\.dcm/);
    expect(junit).toMatch(/<property name="instance" value="…7777\.3\.\d"/);
  });

  it.each([
    ['patient values and passwords', CANARY],
    ['the birth date', '19010203'],
    ['UIDs of the files', UID],
  ])('%s: in no artefact but the ledger', (_what, canary) => {
    const artefacts = filesUnder(place.folder).filter(
      (file) => !/canary\.ts$|[\\/]pool[\\/]|ledger\.jsonl$/.test(file),
    );
    expect(artefacts.length).toBeGreaterThan(10);
    const found = artefacts.filter((file) => readFileSync(file).includes(canary));
    const where = found.map((file) => {
      const text = readFileSync(file, 'latin1');
      const at = text.indexOf(canary);
      return `${file.slice(place.folder.length)}: ${text.slice(Math.max(0, at - 120), at + 60)}`;
    });
    expect(where).toEqual([]);
  });

  it('the ledger, which names instances, is readable by the owner alone', () => {
    for (const run of place.runs()) {
      const file = join(run, 'ledger.jsonl');
      if (existsSync(file)) expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(join(run, 'run.ndjson')).mode & 0o777).toBe(0o600);
    }
  });
});

describe('credentials in URLs', () => {
  let open: Place;
  let server: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    // Whatever writes or reads here is content: pages of metrics, InfluxDB, Prometheus.
    server = createServer((request, response) => {
      asked.push(`${request.url?.split('?')[0]} ${request.headers.authorization ?? ''}`);
      request.resume().on('end', () => {
        response.statusCode = request.method === 'GET' ? 200 : 204;
        response.end(request.method === 'GET' ? 'routed_total 1\n' : undefined);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const at = (who: string) => `http://${who}@127.0.0.1:${port}`;
    open = new Place({ 'urls.ts': URL_SCRIPT });
    const urls = [
      ['--scrape', `router=${at('u:CANARYSCRAPE')}/metrics`, '--scrape-interval', '1s'],
      ['--scrape', 'gone=http://u:CANARYGONE@127.0.0.1:1/metrics'],
      ['--out', `influxdb=${at('i:CANARYINFLUX')}/db`],
      ['--out', `prometheus=${at('p:CANARYPROM')}`, '--out', 'json=samples.json'],
    ].flat();
    const env = { DICOMRUN_GRAFANA_URL: at('CANARYTOKEN') };
    for (const args of [
      ['run', 'urls.ts', ...urls],
      ['config', 'urls.ts', ...urls],
    ]) {
      const { code, out, err } = await open.run(args, env);
      expect(code, err).toBe(0);
      open.write(`${args[0]}.out`, out + err);
    }
  }, 60_000);
  afterAll(() => {
    server.close();
    open.remove();
  });

  it('do their work', () => {
    const basic = (who: string) => `Basic ${Buffer.from(who).toString('base64')}`;
    expect(asked).toContain(`/metrics ${basic('u:CANARYSCRAPE')}`);
    expect(asked.some((one) => one.endsWith(basic('i:CANARYINFLUX')))).toBe(true);
    expect(asked).toContain(`/api/v1/write ${basic('p:CANARYPROM')}`);
  });

  it('are masked in every artefact', () => {
    const artefacts = filesUnder(open.folder);
    expect(artefacts.length).toBeGreaterThan(5);
    const found = artefacts.filter((file) => readFileSync(file).includes(CANARY));
    expect(found.map((file) => file.slice(open.folder.length))).toEqual([]);
  });
});

describe('with --phi-ok', () => {
  let open: Place;
  beforeAll(async () => {
    open = canaryPlace();
    const once = [
      '--iterations',
      '1',
      '--vus',
      '1',
      '--settle',
      '1s',
      '--phi-ok',
      '--ledger',
      'none',
    ];
    await open.run(['run', 'canary.ts', '--embedded', ...once], await peers());
  }, 60_000);
  afterAll(() => open.remove());

  it('peers are quoted word for word', () => {
    const texts = told(open.summary());
    expect(texts).toHaveLength(2);
    for (const text of texts) expect(text).toContain(`${UID}.3.`);
    for (const text of texts) expect(text).toContain(` of ${CANARY}^JANE`);
  });

  it('what is missing is named in full, and what failed', () => {
    const summary = open.summary();
    const { missing = [] } = summary.delivery;
    expect(missing).toMatchObject([{ study: `${UID}.1`, route: 'LOSING' }]);
    expect(missing[0]?.instance).toMatch(new RegExp(`^${UID}\\.3\\.\\d$`));
    const failed = toldBy(summary, 'TELLING')?.instances ?? [];
    expect(failed[0]?.instance).toMatch(new RegExp(`^${UID}\\.3\\.\\d$`));
    const [run = ''] = open.runs();
    const report = readFileSync(join(run, 'report.html'), 'utf8');
    expect(report).toContain(missing[0]?.instance);
    expect(report).toContain(failed[0]?.instance);
  });
});
