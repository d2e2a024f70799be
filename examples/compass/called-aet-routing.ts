// The called AE title decides where an image goes; a title nobody knows is refused.
//
// @seed compass test_calling_aet_routing (routes in rotation, modality × AE title, unknown AE)
// @covers 4, 5
// measures  arrivals by route, reject reason of an unknown called and of an unknown calling AE title
// passes    100 % to the route's own destination, nothing elsewhere; permanent rejection (reason 7
//           called, 3 calling), nothing stored
// knobs     REMOTE_AE_*/LOCAL_AE_* (the AE titles of the routes), VERIFY=find (ask the archive by C-FIND
//           instead of receiving), ANY_CALLING=yes (a router that takes every calling AE title)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { arrival, delivered, routerTo } from '../lib/arrival.ts';
import { text, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

const routes = ['HTM_GI', 'HTM_OPH', 'HTM_ORTHO'];
const modalities = ['CT', 'MR', 'CR', 'US', 'OPV'];
const matrix = modalities.flatMap((modality) => routes.map((route) => ({ modality, route })));

export const options: Options = {
  labels: ['integration'],
  smoke: { iterations: matrix.length }, // every pair, also as a smoke test
  scenarios: {
    known: { executor: 'shared-iterations', vus: 3, iterations: matrix.length },
    unknown: { executor: 'shared-iterations', vus: 1, iterations: 1, exec: 'unknown' },
  },
  thresholds: {
    ...nothingFails,
    ...delivered,
    ...Object.fromEntries(
      routes.map((r) => [`dicom_req_duration{route:${r}}`, timed('max<30000')]),
    ),
  },
  simulate: { router: { aets: routes, allow: ['HTM-GI', 'HTM-OPH', 'HTM-ORTHO', 'DICOMRUN'] } },
};

const images = Object.fromEntries(
  modalities.map((modality) => [modality, dicom.synthetic({ modality, rows: 64, columns: 64 })]),
);
const ways = Object.fromEntries(
  routes.map((route) => {
    const archive = dicom.receiver({ aet: `${route}_DEST` });
    return [route, { archive, router: routerTo(archive, { route }) }];
  }),
);
const wrongCalled = dicom.peer({ calledAET: 'NOBODY_KNOWS_ME' });
const wrongCalling = dicom.peer({ route: 'HTM_GI', callingAET: 'STRANGER' });

export default async function () {
  const { modality, route } = dicom.shared.next(matrix);
  const { archive, router } = ways[route];
  const study = dicom.study({ images: 2, from: images[modality] });
  await using association = await router.associate({ for: study });
  const { accepted } = await association.storeAll(study);
  const delivery = await arrival(study, archive);
  check(delivery, {
    [`${modality} by ${route}`]: (d) =>
      accepted === 2 && d.missing + d.duplicated + d.unexpected === 0,
  });
}

export async function unknown() {
  const called = await wrongCalled.negotiate({ expect: 'rejected' });
  check(called, {
    'unknown called AE is refused for good': (n) => n.result === 1 && n.reason === 7,
  });
  if (text('ANY_CALLING', 'no') === 'yes') return;
  const calling = await wrongCalling.negotiate({ expect: 'rejected' });
  check(calling, {
    'unknown calling AE is refused for good': (n) => n.result === 1 && n.reason === 3,
  });
}
