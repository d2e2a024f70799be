// Bytes that are no DICOM: garbage, a PDU that promises 4 GB, a half-open connection. The acceptor
// has to abort or close (PS3.8 Table 9-10), and still take associations afterwards.
//
//   dicomrun run examples/03-faults/malformed.ts --embedded
//
// @covers 37, 39
// knobs     PATIENCE (seconds; more than the peer's ARTIM where it waits for that)
import dicom, { TimeoutError, type RawConnection } from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { number } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = { vus: 1, iterations: 3, thresholds: nothingFails };

const router = dicom.peer({});
const cases: Record<string, string> = {
  'an unknown PDU type': 'EE 00 00 00 00 04 00 00 00 00',
  'data before an association': '04 00 00 00 00 0C 00 00 00 08 01 03 00 00 00 00 00 00',
  'a PDU that promises 4 GB': '01 00 FF FF FF FF 00 01 00 00',
};
const A_ABORT = /^07000000/; // PS3.8 §9.3.8
const SILENCE = 'silence';
const PATIENCE = number('PATIENCE', 5);

/** What the peer sent, '' when it ended the connection, by a close or by a reset. */
async function answerOf(connection: RawConnection): Promise<string> {
  try {
    return await connection.read({ timeout: `${PATIENCE}s` });
  } catch (error) {
    return error instanceof TimeoutError ? SILENCE : '';
  }
}

export default async function () {
  for (const [name, bytes] of Object.entries(cases)) {
    const connection = await dicom.raw.connect(router);
    await connection.send(bytes);
    const answer = await answerOf(connection);
    check(answer, { [`${name}: aborted or closed`]: (hex) => hex === '' || A_ABORT.test(hex) });
    if (answer === SILENCE) console.warn(`${name}: no answer within ${PATIENCE} s`);
    await connection.reset();
  }

  const halfOpen = await dicom.raw.connect(router); // says nothing, for others to find
  check(await router.echo(), { 'still takes associations': (r) => r.ok });
  await halfOpen.close();
}
