// Calls under way. An operation is an `async` function that awaits one of these thenables: native
// promises throughout, because `new Promise` costs 1.8 µs in the sandbox and this 0.1 µs.
import { PACK } from '../abi.ts';
import { Answer, Op, type Fault } from '../bridge.ts';
import { hostA, hostB, hostText, ring, ringText } from './door.ts';
import { IterationInterrupted, errorOf } from './errors.ts';
import { syncTags } from './tags.ts';
import type { Vu } from './vu.ts';

/** A call and its answer: `kind` says which of `value` and `text` counts. Has no `then`. */
export class Call {
  readonly vu: Vu;
  ticket: number;
  /** Number of its settlement in this worker; the host counts along. */
  serial: number;
  kind: number;
  value: number;
  text: string;
  resolve: ((call: Call) => void) | null;

  constructor(vu: Vu) {
    this.vu = vu;
    this.ticket = -1;
    this.serial = 0;
    this.kind = -1;
    this.value = 0;
    this.text = '';
    this.resolve = null;
  }

  /** The answer is there. */
  settled(): void {
    this.resolve?.(this);
  }
}

/** What an `async` function awaits for a call to be answered. */
export class Wait<T extends Call> implements PromiseLike<T> {
  readonly call: T;
  constructor(call: T) {
    this.call = call;
  }

  then<A = T, B = never>(resolve?: ((call: T) => A | PromiseLike<A>) | null): PromiseLike<A | B> {
    const call = this.call;
    if (call.kind >= 0) resolve?.(call);
    else call.resolve = resolve as unknown as (call: Call) => void;
    return this as unknown as PromiseLike<A | B>;
  }
}

/**
 * A wait for nothing but time. An `async` function returns it and is over: its promise is settled when
 * the time is, and no frame of ours is kept for each of thousands that sleep. An error of such a call
 * has no stack of its author; the one there is, the interruption, needs none.
 */
class Rest extends Call implements PromiseLike<void> {
  #resolve: (() => void) | null = null;
  #reject: ((reason: unknown) => void) | null = null;

