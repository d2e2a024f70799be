// Cuts a command or data set into PDVs of one P-DATA-TF each (PS3.8 §9.3.5).

/** P-DATA-TF header (6) and PDV header (6) before each fragment. */
export const FRAGMENT_HEADER_BYTES = 12;
const PDV_OVERHEAD = 6; // PS3.8 §9.3.5.1: item length, context ID, message control header
/** Fragments are not longer than that, whatever a peer takes. */
const MAX_FRAGMENT_BYTES = 256 * 1024;
/** For peers without a limit (maximum length 0). */
const UNLIMITED_FRAGMENT_BYTES = 128 * 1024;

const COMMAND = 1; // message control header, bit 0 (PS3.8 Annex E.2)
const LAST = 2;

/** Longest fragment for a peer's maximum PDU length (0 = unlimited): even, DCMTK aborts on odd. */
export function fragmentLimit(maxPdu: number): number {
  if (maxPdu === 0) return UNLIMITED_FRAGMENT_BYTES;
  return Math.max(2, Math.min(maxPdu - PDV_OVERHEAD, MAX_FRAGMENT_BYTES) & ~1);
}

/**
 * Ends of the fragments of `total` bytes: each at most `limit`, all but the last even, none of the
 * `slots` ([field, offset, length, …] by offset) cut. Null when a slot does not fit.
 */
export function planFragments(
  total: number,
  limit: number,
  slots: readonly number[],
): number[] | null {
  const ends: number[] = [];
  let at = 0;
  let slot = 0;
  do {
    let end = Math.min(at + limit, total);
    for (; slot < slots.length; slot += 3) {
      const from = slots[slot + 1] ?? 0;
      const to = from + (slots[slot + 2] ?? 0);
      if (to <= end) continue;
      if (from < end) end = from & ~1;
      break;
    }
    if (end <= at && total > 0) return null;
    ends.push(end);
    at = end;
  } while (at < total);
  return ends;
}

/** Where byte `offset` of the data is, once framed. */
export function framedOffset(ends: readonly number[], offset: number): number {
  let fragment = 0;
  while (fragment < ends.length - 1 && offset >= (ends[fragment] ?? 0)) fragment++;
  return offset + (fragment + 1) * FRAGMENT_HEADER_BYTES;
}

/** Writes the two headers of a fragment of `length` bytes. */
export function putFragmentHeader(
  target: Buffer,
  at: number,
  contextId: number,
  fragment: { readonly length: number; readonly last: boolean; readonly command: boolean },
): void {
  target[at] = 0x04; // P-DATA-TF
  target[at + 1] = 0;
  target.writeUInt32BE(fragment.length + PDV_OVERHEAD, at + 2);
  target.writeUInt32BE(fragment.length + 2, at + 6);
  target[at + 10] = contextId;
  target[at + 11] = (fragment.last ? LAST : 0) | (fragment.command ? COMMAND : 0);
}

/** What {@link frameInto} needs to know. */
export interface Framing {
  readonly ends: readonly number[];
  readonly contextId: number;
  readonly command: boolean;
  /** The last end is also the end of the command or data set. */
  readonly complete: boolean;
}

/** Frames `parts` (one after the other) into `target` at `at`; returns where it ended. */
export function frameInto(
  target: Buffer,
  at: number,
  parts: readonly Buffer[],
  framing: Framing,
): number {
  const { ends, contextId, command, complete } = framing;
  let part = 0;
  let used = 0;
  let start = 0;
  let out = at;
  ends.forEach((end, i) => {
    const last = complete && i === ends.length - 1;
    putFragmentHeader(target, out, contextId, { length: end - start, last, command });
    out += FRAGMENT_HEADER_BYTES;
    for (let left = end - start; left > 0;) {
      const source = parts[part];
      if (source === undefined)
        throw new RangeError('framing: parts are shorter than the fragments');
      const n = Math.min(left, source.length - used);
      source.copy(target, out, used, used + n);
      out += n;
      left -= n;
      used += n;
      if (used === source.length) {
        part++;
        used = 0;
      }
    }
    start = end;
  });
  return out;
}
