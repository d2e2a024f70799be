// `k6/data` SharedArray and `open`: made once by the host, parsed once per worker, frozen.
import { Op } from '../bridge.ts';
import { ask } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';

const arrays = new Map<string, readonly unknown[]>();
const texts = new Map<string, string | Uint8Array>();

function freeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}

/** A read-only array that all VUs share; `make` runs once in the whole test. */
export function sharedArray(vu: Vu, name: string, make: () => unknown[]): readonly unknown[] {
  if (!vu.initialising) throw badArgument('SharedArray: only in init code');
  if (typeof name !== 'string' || name === '') throw badArgument('SharedArray: needs a name');
  const known = arrays.get(name);
  if (known !== undefined) return known;
  const key = `SharedArray ${name}`;
  let text = ask(vu, Op.DECLARE, JSON.stringify({ kind: 'recall', key })) as string | null;
  if (text === null) {
    const made = make();
    if (!Array.isArray(made)) throw badArgument(`SharedArray "${name}": must return an array`);
    text = JSON.stringify(made);
    ask(vu, Op.DECLARE, JSON.stringify({ kind: 'text', key, text }));
  }
  const array = freeze(JSON.parse(text)) as readonly unknown[];
  arrays.set(name, array);
  return array;
}

/** A file's text, or its bytes with mode 'b'. */
export function open(vu: Vu, path: string, mode?: string): string | Uint8Array {
  if (!vu.initialising) throw badArgument('open(): only in init code');
  const key = `open ${path} ${mode ?? ''}`;
  let content = texts.get(key);
  if (content === undefined) {
    const request = { kind: 'open', key, path, binary: mode === 'b' };
    const text = ask(vu, Op.DECLARE, JSON.stringify(request)) as string;
    content = mode === 'b' ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : text;
    texts.set(key, content);
  }
  return content;
}
