// A storm of QIDO-RS queries: one study, a wildcard page by page, its series and instances.
//
// @seed cloud imaging performance suite: QIDO searches
// @covers 24, 29
// measures  QIDO-RS time by kind of query, queries per second
// passes    every answer right: each study on one page and on one only; narrow p95 under 1 s
// knobs     CLIENTS, DURATION, STUDIES (stored first), PAGE (matches a page)
import dicom from 'dicom';
import web from 'dicomweb';
import { check, fail } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFailsOverWeb } from '../lib/thresholds.ts';

const studies = number('STUDIES', scaled(200, 20));
const page = number('PAGE', scaled(50, 6));
const SERIES = 2;
const IMAGES = 3; // of a series

export const options: Options = {
  vus: number('CLIENTS', scaled(20, 3)),
  duration: text('DURATION', scaled('5m', '2s')),
  setupTimeout: '10m',
  thresholds: {
    ...nothingFailsOverWeb,
    'http_req_duration{kind:narrow}': timed('p(95)<1000'),
    'http_req_duration{kind:page}': timed('p(95)<2000'),
    'http_req_duration{kind:below}': [],
  },
};

const archive = web.server({});
const image = dicom.synthetic('KB005');

export async function setup() {
  const name = `STORM${Date.now()}`; // of this run: the archive may hold others
  const uids: string[] = [];
  for (let i = 0; i < studies; i++) {
    const set = { PatientName: `${name}^${i}`, PatientID: name };
    const study = dicom.study({ series: SERIES, images: IMAGES, from: image, set });
    const { ok } = await archive.store(study);
    if (!ok) fail('the archive does not take what is to be asked for');
    uids.push(study.uid);
  }
  return { name, uids };
}

/** Study Instance UIDs, page after page, as they come. */
async function paged(PatientName: string): Promise<string[]> {
  const uids: string[] = [];
  const how = { limit: page, tags: { kind: 'page' } };
  for await (const study of archive.search('studies', { PatientName }, how)) {
    uids.push(String(study.StudyInstanceUID));
  }
  return uids;
}

export default async function ({ name, uids }: { name: string; uids: string[] }) {
  const study = dicom.shared.next(uids);
  const keys = { StudyInstanceUID: study, PatientID: '' };
  const narrow = await archive.search('studies', keys, { tags: { kind: 'narrow' } });
  check(narrow, {
    'narrow: the one study': (r) => r.ok && r.count === 1,
    'narrow: with its patient': (r) => r.matches[0]?.PatientID === name,
  });

  const all = await paged(`${name}*`);
  const known = new Set(uids);
  check(all, {
    'paged: all of them': (list) => uids.every((uid) => list.includes(uid)),
    'paged: each once': (list) => new Set(list).size === list.length,
    'paged: no other': (list) => list.every((uid) => known.has(uid)),
  });

  const below = { study, tags: { kind: 'below' } };
  const series = await archive.search('series', {}, below);
  check(series, { 'its series': (r) => r.ok && r.count === SERIES });
  const instances = await archive.search('instances', {}, { ...below, limit: IMAGES });
  check(instances, { 'its instances, up to the limit': (r) => r.count === IMAGES });
  const rest = await archive.search('instances', {}, { ...below, offset: IMAGES });
  check(rest, { 'and those behind': (r) => r.count === (SERIES - 1) * IMAGES });
}
