// What a script says of a case, as texts and numbers whatever it was: the sandbox may say anything.
import type { Fault } from '../../../api/bridge.ts';
import type { CheckEvidence } from '../../threads/cases.ts';

type Told = Readonly<Record<string, unknown>>;

const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);
const numberOf = (value: unknown): number => (Number.isFinite(value) ? Number(value) : 0);
const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** Name of the file that a prototype was read from, '' without one. */
type FileOf = (prototype: number) => string;

/** The fields of a case that main relies on, and no others. */
export function caseOf(told: unknown, fileOf: FileOf): object {
  const { state, reason, name, steps, row = '', ...more } = told as Told;
  const base = { row: String(row) };
  if (state === 'skip' || state === 'xfail') return { ...base, state, reason: String(reason) };
  if (state === 'check') return { ...base, state, name: String(name), ...checked(more, fileOf) };
  if (state === 'row') return { ...base, state, name: String(name), ...rowOf(more) };
  return { ...base, state: 'manual', name: String(name), steps: texts(steps) };
}

function checked({ ok, ms, iteration, seen }: Told, fileOf: FileOf): object {
  const about = seenOf(seen, fileOf);
  const plain = { ok: ok === true, ms: numberOf(ms), iteration: numberOf(iteration) };
  return about === undefined ? plain : { ...plain, seen: about };
}

function seenOf(seen: unknown, fileOf: FileOf): CheckEvidence | undefined {
  if (typeof seen !== 'object' || seen === null) return undefined;
  const { differences, missing, missingFiles, instance, prototype, text } = seen as Told;
  const list = Array.isArray(differences) ? (differences as readonly Told[]) : [];
  return {
    differences: list.map((one) => ({
      instance: String(one['instance']),
      file: one['file'] === undefined ? '' : String(one['file']),
      tag: String(one['tag']),
      expected: textOrNull(one['expected']),
      actual: textOrNull(one['actual']),
    })),
    missing: texts(missing),
    missingFiles: texts(missingFiles),
    ...(instance === undefined ? {} : { instance: String(instance) }),
    ...(typeof prototype === 'number' ? { file: fileOf(prototype) } : {}),
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
