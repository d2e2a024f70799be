// Negotiation as a test of its own: what does the peer accept, and does it refuse what it should? An
// expected refusal counts as success.
//
//   dicomrun run examples/03-faults/negotiate.ts --embedded
//
// @covers 3
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { nothingFailsUnasked } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 1,
  iterations: 3,
  thresholds: nothingFailsUnasked,
};

const router = dicom.peer({});
const impatient = dicom.peer({ asyncOps: 4, maxPdu: 16_384 });

export default async function () {
  const offered = await router.negotiate({
    contexts: [
      { abstractSyntax: 'CT', transferSyntaxes: ['JPEG2000Lossless', 'ExplicitVRLittleEndian'] },
      { abstractSyntax: 'CT', transferSyntaxes: ['ImplicitVRLittleEndian'] },
      { abstractSyntax: '1.2.840.10008.5.1.4.1.1.99999', transferSyntaxes: ['JPEGBaseline8Bit'] },
    ],
  });
  check(offered, {
    accepted: (n) => n.outcome === 'accepted' && n.expected,
    'takes CT implicitly': (n) => n.contexts[1]?.result === 0,
  });

  const private_ = await router.negotiate({
    contexts: [
      { abstractSyntax: '1.2.840.10008.1.9', transferSyntaxes: ['ExplicitVRLittleEndian'] },
    ],
    expect: 'no-context', // 1.2.840.10008.1.9 is no storage SOP class
  });
  check(private_, { 'refuses what it cannot do': (n) => n.expected });

  const window = await impatient.negotiate({ for: 'Verification' });
  check(window, { 'window is not above ours': (n) => n.window >= 1 && n.window <= 4 });
}
