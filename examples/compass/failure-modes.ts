// Senders that stop, crawl, repeat themselves or come back: the study must end up whole, once.
//
// @seed compass test_failure_modes (pauses, slow send, random delays, duplicates, resends)
// @covers 16, 33, 34, 35
// measures  instances found at the destination; aborted associations
// passes    each study has exactly its instances
// knobs     PAUSE (120 s), SLOW (30 s), DELAY_MIN and DELAY_MAX (5 and 60 s), WAIT (60 s)
import dicom, { type Study } from 'dicom';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { once } from '../lib/cases.ts';
import { number, scaled } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

export const options: Options = {
  labels: ['integration'],
  scenarios: once(
    'pauseOnOne pauseOnNew slowSend randomDelays',
    'duplicates modifiedResend partialThenFull',
  ),
  thresholds: nothingFails,
};

const router = dicom.peer({ timeouts: { response: '5m' } });
const images = dicom.synthetic('KB128');
const pause = number('PAUSE', scaled(120, 0.5));

const study = (count: number): Study => dicom.study({ images: count, from: images });

async function found(sent: Study, what: string): Promise<void> {
  const visible = await dicom.verify.study(sent, { instances: sent.length });
  check(visible, { [what]: (v) => v.skipped || (v.found && v.instances === sent.length) });
}

export async function pauseOnOne() {
  const sent = study(3);
  await using association = await router.associate({ for: sent });
  for (const image of sent) {
    await association.store(image);
    await sleep(pause);
  }
  await found(sent, 'whole after pauses on one association');
}

export async function pauseOnNew() {
  const sent = study(2);
  for (const image of sent) {
    await router.store(image);
    await sleep(pause);
  }
  await found(sent, 'whole after pauses between associations');
}

export async function slowSend() {
  const sent = study(1);
  const seconds = number('SLOW', scaled(30, 0.5));
  const fault = { bytesPerSecond: sent.bytes / seconds };
  await using association = await router.associate({ for: sent });
  const { phases } = await association.store(sent.images[0], { fault });
  check(phases.sending, { 'sent slowly': (ms) => ms > 800 * seconds });
  await found(sent, 'whole after a slow send');
}

export async function randomDelays() {
  const [min, max] = [number('DELAY_MIN', scaled(5, 0.05)), number('DELAY_MAX', scaled(60, 0.3))];
  const sent = study(4);
  for (const image of sent) {
    await router.store(image);
    await sleep(min + Math.random() * (max - min));
  }
  await found(sent, 'whole after random delays');
}

export async function duplicates() {
  const sent = study(2);
  for (let i = 0; i < 3; i++) {
    for (const image of sent) {
      check(await router.store(image), { 'repeat is answered': (r) => r.ok });
    }
    await sleep(scaled(2, 0.1));
  }
  await found(sent, 'once, though sent three times');
}

export async function modifiedResend() {
  const sent = study(2);
  const again = sent.with({ PatientName: 'DICOMRUN^MODIFIED' });
  for (const image of [...sent, ...again]) await router.store(image);
  await found(sent, 'once, though sent again with another name');
}

export async function partialThenFull() {
  const sent = study(10);
  for (const image of sent.images.slice(0, 3)) await router.store(image);
  await sleep(number('WAIT', scaled(60, 0.5)));
  for (const image of sent) await router.store(image);
  await found(sent, 'ten of ten after three of ten');
}
