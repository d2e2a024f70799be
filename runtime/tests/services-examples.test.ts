// The examples of queries and of faults, as they stand, against the embedded router and archive.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Place } from './cli-spawn.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const FILES = ['02-query', '03-faults'].flatMap((folder) =>
  readdirSync(join(EXAMPLES, folder)).map((name) => join(folder, name)),
);

let place: Place;
afterEach(() => place.remove());

describe('examples', () => {
  it.each(FILES)('%s holds its thresholds', async (file) => {
    place = new Place();
    const args = ['run', join(EXAMPLES, file), '--embedded', '--no-report', '--settle', '2s'];
    const { code, out, err } = await place.run(args);
    expect({ code, out, err }).toMatchObject({ code: 0 });
    expect(out).toMatch(/^PASS/);
    const lines = readFileSync(join(EXAMPLES, file), 'utf8').split('\n').length;
    expect(lines).toBeLessThan(60);
  });
});
