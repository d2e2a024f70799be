// A thousand series: a trend whose samples carry one of 1,000 values of a tag.
import { sleep } from 'k6';
import { Trend } from 'k6/metrics';

const SERIES = 1_000;
const times = new Trend('bench_times', true);

export default async function () {
  for (let i = 0; i < 20; i++) {
    times.add(Math.random() * 100, { which: String((__ITER * 20 + i) % SERIES) });
  }
  await sleep(0.05);
}
