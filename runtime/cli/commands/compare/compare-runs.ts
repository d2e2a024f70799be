// What changed from one run to another, figure by figure. Pure.
import { figuresOf, servicesOf, type Figure, type Unit } from './figures.ts';
import type { Summary } from '../../../metrics/summary.ts';
import type { RunSide } from './run-side.ts';

/** `same`: within the tolerance; `noise`: beyond it, but so may two equal runs be. */
export type CompareVerdict = 'better' | 'same' | 'noise' | 'worse';

export interface CompareRow {
  /** `C-STORE p95`. */
  readonly figure: string;
  readonly before: number;
  readonly after: number;
  /** (after - before) / before; null when before is 0. */
  readonly change: number | null;
  /** What two equal runs may differ by (99 %), in the unit; null where nothing tells. */
  readonly noise: number | null;
  readonly verdict: CompareVerdict;
  readonly unit: Unit;
}

/** Shares below this are noise. */
const SMALL_SHARE = 0.001;
/** Times that differ by less are noise. */
const SMALL_MS = 0.5;

/** Rows for every figure that both runs have. `tolerance` is a share: 0.1 = 10 %. */
export function compareRuns(
  before: RunSide,
  after: RunSide,
  tolerance: number,
): readonly CompareRow[] {
  return figuresOf(before, after).flatMap((figure) => {
    const [from, to] = [figure.of(before), figure.of(after)];
    if (from === undefined || to === undefined || Number.isNaN(from + to)) return [];
    return [rowOf(figure, { from, to, noise: figure.noise(before, after), tolerance })];
  });
}

interface Seen {
  readonly from: number;
  readonly to: number;
  readonly noise: number | null;
  readonly tolerance: number;
}

function rowOf(figure: Figure, { from, to, noise, tolerance }: Seen): CompareRow {
  const { name, unit, moreIsBetter } = figure;
  const change = from === 0 ? null : (to - from) / from;
  const small = unit === 'share' ? SMALL_SHARE : unit === 'ms' ? SMALL_MS : 0;
  const size = Math.abs(to - from);
  // Of images that are missing, one more is worse, whatever the tolerance.
  const tolerated = unit === 'count' || change === null ? 0 : tolerance * from;
  const differs = size > small && size > tolerated;
  const direction = to > from === moreIsBetter ? 'better' : 'worse';
  const verdict = !differs ? 'same' : size <= (noise ?? 0) ? 'noise' : direction;
  return { figure: name, before: from, after: to, change, noise, verdict, unit };
}

/** What both the rows and these say. */
export interface RunChange {
  readonly rows: readonly CompareRow[];
  /** What is worse and no figure shows, see {@link broke}. */
  readonly broken: readonly string[];
}

/** What got worse that no figure of both runs shows: it fails now, or no longer asks what it asked. */
export function broke(before: RunSide, after: RunSide): readonly string[] {
  const [a, b] = [before.summary, after.summary];
  const fails = a.verdict.exitCode === 0 && FAILED.has(b.verdict.exitCode);
  const gone = alike(a, b) ? onlyIn(before, after) : [];
  return [
    ...(fails ? [`only the run after fails: ${b.verdict.reason}`] : []),
    ...(gone.length > 0 ? [`the run after has no ${gone.join(', ')}`] : []),
  ];
}

/** Exit codes of runs that came to their end and failed. */
const FAILED: ReadonlySet<number> = new Set([99, 110]);

const alike = (a: Summary, b: Summary): boolean =>
  nameOf(a.run.script) === nameOf(b.run.script) && a.run.mode === b.run.mode;

const onlyIn = (own: RunSide, other: RunSide): readonly string[] =>
  servicesOf(own).filter((service) => !servicesOf(other).includes(service));

/** What makes a comparison of these two doubtful. */
export function doubts(before: RunSide, after: RunSide): readonly string[] {
  const [a, b] = [before.summary, after.summary];
  const differing = (what: string, one: string, other: string): string[] =>
    one === other ? [] : [`the runs are not of the same ${what}: ${one} and ${other}`];
  const only = (name: string, own: RunSide, other: RunSide): string[] => {
    const services = onlyIn(own, other);
    return services.length === 0 ? [] : [`only the run ${name} has ${services.join(', ')}`];
  };
  const load =
    a.run.mode === b.run.mode && JSON.stringify(before.plan) !== JSON.stringify(after.plan)
      ? ['the runs are not of the same load: see the plan in each report']
      : [];
  return [
    ...differing('script', nameOf(a.run.script), nameOf(b.run.script)),
    ...differing('command', a.run.mode, b.run.mode),
    ...differing('target', a.run.target ?? 'its own', b.run.target ?? 'its own'),
    ...load,
    // Of the same script and command it is no doubt, but worse.
    ...(alike(a, b) ? [] : only('before', before, after)),
    ...only('after', after, before),
    ...against('before', before),
    ...against('after', after),
  ];
}

const nameOf = (script: string): string => script.split(/[\\/]/).at(-1) ?? script;

/** What the run's own verdict says against its numbers. */
function against(name: string, { summary: { run, verdict } }: RunSide): readonly string[] {
  const early = !run.truncated && EARLY.has(verdict.exitCode);
  return [
    ...(early ? [`the run ${name} did not come to its end: ${verdict.reason}`] : []),
    ...verdict.warnings.map((warning) => `the run ${name}: ${warning}`),
  ];
}

/** Exit codes of runs that stopped early: interrupted, aborted, internal, set-up, unreachable. */
const EARLY: ReadonlySet<number> = new Set([100, 101, 105, 107, 108, 109, 111]);
