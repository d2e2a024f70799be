// What a failed check saw: the difference that a result of this API knows. Main makes words of it,
// where it is known what may be told of patients.
import type { CheckSeen } from '../bridge.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Examples of one failure; more would be a list, not an example. */
const MOST_NAMED = 3;

/**
 * undefined where nothing is known of the value: it may be anything of the script's own.
 *
 * @param condition what did not hold: of a request that succeeded, only what it reads is told
 */
export function seenOf(value: unknown, condition: unknown): CheckSeen | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    const fields = value as Fields;
    if (Array.isArray(fields['differences']) && 'missing' in fields) return deliverySeen(fields);
    if ('attempts' in fields && 'found' in fields) return { text: String(fields['reason'] ?? '') };
    if (typeof fields['status'] === 'number') return responseSeen(fields, condition);
  } catch {
    // why: a getter of the script's own may throw, and its check has failed already
  }
  return undefined;
}

function deliverySeen(fields: Fields): CheckSeen {
  const differences = fields['differences'] as NonNullable<CheckSeen['differences']>;
  const missing = (fields['missingInstances'] ?? []) as readonly string[];
  const files = (fields['missingFiles'] ?? []) as readonly string[];
  const count = (name: string): number => Number(fields[name] ?? 0);
  const counts = [
    [count('missing'), `of ${count('expected')} missing`],
    [count('duplicated'), 'duplicated'],
    [count('unexpected'), 'unexpected'],
    [count('pixelsChanged'), 'with changed pixels'],
    [count('notCompared'), 'not compared'],
  ] as const;
  const text = counts.flatMap(([n, what]) => (n > 0 ? [`${n} ${what}`] : [])).join(', ');
  return {
    ...(text === '' ? {} : { text }),
    ...(differences.length === 0 ? {} : { differences: differences.slice(0, MOST_NAMED) }),
    ...(missing.length === 0
      ? {}
      : { missing: missing.slice(0, MOST_NAMED), missingFiles: files.slice(0, MOST_NAMED) }),
  };
}

/** Numbers of a response that a condition may be about. */
const PHASES = ['duration', 'sending', 'waiting', 'receiving'] as const;

/** Whether the source of a condition reads a field of that name; of another function it calls, nothing is known. */
function reads(condition: unknown, name: string): boolean {
  return typeof condition === 'function' && new RegExp(`\\b${name}\\b`).test(String(condition));
}

/** `duration 153 ms`, where the condition reads it. */
function phasesSeen(fields: Fields, condition: unknown): readonly string[] {
  const named = PHASES.filter((name) => reads(condition, name));
  if (named.length === 0) return [];
  const phases = (fields['phases'] ?? {}) as Fields;
  return named.flatMap((name) => {
    const ms = phases[name];
    return typeof ms === 'number' ? [`${name} ${Number(ms.toPrecision(3))} ms`] : [];
  });
}

function responseSeen(fields: Fields, condition: unknown): CheckSeen {
  const status = Number(fields['status']);
  const hex = (): string => status.toString(16).toUpperCase().padStart(4, '0');
  // Only an answer of HTTP has a problem text.
  const said = 'problem' in fields ? `HTTP ${status}` : `status 0x${hex()}`;
  const about = phasesSeen(fields, condition);
  // That it succeeded explains nothing, unless success is what was not wanted.
  const isNews =
    fields['ok'] !== true || ['status', 'ok', 'outcome'].some((name) => reads(condition, name));
  const words = [...(isNews ? [`${said}, ${String(fields['outcome'] ?? '')}`] : []), ...about];
  const add = (name: string, text: string): void => {
    const n = fields[name];
    if (typeof n === 'number') words.push(`${n} ${text}`);
  };
  if ('matches' in fields) add('count', fields['count'] === 1 ? 'match' : 'matches');
  add('completed', 'completed');
  add('failed', 'failed');
  if (Array.isArray(fields['failed']) && fields['failed'].length > 0) {
    const { text } = fields['failed'][0] as Fields;
    words.push(`${fields['failed'].length} not stored`);
    if (typeof text === 'string' && text !== '') words.push(text);
  }
  for (const name of ['reason', 'comment']) {
    if (typeof fields[name] === 'string' && fields[name] !== '') words.push(fields[name]);
  }
  const { uid, prototype } = (fields['instance'] ?? {}) as Fields;
  return {
    ...(words.length === 0 ? {} : { text: words.join(', ') }),
    ...(typeof uid === 'string' ? { instance: uid } : {}),
    ...(typeof prototype === 'number' ? { prototype } : {}),
  };
}
