// Text that a peer chose, or that a script took from one: shown and stored without taking effect.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place, type Finished } from './cli-spawn.ts';
import { closeServers, serve } from './wire-fixture.ts';

const ESC = '\u001b';
const EVIL = `${ESC}[2J${ESC}]0;owned\u0007<script>alert(1)</script>"'&\r\nPASS`;
const FORMULA = '=HYPERLINK(1)';

const SCRIPT = `import dicom from 'dicom';
import { check } from 'k6';
import exec from 'k6/execution';
import { Counter } from 'k6/metrics';
const counter = new Counter('mine');
const peers = ['<b>A</b>', '=1+1', '@SUM(1)', 'A"B,C'].map((calledAET) =>
  dicom.peer({ host: '127.0.0.1', port: Number(__ENV.PORT), calledAET }));
const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
const EVIL = JSON.parse(__ENV.EVIL);
export const options = { vus: 1, iterations: 2 };
export default async function () {
  console.log(EVIL);
  exec.vu.tags.mine = EVIL;
  exec.vu.tags.formula = __ENV.FORMULA;
  counter.add(1, { other: EVIL });
  for (const peer of peers) {
    const r = await peer.store(ct);
    check(r, { [EVIL]: (r) => r.ok });
  }
  throw new Error(EVIL);
}
`;

let place: Place;
let finished: Finished;
let junit: Finished;
beforeAll(async () => {
  const port = await serve({
    onStoreEnd: () => 0xa700,
    onRequest: (association, request) =>
      association.respond(request, { status: 0x0110, errorComment: EVIL.slice(0, 60) }),
  });
  place = new Place({ 'evil.ts': SCRIPT });
  const env = { PORT: String(port), EVIL: JSON.stringify(EVIL), FORMULA };
  const outputs = ['--out', 'json=samples.json', '--out', 'csv=samples.csv'];
  finished = await place.run(['run', 'evil.ts', ...outputs], env);
  junit = await place.run(['smoke', 'evil.ts', '--reporter', 'junit'], env);
}, 60_000);
afterAll(async () => {
  await closeServers();
  place.remove();
});

describe('hostile text', () => {
  it('does not reach the terminal as control characters', () => {
    expect(finished.err).toContain('owned');
    for (const text of [finished.out, finished.err, junit.out, junit.err]) {
      expect(text.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g)).toBeNull();
    }
    // A script's own console may have lines; the summary has none that somebody else wrote.
    expect(finished.out).not.toMatch(/^PASS/m);
  });

  it('is data in the report, in JUnit, and in JSON', () => {
    const folder = place.runs().find((run) => existsSync(join(run, 'report.html'))) ?? '';
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<b>A</b>');
    expect(junit.out).not.toContain('<script>');
    expect(junit.out).toMatch(/(&lt;|&#60;)script/);
    for (const file of [join(folder, 'run.ndjson'), join(folder, 'errors.ndjson')]) {
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
    const samples = readFileSync(join(place.folder, 'samples.json'), 'utf8').trim().split('\n');
    for (const line of samples) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('is no formula and no further line in CSV', () => {
    const csv = readFileSync(join(place.folder, 'samples.csv'), 'utf8');
    expect(csv).toContain('HYPERLINK');
    const cells = csv.match(/(?:^|,)("(?:[^"]|"")*"|[^,\n]*)/gm) ?? [];
    const formulas = cells.filter((cell) => /^,?"?[=+@\t\r]/.test(cell));
    expect(formulas).toEqual([]);
  });
});
