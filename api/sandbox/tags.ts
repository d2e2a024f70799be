// `exec.vu.tags`: a plain object that scripts assign to. The sandbox has no Proxy, so once a script has
// taken it, it is compared with what the host knows before every call.
import { Op } from '../bridge.ts';
import { ringText } from './door.ts';
import { badArgument } from './errors.ts';
import type { Vu } from './vu.ts';

/** The object a script changes; from now on its changes are looked for. Values read are texts. */
export function tagsOf(vu: Vu): Record<string, unknown> {
  const live = (vu.liveTags ??= { ...vu.tags });
  for (const name of Object.keys(live)) {
    const value = live[name];
    if (typeof value === 'number' || typeof value === 'boolean') live[name] = String(value);
  }
  return live;
}

/** `exec.vu.tags = { … }`. */
export function replaceTags(vu: Vu, tags: unknown): void {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    throw badArgument(
      `exec.vu.tags cannot be ${shownKind(tags)}`,
      "assign an object of names and texts, e.g. { ward: 'A' }, or {} for none",
    );
  }
  const named: Readonly<Record<string, unknown>> = { ...tags };
  for (const name of Object.keys(named)) mustBeTag(name, named[name]);
  vu.liveTags = { ...named };
  syncTags(vu);
}

/**
 * Tags of one call as texts; undefined for none.
 *
 * @param where what they were given to, for the message
 */
export function tagTexts(tags: unknown, where: string): Record<string, string> | undefined {
  if (tags === undefined || tags === null) return undefined;
  if (typeof tags !== 'object' || Array.isArray(tags)) {
    throw badArgument(`${where}: tags cannot be ${shownKind(tags)}`, "e.g. { ward: 'A' }");
  }
  const named = tags as Readonly<Record<string, unknown>>;
  const texts: Record<string, string> = {};
  for (const name of Object.keys(named)) {
    const value = named[name];
    mustBeTag(name, value, where);
    texts[name] = String(value);
  }
  return texts;
}

function isTag(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function mustBeTag(name: string, value: unknown, where = 'exec.vu.tags'): void {
  if (isTag(value)) return;
  throw badArgument(
    `${where}: the value of "${name}" is ${shownKind(value)}`,
    'a tag is a text, a number or a boolean',
  );
}

function shownKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`.replace('a object', 'an object');
}

/** Tells the host of changes. Called before calls, checks and samples once `liveTags` was taken. */
export function syncTags(vu: Vu): void {
  const live = vu.liveTags;
  if (live === null || same(live, vu.tags)) return;
  const texts: Record<string, string> = {};
  for (const name of Object.keys(live)) {
    const value = live[name];
    // Refused once, where it is first used: what comes after must not fail for it.
    if (!isTag(value)) delete live[name];
    mustBeTag(name, value);
    texts[name] = String(value);
  }
  vu.tags = Object.keys(texts).length === 0 ? null : texts;
  ringText(Op.VU_TAGS, vu.slot, JSON.stringify(texts));
}

function same(live: Record<string, unknown>, told: Record<string, string> | null): boolean {
  const names = Object.keys(live);
  if (names.length !== (told === null ? 0 : Object.keys(told).length)) return false;
  for (const name of names) if (told?.[name] !== String(live[name])) return false;
  return true;
}