  then<A = void, B = never>(
    resolve?: ((nothing: void) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    this.#resolve = resolve as unknown as () => void;
    this.#reject = reject as unknown as (reason: unknown) => void;
    if (this.kind >= 0) this.settled();
    return this as unknown as PromiseLike<A | B>;
  }

  override settled(): void {
    if (this.kind === Answer.INTERRUPTED) this.#reject?.(new IterationInterrupted());
    else this.#resolve?.();
  }
}

/** A wait of so many milliseconds, to be returned by an `async` function. */
export function rest(vu: Vu, ms: number): PromiseLike<void> {
  ready(vu);
  const call = new Rest(vu);
  enter(call, ring(Op.SLEEP, vu.slot, ms, 0));
  return call;
}

const calls: (Call | undefined)[] = [];
let serial = 0;

/** After a sighting of a call that nobody awaited, so many calls note their place. */
const NOTES_AFTER_SIGHTING = 10_000;
/** The VU whose calls note their place: one at a time, until an iteration of one has ended. */
let watched: Vu | null = null;
let watches = true;
let notes = 0;
/** Whether there is anything to note at all: the one question of the hot path. */
let noting = true;

/** A body of a VU begins: while nobody is watched, it is. */
export function watch(vu: Vu): void {
  if (watches && watched === null) watched = vu;
}

/** It has ended; with a whole iteration the watch is over. */
export function unwatch(vu: Vu, wasIteration: boolean): void {
  if (watched !== vu) return;
  watched = null;
  vu.lastCall = null;
  if (!wasIteration) return;
  watches = false;
  noting = notes > 0;
}

/** A call was left to itself: from now on the next ones of all VUs note their place, or no more. */
export function noteCalls(on: boolean): void {
  notes = on ? NOTES_AFTER_SIGHTING : 0;
  noting = on || watches;
}

/** Whether a call of this VU notes its place now. Costs one of the notes that are left. */
export function isNoted(vu: Vu): boolean {
  if (vu === watched) return true;
  if (notes === 0) return false;
  if (--notes === 0) noting = watches;
  return true;
}

/** Enters a call that the host gave `ticket`, or throws what the host said instead. */
export function begin<T extends Call>(call: T, ticket: number): Wait<T> {
  enter(call, ticket);
  return new Wait(call);
}

function enter(call: Call, ticket: number): void {
  if (ticket < 0) throw errorOf(JSON.parse(hostText()) as Fault);
  call.ticket = ticket;
  calls[ticket] = call;
  call.vu.open++;
  // The text of the stack is made when it is shown: 0.2 ms for each call of thousands of VUs.
  if (noting && call.vu.open === 1 && isNoted(call.vu)) call.vu.lastCall = new Error('call');
}

/** Before every call: an interrupted VU makes none, and its tags are those of now. */
export function ready(vu: Vu): void {
  if (vu.interrupted) throw new IterationInterrupted();
  if (vu.liveTags !== null) syncTags(vu);
}

/** Starts an operation that needs only numbers. */
export function callNumbers(vu: Vu, op: number, x: number, y: number): Wait<Call> {
  ready(vu);
  return begin(new Call(vu), ring(op, vu.slot, x, y));
}

/** Starts an operation described by a text. */
export function callText(vu: Vu, op: number, text: string, x = 0): Wait<Call> {
  ready(vu);
  return begin(new Call(vu), ringText(op, vu.slot, text, x));
}

/** Starts an operation described by JSON and gives its JSON result, or throws. */
export async function callJson(
  vu: Vu,
  request: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  return resultOf(await callRequest(vu, request));
}

/** Starts an operation described by JSON; its answer is read by the caller. */
export function callRequest(vu: Vu, request: Readonly<Record<string, unknown>>): Wait<Call> {
  const text = isPlain(request, 0) ? JSON.stringify(request) : JSON.stringify(request, crossing);
  return callText(vu, Op.CALL, text);
}

/** Deeper than a request goes; a cycle is JSON's to refuse. */
const DEEPEST = 8;

/** Whether JSON has all of it as it is: to ask for each member in turn takes it four times as long. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'bigint') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (depth > DEEPEST || isView(value) || value instanceof Bytes) return false;
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return false;
  // What is inherited is looked at, too: that it is no reason to look closer is all that is asked here.
  for (const key in value) {
    if (!isPlain((value as Record<string, unknown>)[key], depth + 1)) return false;
  }
  return true;
}

/** Bound once: a look-up of a global goes through an interceptor of the sandbox each time. */
const Bytes = ArrayBuffer;
const { isView } = ArrayBuffer;

/** Bytes and long integers as JSON has them: `{ $bytes: hex }`, `{ $integer: digits }`. */
function crossing(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $integer: String(value) };
  if (typeof value !== 'object') return value;
  if (isView(value)) {
    return { $bytes: hexOf(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  }
  return value instanceof Bytes ? { $bytes: hexOf(new Uint8Array(value)) } : value;
}

function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += (byte < 16 ? '0' : '') + byte.toString(16);
  return hex;
}

/** The value of a settled call, thrown if it is a failure. */
export function resultOf(call: Call): unknown {
  if (call.kind === Answer.JSON) return JSON.parse(call.text) as unknown;
  if (call.kind === Answer.FAILURE) throw errorOf(JSON.parse(call.text) as Fault);
  if (call.kind === Answer.INTERRUPTED) throw new IterationInterrupted();
  return call.kind === Answer.VOID ? undefined : call.value;
}

/** A ring that is answered at once by a number ≥ 0, or thrown. */
export function askNumber(vu: Vu, op: number, text: string): number {
  const answer = ringText(op, vu.slot, text);
  if (answer < 0) throw errorOf(JSON.parse(hostText()) as Fault);
  return answer;
}

/** A question that is answered at once, in JSON. */
export function ask(vu: Vu, op: number, text: string, x = 0): unknown {
  if (ringText(op, vu.slot, text, x) < 0) throw errorOf(JSON.parse(hostText()) as Fault);
  const answer = hostText();
  return answer === '' ? undefined : (JSON.parse(answer) as unknown);
}

const { floor } = Math;

/** The host rang: settle the one call it answers. One call a turn, so a stuck VU harms only itself. */
export function wake(): number {
  const word = hostA();
  const ticket = floor(word / PACK.ANSWERS);
  const kind = word - ticket * PACK.ANSWERS;
  serial++;
  const call = calls[ticket];
  if (call === undefined) return 0;
  call.serial = serial;
  calls[ticket] = undefined;
  if (kind === Answer.NUMBER || kind === Answer.STATUS) call.value = hostB();
  if (kind >= Answer.JSON && kind !== Answer.VOID && kind !== Answer.INTERRUPTED)
    call.text = hostText();
  const vu = call.vu;
  vu.open--;
  call.kind = kind;
  call.settled();
  if (vu.open === 0 && vu.idle !== null) vu.idle();
  return 0;
}

/** Waits until a VU has no call under way. */
export class Idle implements PromiseLike<void> {
  readonly #vu: Vu;
  constructor(vu: Vu) {
    this.#vu = vu;
  }
  then<A = void, B = never>(
    resolve?: ((nothing: undefined) => A | PromiseLike<A>) | null,
  ): PromiseLike<A | B> {
    const vu = this.#vu;
    if (vu.open === 0) resolve?.(undefined);
    else
      vu.idle = (): void => {
        vu.idle = null;
        resolve?.(undefined);
      };
    return this as unknown as PromiseLike<A | B>;
  }
}
