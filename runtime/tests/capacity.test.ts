// dicomrun capacity against an embedded router that can do a known number of stores a second.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Capacity } from '../cli/commands/capacity/capacity.ts';
import type { Summary } from '../metrics/summary.ts';
import { Place } from './cli-spawn.ts';
import { requirePeer } from './peers.ts';

const places: Place[] = [];
afterAll(() => places.forEach((place) => place.remove()));

function newPlace(files: Readonly<Record<string, string>>): Place {
  const place = new Place(files);
  places.push(place);
  return place;
}

/** 30 associations at once, each open for 1.5 s: 20 a second and not one more. */
const LIMIT = 20;
const SCRIPT = `import dicom from 'dicom';
export const options = {
  thresholds: { dicom_assoc_failed: ['rate<0.005'] },
  simulate: { router: { faults: { associationLimit: 30, delay: '1500ms' } } },
};
const router = dicom.peer({});
const ct = dicom.synthetic({ modality: 'CT', rows: 32, columns: 32 });
export default async function () {
  const study = dicom.study({ images: 1, from: ct });
  await using association = await router.associate({ for: study });
  for (const image of study.images) await association.store(image);
}
`;

function found(place: Place): Capacity {
  const folder = place.runs().at(-1) ?? '';
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Capacity;
}

describe('dicomrun capacity', () => {
  it('finds the limit of a router, confirms it, and shows the knee', async () => {
    const place = newPlace({ 'limited.ts': SCRIPT });
    const search = ['--from', '12', '--to', '100', '--step-duration', '3s'];
    const { code, out, err } = await place.run(['capacity', 'limited.ts', '--embedded', ...search]);
    expect({ code, out, err }).toMatchObject({ code: 0 });
    const { rate, broken, steps, verdict } = found(place);
    expect({ rate, steps }).toMatchObject({ rate: expect.any(Number) as number });
    // What a busy machine adds to the 1.5 s lowers the limit itself.
    expect(Math.abs((rate ?? 0) / LIMIT - 1)).toBeLessThan(0.1);
    expect(broken).toBeGreaterThan(rate ?? 0);
    expect(steps.at(-1)).toMatchObject({ rate, holds: true, confirms: true });
    expect(out).toMatch(/^CAPACITY {2}[\d.]+\/s: thresholds hold, confirmed/);
    expect(out.indexOf('12/s')).toBeLessThan(out.indexOf('knee'));
    expect(out.indexOf('24/s')).toBeGreaterThan(out.indexOf('knee'));
    expect(err).toContain('step 1: 12/s holds');
    expect(err).toMatch(/step 2: 24\/s does not hold.*dicom_assoc_failed/);
    const page = readFileSync(join(place.runs().at(-1) ?? '', 'report.html'), 'utf8');
    expect(page).toContain(verdict);
    expect(page).not.toContain('<script');
    // Every step is an ordinary run of its own.
    for (const { folder } of steps) {
      expect(existsSync(join(place.folder, folder, 'run.ndjson'))).toBe(true);
    }
  });
});

// What looks at no limit of a machine does so side by side.
describe.concurrent('a search', () => {
  it('says so when the first rate does not hold, and when the last one does', async () => {
    const never = `import { fail } from 'k6';
export const options = { thresholds: { iteration_failed: ['rate<0.1'] } };
export default () => fail('no');
`;
    const place = newPlace({ 'never.ts': never, 'always.ts': never.replace("fail('no')", '{}') });
    const named = ['--testid', 'night'];
    const search = ['--from', '5', '--to', '8', '--step-duration', '1s', '--quiet', ...named];
    const below = await place.run(['capacity', 'never.ts', ...search]);
    expect(below).toMatchObject({ code: 99, err: '' });
    expect(below.out).toContain('CAPACITY  below 5/s');
    const above = await place.run(['capacity', 'always.ts', ...search]);
    expect(above).toMatchObject({ code: 0, err: '' });
    expect(above.out).toContain('CAPACITY  at least 8/s');
    expect(statSync(join(place.runs().at(-1) ?? '', 'report.html')).mode & 0o777).toBe(0o600);
  });

  it('goes on after a step that was ended by its threshold', async () => {
    const aborts = SCRIPT.replace("'rate<0.005'", "{ threshold: 'rate<0.005', abortOnFail: true }");
    const place = newPlace({ 'aborts.ts': aborts });
    const search = ['--from', '8', '--to', '64', '--step-duration', '2s', '--precision', '100'];
    const { code, err } = await place.run(['capacity', 'aborts.ts', '--embedded', ...search]);
    expect({ code, err }).toMatchObject({ code: 0 });
    const { rate, steps } = found(place);
    expect(steps.some(({ holds }) => !holds)).toBe(true);
    expect(steps.at(-1)).toMatchObject({ rate, holds: true, confirms: true });
  });

  it('keeps what it knows when it is ended early', async () => {
    const script =
      'export const options = { thresholds: { iterations: ["count>0"] } };\nexport default () => {};\n';
    const place = newPlace({ 'plain.ts': script });
    const search = ['--from', '5', '--to', '1000', '--step-duration', '1s', '--embedded'];
    const running = place.start(['capacity', 'plain.ts', ...search]);
    await running.says('step 1: 5/s holds');
    running.kill('SIGINT');
    const { code, out, err } = await running.done;
    expect({ code, err }).toMatchObject({ code: 105 });
    expect(out).toMatch(/^CAPACITY {2}[\d.]+\/s held; not confirmed, the search ended early/);
    expect(found(place).steps[0]).toMatchObject({ rate: 5, holds: true });
  });

  it.skipIf(!requirePeer('nats-server'))(
    'searches with agents that serve step after step',
    async () => {
      const even = `export const options = { thresholds: { iteration_failed: ['rate<0.1'] } };
export default function () {}`;
      const place = newPlace({ 'even.ts': even });
      const search = ['--from', '4', '--to', '8', '--step-duration', '1s', '--agents', 'local:2'];
      const { code, out, err } = await place.run(['capacity', 'even.ts', ...search]);
      expect({ code, out, err }).toMatchObject({ code: 0 });
      const { rate, steps } = found(place);
      expect(rate).toBe(8);
      for (const { folder, rate: offered } of steps) {
        const file = join(place.folder, folder, 'summary.json');
        const { execution } = JSON.parse(readFileSync(file, 'utf8')) as Summary;
        expect(execution.iterations + execution.dropped).toBe(offered);
        expect(execution.generator.agents?.map(({ name }) => name)).toEqual(['local-1', 'local-2']);
      }
    },
    60_000,
  );
});
