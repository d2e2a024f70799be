// The items of encapsulated pixel data (PS3.5 §A.4).

/** (FFFE,E0DD), as it is read in one go. */
const DELIMITER = 0xe0ddfffe;

/** One item: an offset table, or a fragment. */
export interface Fragment {
  /** Offset of its header in the value. */
  readonly at: number;
  readonly bytes: Buffer;
}

/** The items of a value up to its sequence delimiter, the offset table first. */
export function fragmentsOf(value: Buffer): Fragment[] {
  const fragments: Fragment[] = [];
  for (let at = 0; at + 8 <= value.length;) {
    if (value.readUInt32LE(at) === DELIMITER) break;
    const length = value.readUInt32LE(at + 4);
    fragments.push({ at, bytes: value.subarray(at + 8, at + 8 + length) });
    at += 8 + length;
  }
  return fragments;
}
