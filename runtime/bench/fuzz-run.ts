// What the fuzzers have in common: inputs by number until a limit, what is blamed for what escapes, memory
// before and after, and the record of the longest run.
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface FuzzOptions {
  readonly inputs: number;
  readonly seconds: number;
  readonly seed: number;
  /** Number of the first input. */
  readonly from?: number;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly seconds: number;
  /** What went wrong, with the number of the input: run it alone with `--only`. */
  readonly problems: readonly string[];
  /** How the associations ended. */
  readonly endings: Readonly<Record<string, number>>;
  /** Slowest input, ms of CPU: what else the machine does is no fault of the wire. */
  readonly slowestMs: number;
  /** Heap and buffers at the end, above the first tenth, MB; 0 without --expose-gc. */
  readonly growthMb: number;
  /** Resident memory likewise. */
  readonly rssGrowthMb: number;
}

/** Folder of the recorded streams, in the sources also when this runs from `dist/`. */
export const CORPUS = join(
  dirname(fileURLToPath(import.meta.url)).replace(/([\\/])dist[\\/](?=runtime)/, '$1'),
  '..',
  'tests',
  'corpus',
);

const MAX_PROBLEMS = 20;
const TOO_SLOW_MS = 1_000;

/** What a fuzzer found so far. */
export class Findings {
  readonly problems: string[] = [];
  readonly endings: Record<string, number> = {};
  slowestMs = 0;
  /** Number of the input that is under way. */
  current = -1;

  /** Something escaped while an input was under way, or shortly after. */
  blame(what: unknown): void {
    const text = what instanceof Error ? (what.stack ?? what.message) : String(what);
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(`input ${this.current}: ${text}`);
  }

  count(ending: string): void {
    this.endings[ending] = (this.endings[ending] ?? 0) + 1;
  }

  /** Input `number`: its CPU is its own, whatever else the machine does. */
  timed<T>(number: number, work: () => T): T {
    this.current = number;
    const began = process.cpuUsage();
    try {
      return work();
    } finally {
      const { user, system } = process.cpuUsage(began);
      const ms = (user + system) / 1000;
      this.slowestMs = Math.max(this.slowestMs, ms);
      if (ms > TOO_SLOW_MS) this.blame(`took ${Math.round(ms)} ms of CPU`);
    }
  }
}

/** Runs inputs until either limit is reached: `batch` takes some of them and tells where it got. */
export async function drive(
  { inputs, seconds, from = 0 }: FuzzOptions,
  findings: Findings,
  batch: (from: number, most: number) => Promise<number>,
): Promise<FuzzResult> {
  const blame = (what: unknown): void => findings.blame(what);
  process.on('uncaughtException', blame).on('unhandledRejection', blame);
  const began = performance.now();
  const until = began + seconds * 1000;
  let number = from;
  let settledMb: number | null = null;
  let settledRssMb = 0;
  try {
    while (number < from + inputs && performance.now() < until) {
      number = await batch(number, from + inputs);
      const spent = (performance.now() - began) / (until - began);
      const done = (number - from) / inputs;
      if (settledMb === null && Math.max(spent, done) > 0.1) {
        settledMb = heldMb();
        settledRssMb = process.memoryUsage.rss() / 1e6;
      }
    }
    const atEnd = heldMb();
    const { problems, endings, slowestMs } = findings;
    return {
      ...{ inputs: number - from, problems, endings, slowestMs },
      seconds: (performance.now() - began) / 1000,
      growthMb: atEnd === null || settledMb === null ? 0 : atEnd - settledMb,
      rssGrowthMb: process.memoryUsage.rss() / 1e6 - settledRssMb,
    };
  } finally {
    process.off('uncaughtException', blame).off('unhandledRejection', blame);
  }
}

function heldMb(): number | null {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return null;
  gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + Math.max(external, arrayBuffers)) / 1e6;
}

/** What the newest long run was, kept beside what it began with. */
function recordRun(folder: string, seed: number, result: FuzzResult): void {
  const { inputs, problems, growthMb, rssGrowthMb, slowestMs, seconds, endings } = result;
  const record = {
    ...{ seed, inputs, problems: problems.length, node: process.version },
    growthMb: Number(growthMb.toFixed(1)),
    rssGrowthMb: Number(rssGrowthMb.toFixed(1)),
    slowestMs: Math.round(slowestMs),
    seconds: Math.round(seconds),
    streams: readdirSync(folder)
      .filter((name) => name.endsWith('.hex'))
      .sort(),
    endings,
  };
  writeFileSync(join(folder, 'record.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** Called as a program. */
export async function program(
  fuzz: (options: FuzzOptions) => Promise<FuzzResult>,
  folder: string,
): Promise<void> {
  const valueOf = (name: string, otherwise: number): number => {
    const at = process.argv.indexOf(name);
    return at < 0 ? otherwise : Number(process.argv[at + 1]);
  };
  const only = valueOf('--only', -1);
  const seed = valueOf('--seed', 1);
  const result = await fuzz({
    inputs: only >= 0 ? 1 : valueOf('--inputs', 1_000_000),
    seconds: valueOf('--seconds', 3_600),
    seed,
    from: Math.max(0, only),
  });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  if (process.argv.includes('--record')) recordRun(folder, seed, result);
  if (result.problems.length > 0) process.exitCode = 1;
}
