// Parts of one plan, each in a process of its own that knows nothing of the others: together they do
// the whole plan, nothing twice, nothing never.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Bench } from './run-cli.ts';

const bench = new Bench('parts');
afterAll(() => bench.remove());

function script(scenario: string): string {
  return `import dicom from 'dicom';
import { sleep } from 'k6';
import exec from 'k6/execution';
export const options = { scenarios: { s: { ${scenario} } } };
export default async function () {
  const { idInTest, idInInstance } = exec.vu;
  const { iterationInTest, iterationInInstance } = exec.scenario;
  const number = dicom.shared.counter('c').next();
  console.log('@' + JSON.stringify([__VU, idInTest, idInInstance, iterationInTest, iterationInInstance, number]) + '@');
  await sleep(0.02);
}
`;
}

interface Line {
  readonly vu: number;
  readonly idInTest: number;
  readonly idInInstance: number;
  readonly inTest: number;
  readonly inInstance: number;
  readonly number: number;
}

interface Part {
  readonly lines: readonly Line[];
  readonly dropped: number;
  readonly plan: string;
  readonly dir?: string;
}

type Dropped = Pick<Part, 'dropped'>;

function linesOf(output: string): Line[] {
  return [...output.matchAll(/@\[([\d,]+)\]@/g)].map((match) => {
    const [vu, idInTest, idInInstance, inTest, inInstance, number] = (match[1] ?? '')
      .split(',')
      .map(Number);
    return { vu, idInTest, idInInstance, inTest, inInstance, number } as Line;
  });
}

/** Runs all parts, one after another: none of them says a word to another. */
async function runParts(scenario: string, segments: readonly string[], flags: readonly string[]) {
  const parts: Part[] = [];
  for (const segment of segments) {
    const own = ['--execution-segment', segment, ...flags];
    const result = await bench.script(script(scenario), own);
    const output = result.stdout + result.stderr;
    const lines = linesOf(output);
    // A part that would do nothing is refused before it starts.
    expect(result.code, output).toBe(lines.length > 0 ? 0 : 104);
    const { dropped } = lines.length > 0 ? (result.summary().execution as Dropped) : { dropped: 0 };
    parts.push({
      lines,
      dropped,
      plan: output,
      ...(result.code === 0 ? { dir: result.folder() } : {}),
    });
  }
  return parts;
}

const upTo = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);
const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);

function checkWhole(parts: readonly Part[], iterations: number, vus: number): void {
  const all = parts.flatMap(({ lines }) => lines);
  expect(sorted(all.map(({ inTest }) => inTest))).toEqual(upTo(iterations));
  expect(sorted([...new Set(all.map(({ vu }) => vu))])).toEqual(upTo(vus, 1));
  expect(parts.map(({ dropped }) => dropped)).toEqual(parts.map(() => 0));
  for (const { vu, idInTest } of all) expect(vu).toBe(idInTest);
  expect(new Set(all.map(({ number }) => number)).size).toBe(iterations);
  for (const { lines } of parts) {
    expect(sorted(lines.map(({ inInstance }) => inInstance))).toEqual(upTo(lines.length));
    const own = new Set(lines.map(({ idInInstance }) => idInInstance));
    expect(sorted([...own])).toEqual(upTo(own.size, 1));
  }
}

const THIRDS = ['0:1/3', '1/3:2/3', '2/3:1'];

describe('parts of a plan', () => {
  it('shared-iterations: every iteration once over three processes of two workers', async () => {
    const scenario = `executor: 'shared-iterations', vus: 8, iterations: 41`;
    const parts = await runParts(scenario, THIRDS, ['--workers', '2']);
    checkWhole(parts, 41, 8);
    expect(parts.map(({ lines }) => lines.length)).toEqual([14, 14, 13]);
    expect(parts[1]?.plan).toContain('part 2 of 3 (execution segment 1/3:2/3)');
    expect(parts[1]?.plan).toContain('of these here 14 iterations, 3 VUs');
  });

  it('shared-iterations: a part without a VU leaves its work to those that have one', async () => {
    const scenario = `executor: 'shared-iterations', vus: 2, iterations: 7, maxDuration: '20s'`;
    const parts = await runParts(scenario, THIRDS, []);
    checkWhole(parts, 7, 2);
    expect(parts.map(({ lines }) => lines.length)).toEqual([4, 3, 0]);
    expect(parts[2]?.plan).toContain('part 3 of 3 of the plan has no VU: it would do nothing');
    const dirs = parts.flatMap(({ dir = [] }) => dir);
    const merged = await bench.run(['merge', ...dirs, '--results', 'whole']);
    expect(merged.code, merged.stderr).toBe(0);
    expect(merged.stdout).toContain('7 iterations');
  });

  it('per-vu-iterations: every iteration once over parts of unequal width', async () => {
    const scenario = `executor: 'per-vu-iterations', vus: 7, iterations: 3`;
    const flags = ['--execution-segment-sequence', '0,1/5,1', '--workers', '2'];
    checkWhole(await runParts(scenario, ['0:1/5', '1/5:1'], flags), 21, 7);
  });

  it('arrival rates: every start once, also where there are fewer VUs than parts', async () => {
    const scenario = `executor: 'constant-arrival-rate', rate: 20, duration: '1s', preAllocatedVUs: 3, maxVUs: 3`;
    const quarters = ['0:1/4', '1/4:2/4', '2/4:3/4', '3/4:1'];
    const parts = await runParts(scenario, quarters, []);
    checkWhole(parts, 20, 3);
    expect(parts.map(({ lines }) => lines.length)).toEqual([7, 7, 6, 0]);
  });

  it('of one testid have folders of their own, and say in the log which part they are', async () => {
    const scenario = `executor: 'per-vu-iterations', vus: 2`;
    for (const [i, segment] of ['0:1/2', '1/2:1'].entries()) {
      const flags = ['--testid', 'nightly', '--execution-segment', segment];
      const result = await bench.script(script(scenario), flags);
      expect(result.code).toBe(0);
      const folder = `nightly-part-${i + 1}-of-2`;
      expect(result.stdout + result.stderr).toContain(folder);
      const log = readFileSync(join(result.folder(), 'run.ndjson'), 'utf8');
      const run = JSON.parse(log.slice(0, log.indexOf('\n'))) as object;
      expect(run).toMatchObject({ id: 'nightly', part: `${i + 1}/2` });
    }
  });
});
