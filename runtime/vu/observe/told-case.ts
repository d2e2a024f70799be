// What a script says of a case, as texts and numbers whatever it was: the sandbox may say anything.
import type { Fault } from '../../../api/bridge.ts';
import type { CheckSeen } from '../../threads/cases.ts';

type Told = Readonly<Record<string, unknown>>;

const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);
const numberOf = (value: unknown): number => (Number.isFinite(value) ? Number(value) : 0);
const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** The fields of a case that main relies on, and no others. */
export function caseOf(told: unknown): object {
  const { state, reason, name, steps, row = '', ...more } = told as Told;
  const base = { row: String(row) };
  if (state === 'skip' || state === 'xfail') return { ...base, state, reason: String(reason) };
  if (state === 'check') return { ...base, state, name: String(name), ...checked(more) };
  if (state === 'row') return { ...base, state, name: String(name), ...rowOf(more) };
  return { ...base, state: 'manual', name: String(name), steps: texts(steps) };
}

function checked({ ok, ms, iteration, seen }: Told): object {
  const about = seenOf(seen);
  const plain = { ok: ok === true, ms: numberOf(ms), iteration: numberOf(iteration) };
  return about === undefined ? plain : { ...plain, seen: about };
}

function seenOf(seen: unknown): CheckSeen | undefined {
  if (typeof seen !== 'object' || seen === null) return undefined;
  const { differences, missing, instance, text } = seen as Told;
  const list = Array.isArray(differences) ? (differences as readonly Told[]) : [];
  return {
    differences: list.map((one) => ({
      instance: String(one['instance']),
      tag: String(one['tag']),
      expected: textOrNull(one['expected']),
      actual: textOrNull(one['actual']),
    })),
    missing: texts(missing),
    ...(instance === undefined ? {} : { instance: String(instance) }),
    text: text === undefined ? '' : String(text),
  };
}

function rowOf({ startMs, ms, fails, fault }: Told): object {
  const row = { startMs: numberOf(startMs), ms: numberOf(ms), fails: numberOf(fails) };
  if (typeof fault !== 'object' || fault === null) return row;
  const { code, message, stack } = fault as Told;
  const told: Fault = { code: String(code), message: String(message), stack: String(stack ?? '') };
  return { ...row, fault: told };
}
