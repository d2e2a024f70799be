// Waits WAIT seconds: what a VU costs that is there.
import { sleep } from 'k6';

const seconds = Number(__ENV.WAIT ?? 1);

export default async function () {
  await sleep(seconds);
}
