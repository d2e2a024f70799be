// `sleep`, `group`, `fail`, `randomSeed`.
import { Op } from '../bridge.ts';
import { rest } from '../sandbox/calls.ts';
import { ring, ringText } from '../sandbox/door.ts';
import { IterationEnd, badArgument } from '../sandbox/errors.ts';
import { cutText } from '../sandbox/text.ts';
import { now } from '../sandbox/globals.ts';
import type { Vu } from '../sandbox/vu.ts';

/** Waits; wakes early, by rejection, when the iteration is interrupted. */
export async function sleep(vu: Vu, seconds: number): Promise<void> {
  const ms = Number(seconds) * 1000;
  if (!(ms >= 0)) throw badArgument(`sleep(${String(seconds)}): must be a number of seconds ≥ 0`);
  if (vu.initialising) throw badArgument('sleep() is not allowed in init code');
  return rest(vu, ms);
}

export function fail(message = ''): never {
  throw new IterationEnd('failed', message);
}

/** Full names of groups by the host's number. */
const names: string[] = [''];
let body: (() => void) | null = null;
let used = false;

/** Number of the group of the present async context, 0 outside; asked only once groups are used. */
export function groupNow(vu: Vu): number {
  return used ? ring(Op.GROUP_NOW, vu.slot, 0, 0) : 0;
}

/** Run by the host inside its async context (Enter.GROUP_BODY). */
export function runGroupBody(): void {
  body?.();
}

/**
 * Tags everything in `fn` with the group's name, across its awaits too: the host keeps the name in
 * an AsyncLocalStorage around the call of `fn`.
 */
export function group(vu: Vu, name: string, fn: () => unknown): unknown {
  if (vu.initialising) throw badArgument('group() is not allowed in init code');
  if (name.includes('::')) throw badArgument(`group "${name}": a name must not contain "::"`);
  used = true;
  // The async context knows, not the VU: groups that run side by side are in none of each other.
  const inside = groupNow(vu);
  const outer = inside === 0 ? vu.group : (names[inside] ?? '');
  const full = `${outer}::${cutText(String(name))}`;
  const started = now();
  vu.caseAt = started;
  let returned: unknown;
  let failure: { thrown: unknown } | null = null;
  const outerBody = body;
  body = (): void => {
    try {
      names[groupNow(vu)] = full;
      returned = fn();
    } catch (thrown) {
      failure = { thrown };
    }
  };
  ringText(Op.GROUP, vu.slot, full);
  body = outerBody;
  const end = (): void => {
    ringText(Op.GROUP_END, vu.slot, full, now() - started);
  };
  if (failure !== null) {
    end();
    throw (failure as { thrown: unknown }).thrown;
  }
  if (typeof returned === 'object' && returned !== null && 'then' in returned) {
    return finish(returned as PromiseLike<unknown>, end);
  }
  end();
  return returned;
}

async function finish(returned: PromiseLike<unknown>, end: () => void): Promise<unknown> {
  try {
    return await returned;
  } finally {
    end();
  }
}

/** Makes `Math.random` of this VU reproducible (mulberry32). */
export function randomSeed(vu: Vu, seed: number, scope: { random: () => number }): void {
  let state = (Number(seed) ^ (vu.id * 0x9e3779b9)) >>> 0;
  scope.random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
