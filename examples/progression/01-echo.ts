// Is the server there, and does it know us?
//
// @seed progression 1, EchoTest
// @covers 1
// measures  connect, associate, C-ECHO, release
// passes    every echo answers 0000, association under 1 s
// knobs     ECHOES
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number, timed } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  vus: 1,
  iterations: number('ECHOES', 5),
  thresholds: {
    ...nothingFails,
    dicom_associating: timed('max<1000'),
    'dicom_req_duration{service:C-ECHO}': timed('p(95)<1000'),
  },
};

const server = dicom.peer({});

export default async function () {
  await using association = await server.associate();
  const { maxPdu, implementationVersion } = association.negotiated;
  check(maxPdu, { 'PDU limit is legal': (limit) => limit === 0 || limit >= 4096 });
  check(await association.echo(), {
    'echo answers 0000': (r) => r.status === dicom.Status.Success,
  });
  console.log(
    `${implementationVersion ?? 'no implementation version'}, PDUs up to ${maxPdu} bytes`,
  );
}
