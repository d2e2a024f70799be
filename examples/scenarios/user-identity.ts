// User identity negotiation: who is let in with which name and password, and who is not.
//
// @covers 43
// measures  outcome of each negotiation
// passes    as the table says; a server that ignores user identity lets everybody in (POLICY=ignored)
// knobs     POLICY (ignored, checked), DICOM_USER and DICOM_PASSWORD (good ones)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { text } from '../lib/scale.ts';
import { nothingFailsUnasked } from '../lib/thresholds.ts';

const checked = text('POLICY', 'ignored') === 'checked';
const good = { username: text('DICOM_USER', 'tester'), password: text('DICOM_PASSWORD', 'secret') };
const cases = {
  good: { userIdentity: good, expect: 'accepted' },
  'wrong password': { userIdentity: { ...good, password: 'wrong' }, expect: 'rejected' },
  'unknown user': { userIdentity: { username: 'nobody', password: 'x' }, expect: 'rejected' },
  'none at all': { userIdentity: undefined, expect: 'rejected' },
} as const;

export const options: Options = {
  vus: 1,
  iterations: 1,
  thresholds: nothingFailsUnasked,
};

const peers = Object.entries(cases).map(([name, { userIdentity, expect }]) => {
  const peer = dicom.peer(userIdentity === undefined ? {} : { userIdentity });
  return { name, peer, expect: checked ? expect : 'accepted' } as const;
});

export default async function () {
  for (const { name, peer, expect } of peers) {
    const outcome = await peer.negotiate({ expect });
    check(outcome, { [`${name}: ${expect}`]: (n) => n.expected });
  }
}
