// Edits of a data set as scripts write them, compiled once: {keyword | tag | path: value}.
import { DataError } from '../element/data-error.ts';
import { entryOf, tagOf, tagText } from '../element/dictionary.ts';
import { isPixelData } from '../element/element-index.ts';
import type { PlainValue } from '../element/element-value.ts';

/** An item of a sequence: values by keyword or tag. */
export type EditItem = { readonly [name: string]: EditValue };

/** A value with its VR: private and unknown elements, and values that break the rules on purpose. */
export interface TypedValue {
  /** Default: as the data set or the dictionary has it. */
  readonly vr?: string;
  readonly value: PlainValue;
  /** The value is written as it is, whatever PS3.5 Table 6.2-1 says; so is one with a `vr`. */
  readonly bad?: true;
}

/** `null` removes the element; a list of objects replaces the items of a sequence. */
export type EditValue = null | PlainValue | TypedValue | readonly EditItem[];

/**
 * Keys: a keyword ('PatientID'), a tag ('0010,0020', '00100020') or a path
 * ('RequestAttributesSequence[0].ScheduledProcedureStepID', '[*]' for every item, '.' alone for
 * the first).
 */
export type Edits = Readonly<Record<string, EditValue>>;

export type EditNode =
  | {
      readonly kind: 'set';
      readonly tag: number;
      readonly vr: string | null;
      readonly value: PlainValue;
      /** The form of the value is not checked. */
      readonly bad?: true;
    }
  | { readonly kind: 'delete'; readonly tag: number }
  | { readonly kind: 'items'; readonly tag: number; readonly items: readonly EditLevel[] }
  | { readonly kind: 'into'; readonly tag: number; readonly at: ReadonlyMap<number, EditLevel> };

/** Edits of one level of nesting, in tag order. */
export type EditLevel = readonly EditNode[];

/** Edits ready to be applied any number of times. */
export interface CompiledEdits {
  /** Equal edits have equal keys: what caches are keyed by. */
  readonly key: string;
  readonly level: EditLevel;
  /** Tags changed at the top level. */
  readonly tags: ReadonlySet<number>;
}

/** Index in `into.at` that stands for every item. */
export const EVERY_ITEM = -1;

/** What edits may set beside the attributes of an instance. */
export interface Allowed {
  /** Pixel data: attribute lists have it as a value like any other. */
  readonly pixels?: boolean;
}

/**
 * Compiles edits.
 *
 * @throws DataError `DATA_UNKNOWN_TAG`, `DATA_BAD_PATH`, `DATA_BAD_VALUE`
 */
export function compileEdits(edits: Edits, allowed: Allowed = {}): CompiledEdits {
  const level = compileLevel(edits, allowed);
  const key = JSON.stringify(edits, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
  return { key, level, tags: new Set(level.map((node) => node.tag)) };
}

type Draft = Map<number, EditNode | Map<number, Draft>>;

function compileLevel(edits: Edits, allowed: Allowed): EditLevel {
  const draft: Draft = new Map();
  for (const [path, value] of Object.entries(edits)) {
    if (value === undefined) continue;
    const where = steps(path, value === null, allowed);
    place(draft, where, value, { path, allowed });
  }
  return finish(draft);
}

interface Step {
  readonly tag: number;
  readonly item: number;
}

function steps(path: string, removes: boolean, { pixels = false }: Allowed): Step[] {
  return path.split(/[./]/).map((part) => {
    const match = /^\s*([^[\]]+?)\s*(?:\[(\d+|\*)\])?\s*$/.exec(part);
    if (match === null) {
      throw new DataError(
        'DATA_BAD_PATH',
        `"${path}": not a path`,
        'write Keyword, "gggg,eeee" or Sequence[0].Keyword',
      );
    }
    const tag = tagOf(match[1] ?? '');
    const group = tag >>> 16;
    const isPixels = isPixelData(tag) || (!removes && group === 0x7fe0);
    if (group === 0xfffe || (!pixels && isPixels) || (!removes && group <= 2)) {
      throw new DataError('DATA_BAD_PATH', `"${path}": (${tagText(tag)}) cannot be edited`);
    }
    return { tag, item: match[2] === '*' ? EVERY_ITEM : Number(match[2] ?? 0) };
  });
}

interface Placing {
  /** As it was written, for messages. */
  readonly path: string;
  readonly allowed: Allowed;
}

function place(draft: Draft, path: readonly Step[], value: EditValue, placing: Placing): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (rest.length === 0) {
    draft.set(step.tag, leaf(step.tag, value, placing));
    return;
  }
  const vr = entryOf(step.tag)?.vr;
  if (vr !== undefined && vr !== 'SQ') {
    throw new DataError(
      'DATA_BAD_PATH',
      `"${placing.path}": (${tagText(step.tag)}) is ${vr}, not a sequence`,
    );
  }
  let items = draft.get(step.tag);
  if (!(items instanceof Map)) {
    items = new Map<number, Draft>();
    draft.set(step.tag, items);
  }
  let inner = items.get(step.item);
  if (inner === undefined) {
    inner = new Map();
    items.set(step.item, inner);
  }
  place(inner, rest, value, placing);
}

function leaf(tag: number, value: EditValue, { path: name, allowed }: Placing): EditNode {
  if (value === null) return { kind: 'delete', tag };
  const vr = entryOf(tag)?.vr ?? null;
  if (Array.isArray(value) && (vr === 'SQ' || value.some(isItem))) {
    const items = value as readonly unknown[];
    if (!items.every(isItem)) {
      throw new DataError('DATA_BAD_VALUE', `"${name}": a sequence takes a list of objects`);
    }
    return { kind: 'items', tag, items: items.map((item) => compileLevel(item, allowed)) };
  }
  if (isTyped(value)) {
    const set = { kind: 'set', tag, vr: value.vr ?? null, value: value.value } as const;
    return value.bad === true ? { ...set, bad: true } : set;
  }
  if (isItem(value)) return { kind: 'items', tag, items: [compileLevel(value, allowed)] };
  if (vr === 'SQ' && value !== '') {
    throw new DataError('DATA_BAD_VALUE', `"${name}": a sequence takes a list of objects`);
  }
  if (typeof value === 'boolean' || typeof value === 'function') {
    throw new DataError('DATA_BAD_VALUE', `"${name}": cannot write a ${typeof value}`);
  }
  if (vr === 'SQ') return { kind: 'items', tag, items: [] };
  return { kind: 'set', tag, vr: null, value: value as PlainValue };
}

/** A plain object: an item of a sequence, or a typed value. */
export function isItem(value: unknown): value is EditItem {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/** A value that says its VR, or that it is bad. */
export function isTyped(value: unknown): value is TypedValue {
  if (!isItem(value) || !('value' in value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const { vr, bad } = fields;
  if (!Object.keys(fields).every((key) => key === 'vr' || key === 'value' || key === 'bad'))
    return false;
  return typeof vr === 'string' || (bad === true && vr === undefined);
}

function finish(draft: Draft): EditLevel {
  const nodes: EditNode[] = [];
  for (const [tag, node] of draft) {
    if (!(node instanceof Map)) {
      nodes.push(node);
      continue;
    }
    const at = new Map<number, EditLevel>();
    for (const [item, inner] of node) at.set(item, finish(inner));
    nodes.push({ kind: 'into', tag, at });
  }
  return nodes.sort((a, b) => a.tag - b.tag);
}
