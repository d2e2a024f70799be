// Names of edits: the UIDs that ledger and delivery go by are known by their keyword, however a
// script spelt them.
import type { Edits } from './types.ts';

const UID_TAGS: Readonly<Record<string, string>> = {
  '00080018': 'SOPInstanceUID',
  '0020000D': 'StudyInstanceUID',
};

const TAG = /^\s*\(?([0-9a-f]{4}),?([0-9a-f]{4})\)?\s*$/i;

/** What `edits` adds to the edits before; of one attribute spelt in two ways, the last counts. */
export function mergeEdits(before: Edits | null, edits: Edits): Edits {
  const merged: Record<string, Edits[string]> = { ...before };
  for (const name of Object.keys(edits)) merged[keyOf(name)] = edits[name] as Edits[string];
  return merged;
}

function keyOf(name: string): string {
  if (!name.includes('00')) return name;
  const [, group = '', element = ''] = TAG.exec(name) ?? [];
  return UID_TAGS[(group + element).toUpperCase()] ?? name;
}

/** The UID that edits give, null where they give none. */
export function uidEdit(
  edits: Edits | null,
  keyword: 'SOPInstanceUID' | 'StudyInstanceUID',
): string | null {
  const value: unknown = edits?.[keyword];
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !('vr' in value)) return null;
  const typed: unknown = (value as unknown as { value?: unknown }).value;
  return typeof typed === 'string' ? typed : null;
}
