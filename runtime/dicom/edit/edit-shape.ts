// What edits of one place in a script have in common from send to send: which attributes they set.
// Compiled once; only the values differ.
import { SPECIFIC_CHARACTER_SET } from '../element/dataset-charset.ts';
import {
  compileEdits,
  type CompiledEdits,
  type EditLevel,
  type Edits,
  type EditValue,
  isItem,
  isTyped,
} from './edits.ts';

/** A value that differs from send to send. */
export type SlotValue = string | number;

/** Edits whose texts and numbers are places to fill in. */
export interface EditShape {
  /** Equal for edits of the same attributes. */
  readonly key: string;
  /** The edits with a bigint in every such place: its index among the values. */
  readonly compiled: CompiledEdits;
}

const SET_APART = '\u0001';
const IN_ITEM = '\u0002';
const AFTER_ITEM = '\u0003';
const SOP_INSTANCE_UID = 0x00080018;

const MAX_SHAPES = 1000;

/** Edits taken apart: what they set, and to what. */
export interface ShapedEdits {
  readonly shape: EditShape;
  readonly values: readonly SlotValue[];
}

/** The shapes that were met. */
export class EditShapes {
  readonly #shapes = new Map<string, EditShape | null>();

  /** Null for edits that have no shape. */
  of(edits: Edits): ShapedEdits | null {
    const values: SlotValue[] = [];
    const key = shapeKey(edits, values);
    let shape = this.#shapes.get(key);
    if (shape === undefined) {
      if (this.#shapes.size >= MAX_SHAPES) this.#shapes.clear();
      shape = compileShape(key, edits);
      this.#shapes.set(key, shape);
    }
    return shape === null ? null : { shape, values };
  }
}

/**
 * The shape key of edits; their texts and numbers are added to `values`, all else is in the key.
 */
export function shapeKey(edits: Edits, values: SlotValue[]): string {
  let key = '';
  for (const name of Object.keys(edits)) {
    const value = edits[name];
    if (typeof value === 'string' || typeof value === 'number') {
      values.push(value);
      key += name + SET_APART;
    } else if (value !== undefined) {
      key += name + structureKey(value, values);
    }
  }
  return key;
}

function structureKey(value: EditValue, values: SlotValue[]): string {
  const items = itemsOf(value);
  if (items === null) return IN_ITEM + fixedKey(value) + AFTER_ITEM;
  let key = IN_ITEM;
  for (const item of items) key += shapeKey(item, values) + AFTER_ITEM;
  return key;
}

/** A value that is part of the shape: removals, bytes, lists, values with their VR. */
function fixedKey(value: EditValue): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one));
}

/** The items that a value gives to a sequence, null when it is no sequence. */
function itemsOf(value: EditValue): readonly Edits[] | null {
  if (isItem(value)) return isTyped(value) ? null : [value];
  if (!Array.isArray(value) || value.length === 0) return null;
  const list = value as readonly unknown[];
  return list.every(isItem) ? list : null;
}

/**
 * Compiles the shape of `edits`; null where it cannot be shared: the character set of the data set
 * changes, or a value decides more than itself.
 */
export function compileShape(key: string, edits: Edits): EditShape | null {
  const count = { next: 0n };
  let compiled: CompiledEdits;
  try {
    compiled = compileEdits(numbered(edits, count));
  } catch {
    // why: what is wrong is told by the edits themselves, with their values
    return null;
  }
  return holdsBack(compiled.level) ? null : { key, compiled };
}

/** A character set, and a SOP Instance UID that is not the send's own, are more than a value. */
function holdsBack(level: EditLevel): boolean {
  return level.some((node) => {
    if (node.tag === SPECIFIC_CHARACTER_SET) return true;
    if (node.kind === 'items') return node.items.some(holdsBack);
    if (node.kind === 'into') return [...node.at.values()].some(holdsBack);
    return node.kind === 'set' && node.tag === SOP_INSTANCE_UID && typeof node.value !== 'bigint';
  });
}

/** The same edits with an index for every text and number, in the order of {@link shapeKey}. */
function numbered(edits: Edits, count: { next: bigint }): Edits {
  const out: Record<string, EditValue> = {};
  for (const name of Object.keys(edits)) {
    const value = edits[name];
    if (value === undefined) continue;
    if (typeof value === 'string' || typeof value === 'number') out[name] = count.next++;
    else out[name] = itemsOf(value)?.map((item) => numbered(item, count)) ?? value;
  }
  return out;
}
