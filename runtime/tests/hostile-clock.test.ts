// The wall clock jumps by hours while a run goes on: no plan, latency, duration or order of times
// follows it. The jumps are made in every thread by a preloaded module.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../metrics/summary.ts';
import { Place, type Finished } from './cli-spawn.ts';

const SECONDS = 8;
const RATE = 10;
const HOUR_MS = 3_600_000;

/** An hour ahead after some seconds, then an hour behind; `Date` is all that knows the wall clock. */
const JUMPS = `const real = Date;
const began = process.hrtime.bigint();
const offset = () => {
  const s = Number(process.hrtime.bigint() - began) / 1e9;
  return s < 3 ? 0 : s < 6 ? ${HOUR_MS} : -${HOUR_MS};
};
globalThis.Date = class Date extends real {
  constructor(...args) { super(...(args.length === 0 ? [real.now() + offset()] : args)); }
  static now() { return real.now() + offset(); }
};
process.on('exit', () => { if (offset() !== 0) process.stderr.write('the clock had jumped\\n'); });
`;

const SCRIPT = `import dicom from 'dicom';
import { check, sleep } from 'k6';
const archive = dicom.receiver({ aet: 'ARCHIVE' });
const pacs = dicom.peer({ deliversTo: archive });
const ct = dicom.synthetic({ modality: 'CT', rows: 16, columns: 16 });
export const options = {
  scenarios: { s: {
    executor: 'constant-arrival-rate', rate: ${RATE}, duration: '${SECONDS}s', preAllocatedVUs: 20,
  } },
};
export default async function () {
  const study = dicom.study({ images: 1, from: ct });
  check(await pacs.store(study.images[0]), { stored: (r) => r.ok });
  const delivery = await archive.expect(study, { timeout: '10s' });
  check(delivery, { arrived: (d) => d.missing === 0 });
  await sleep(0.2);
}
`;

let place: Place;
let finished: Finished;
let summary: Summary;
let began = 0;
beforeAll(async () => {
  place = new Place({ 'jumps.mjs': JUMPS, 'clock.ts': SCRIPT });
  const jumps = pathToFileURL(join(place.folder, 'jumps.mjs')).href;
  began = Date.now();
  finished = await place.run(
    ['run', 'clock.ts', '--embedded', '--settle', '2s', '--no-report', '--out', 'json=all.json'],
    { NODE_OPTIONS: `--import=${jumps}` },
  );
  summary = place.summary();
}, 90_000);
afterAll(() => place.remove());

interface Row {
  readonly metric: string;
  readonly type: string;
  readonly data: { readonly time: string; readonly value: number };
}

const rows = (): Row[] =>
  readFileSync(join(place.folder, 'all.json'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
    .filter(({ type }) => type === 'Point');

describe('a wall clock that jumps by an hour, ahead and back', () => {
  it('changes neither plan nor duration nor verdict', () => {
    expect(finished.err).toContain('the clock had jumped');
    expect(finished.code, finished.err).toBe(0);
    const { iterations, dropped, failed } = summary.execution;
    expect({ due: iterations + dropped, failed }).toEqual({ due: RATE * SECONDS, failed: 0 });
    expect(iterations).toBeGreaterThan((RATE * SECONDS) / 2);
    expect(summary.run.durationMs).toBeGreaterThan(SECONDS * 1000 - 500);
    expect(summary.run.durationMs).toBeLessThan(60_000);
    expect(summary.checks.fails).toBe(0);
    expect(summary.delivery.routes[0]).toMatchObject({ missing: 0, late: 0 });
  });

  it('appears in no latency, wait or age', () => {
    const times = rows().filter(({ metric }) => /duration|waiting|lag|associating/.test(metric));
    expect(times.length).toBeGreaterThan(RATE * SECONDS);
    const odd = times.filter(({ data }) => data.value < 0 || data.value > 60_000);
    expect(odd).toEqual([]);
    const slept = times.filter(({ metric }) => metric === 'iteration_duration');
    expect(slept.every(({ data }) => data.value >= 199)).toBe(true);
  });

  it('moves no time stamp: they begin with the run, go on steadily, and end with it', () => {
    const stamps = rows().map(({ data }) => Date.parse(data.time));
    expect(Math.min(...stamps)).toBeGreaterThan(began - 1_000);
    expect(Math.max(...stamps)).toBeLessThan(Date.now() + 1_000);
    const log = readFileSync(join(place.runs()[0] ?? '', 'run.ndjson'), 'utf8');
    const ticks = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { k: string; at?: number })
      .filter(({ k }) => k === 'rows')
      .map(({ at = -1 }) => at);
    expect(ticks.length).toBeGreaterThan(SECONDS - 2);
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
    expect(ticks.at(-1)).toBeLessThan(60_000);
  });
});
