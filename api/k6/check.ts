// `check`: counted inside the sandbox, pulled by the host when it flushes; a crossing each costs 8 %.
import { MOST_CHECK_EXAMPLES, Op } from '../bridge.ts';
import { askNumber } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import { now } from '../sandbox/globals.ts';
import { count, shared } from '../sandbox/shared.ts';
import { syncTags, tagTexts } from '../sandbox/tags.ts';
import { cutText } from '../sandbox/text.ts';
import type { Vu } from '../sandbox/vu.ts';
import { seenOf } from './check-seen.ts';
import { groupNow } from './core.ts';

/** Tally index by what tells checks apart: scenario, group, VU tags, own tags, name. */
const indices = new Map<string, Map<string, number>>();
let plain: Map<string, number>[] = [];

function indexOf(vu: Vu, name: string, tags: Record<string, string> | undefined): number {
  const map = mapOf(vu, tags);
  let index = map.get(name);
  if (index === undefined) {
    if (name.includes('::')) throw badArgument(`check "${name}": a name must not contain "::"`);
    const texts = tagTexts(tags, 'check()');
    index = askNumber(vu, Op.CHECK_NEW, JSON.stringify({ name: cutText(name), tags: texts }));
    map.set(name, index);
  }
  return index;
}

function mapOf(vu: Vu, tags: Record<string, string> | undefined): Map<string, number> {
  const group = groupNow(vu);
  if (tags === undefined && vu.tags === null && group === 0) {
    return (plain[vu.scenario + 1] ??= new Map<string, number>());
  }
  const key = `${vu.scenario}|${group}|${JSON.stringify(vu.tags)}|${JSON.stringify(tags)}`;
  let map = indices.get(key);
  if (map === undefined) indices.set(key, (map = new Map<string, number>()));
  return map;
}

/** Stages are a tag: with a new stage the host's numbers of checks are stale. */
export function forgetChecks(): void {
  plain = [];
  indices.clear();
}

type Predicate = ((value: unknown) => unknown) | boolean;

/** Calls that would check nothing, or not what they seem to. */
function refuseOdd(vu: Vu, value: unknown, sets: unknown): void {
  if (vu.initialising) throw badArgument('check() is not allowed in init code');
  if (isThenable(value)) {
    throw badArgument('check(): got a promise, not its result', 'put `await` before the call');
  }
  if (typeof sets === 'object' && sets !== null) for (const _ in sets) return;
  throw badArgument(
    'check(): no conditions, so nothing would be checked',
    "check(value, { 'what must hold': (value) => … })",
  );
}

/** See `check` in index.ts. A promise comes back only if a predicate gave one. */
export function check(
  vu: Vu,
  value: unknown,
  sets: Readonly<Record<string, Predicate>>,
  tags?: Record<string, string>,
): boolean | Promise<boolean> {
  refuseOdd(vu, value, sets);
  if (vu.liveTags !== null) syncTags(vu);
  const began = vu.caseAt;
  let all = true;
  let later: Promise<boolean>[] | null = null;
  for (const name in sets) {
    const index = indexOf(vu, name, tags);
    const predicate = sets[name];
    let outcome: unknown;
    try {
      outcome = typeof predicate === 'function' ? predicate(value) : predicate;
    } catch (thrown) {
      counted(vu, { name, index, began, value, predicate }, false);
      throw thrown;
    }
    const seen = { name, index, began, value, predicate };
    if (isThenable(outcome)) {
      (later ??= []).push(settle(vu, seen, outcome));
      continue;
    }
    const ok = Boolean(outcome);
    counted(vu, seen, ok);
    if (!ok) all = false;
  }
  if (shared.boot.smoke) vu.caseAt = now();
  return later === null ? all : combine(all, later);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

async function settle(vu: Vu, seen: Seen, outcome: PromiseLike<unknown>): Promise<boolean> {
  try {
    const ok = Boolean(await outcome);
    counted(vu, seen, ok);
    return ok;
  } catch (thrown) {
    counted(vu, seen, false);
    throw thrown;
  }
}

/** One condition of a check under way. */
interface Seen {
  readonly name: string;
  readonly index: number;
  /** When its case began, ms. */
  readonly began: number;
  readonly value: unknown;
  readonly predicate: unknown;
}

/** Failures of each check that were told in detail, by its number. */
const told: number[] = [];

function counted(vu: Vu, { name, index, began, value, predicate }: Seen, ok: boolean): void {
  const { smoke } = shared.boot;
  // An expected failure is no failure of the run: it is judged with its case.
  if (ok || vu.xfail === null || !smoke) count(index, ok);
  if (!ok) vu.rowFails++;
  if (ok && !smoke) return;
  const times = ok ? 0 : (told[index] = (told[index] ?? 0) + 1);
  if (!smoke && times > MOST_CHECK_EXAMPLES) return;
  const ms = smoke ? now() - began : 0;
  const one = { state: 'check', name, ok, ms, row: vu.row };
  const seen = ok || times > MOST_CHECK_EXAMPLES ? undefined : seenOf(value, predicate);
  askNumber(vu, Op.CASE, JSON.stringify({ ...one, seen, iteration: vu.iterationInTest }));
}

async function combine(all: boolean, later: readonly Promise<boolean>[]): Promise<boolean> {
  let ok = all;
  for (const one of later) if (!(await one)) ok = false;
  return ok;
}
