// One association more than the peer takes: it has to say so at once, and let the others be.
//
// @covers 38
// measures  how the surplus is refused (result, source, reason), how fast; echoes on those that are open
// passes    exactly LIMIT are open; the rest get a transient rejection (local limit exceeded)
// knobs     LIMIT (of the peer), SURPLUS
import dicom, { AssociationRejected, type Association } from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, scaled, timed } from '../lib/scale.ts';

const limit = number('LIMIT', scaled(50, 5));
const surplus = number('SURPLUS', scaled(10, 2));

export const options: Options = {
  vus: 1,
  iterations: 1,
  thresholds: {
    checks: ['rate==1'],
    iteration_failed: ['rate==0'],
    dicom_associating: timed('p(95)<500'),
  },
  simulate: { router: { faults: { associationLimit: limit } } },
};

const router = dicom.peer({});

export default async function () {
  const open: Association[] = [];
  const refused: AssociationRejected[] = [];
  for (let i = 0; i < limit + surplus; i++) {
    try {
      open.push(await router.associate());
    } catch (error) {
      if (!(error instanceof AssociationRejected)) throw error;
      refused.push(error);
    }
  }
  check(open.length, { 'as many as the limit are open': (n) => n === limit });
  check(refused.length, { 'the surplus is refused': (n) => n === surplus });
  for (const error of refused) {
    check(error, { 'for now, not for good': (e) => e.result === 2 });
  }
  for (const association of open) {
    check(await association.echo(), { 'the others are unaffected': (r) => r.ok });
    await association.release();
  }
  check(await router.echo(), { 'and there is room again': (r) => r.ok });
}
