// Shared counters and queues, raw connections, case states, comparison.
import { isLabelled } from '../abi.ts';
import { Op } from '../bridge.ts';
import { ask, askNumber, callJson } from '../sandbox/calls.ts';
import { IterationEnd, IterationInterrupted, badArgument, faultOf } from '../sandbox/errors.ts';
import { now } from '../sandbox/globals.ts';
import { shared } from '../sandbox/shared.ts';
import { textOf } from '../sandbox/text.ts';
import type { TableRow, Vu } from '../sandbox/vu.ts';
import type { Dataset } from './data.ts';
import { milliseconds } from '../sandbox/duration.ts';
import type { Peer } from './peer.ts';
import type { Duration } from './types.ts';

// ---------------------------------------------------------------- dicom.shared

/** Numbers over all VUs and workers. */
export interface SharedCounter {
  /** 0, 1, 2, … over all VUs: no two get the same. */
  next(): number;
}
/** A queue over all VUs and workers; items are JSON. */
export interface SharedQueue {
  /** Adds an item (JSON) at the end. */
  push(item: unknown): Promise<void>;
  /** Takes the first; undefined when there is none within `timeout` (default: at once). */
  pop(options?: { timeout?: Duration }): Promise<unknown>;
}
/** `dicom.shared`: what all VUs of a run share. */
export interface Shared {
  /** The counter of that name. */
  counter(name: string): SharedCounter;
  /** The next element of a list over all VUs, from the start again after the last. */
  next<T>(list: readonly T[]): T;
  /** The queue of that name. */
  queue(name: string): SharedQueue;
}

const lists = new WeakMap<readonly unknown[], string>();

export function sharedFor(vu: Vu): Shared {
  const next = (name: string): number => askNumber(vu, Op.SHARED_NEXT, name);
  const named = (name: unknown, what: string): string => {
    if (typeof name === 'string' && name !== '') return name;
    throw badArgument(`shared.${what}(): needs a name`, `e.g. shared.${what}('orders')`);
  };
  return {
    counter: (name) => {
      const known = named(name, 'counter');
      return { next: () => next(known) };
    },
    next: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw badArgument('shared.next(): the list is empty');
      let name = lists.get(list);
      if (name === undefined)
        lists.set(list, (name = `list ${JSON.stringify(list).slice(0, 4096)}`));
      return list[next(name) % list.length] as T;
    },
    queue: (name) => ({
      push: async (item) => {
        await callJson(vu, { op: 'push', queue: name, item: JSON.stringify(item ?? null) });
      },
      pop: async (options) => {
        const timeoutMs = milliseconds(options?.timeout, 'pop: timeout') ?? 0;
        const text = (await callJson(vu, { op: 'pop', queue: name, timeoutMs })) as string | null;
        return text === null ? undefined : (JSON.parse(text) as unknown);
      },
    }),
  };
}

// ---------------------------------------------------------------- dicom.raw

/** A connection of `dicom.raw.connect`: what is sent and read has no DICOM in it. */
export interface RawConnection {
  /**
   * Sends bytes as they are: hex text or bytes; with `bytesPerSecond` no faster than that.
   *
   * @throws DicomError `SCRIPT_ARGUMENT` for text that is not hex; TransportError
   */
  send(bytes: string | Uint8Array, options?: { bytesPerSecond?: number }): Promise<void>;
  /** The next bytes that come, as hex; '' when the peer closed. TimeoutError after `timeout` (10 s). */
  read(options?: { timeout?: Duration }): Promise<string>;
  /** TCP close. */
  close(): Promise<void>;
  /** TCP reset. */
  reset(): Promise<void>;
}

/** `dicom.raw` */
export interface Raw {
  /**
   * A TCP (or TLS) connection without any DICOM.
   *
   * @throws TransportError, TimeoutError
   */
  connect(peer: Peer): Promise<RawConnection>;
}

function hexOf(bytes: string | Uint8Array): string {
  if (typeof bytes !== 'string')
    return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  const hex = bytes.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw badArgument('raw.send(): not hex');
  return hex;
}

export function rawFor(vu: Vu): Raw {
  return {
    async connect(peer) {
      const handle = (await callJson(vu, { op: 'rawConnect', peer: peer.describe() })) as number;
      const call = (op: string, more: object = {}): Promise<unknown> =>
        callJson(vu, { op, handle, ...more });
      return {
        send: async (bytes, options) =>
          void (await call('rawSend', { hex: hexOf(bytes), ...options })),
        read: async (options) =>
          (await call('rawRead', {
            timeoutMs: milliseconds(options?.timeout, 'read: timeout') ?? 10_000,
          })) as string,
        close: async () => void (await call('rawClose', { reset: false })),
        reset: async () => void (await call('rawClose', { reset: true })),
      };
    },
  };
}

// ---------------------------------------------------------------- cases and comparison

/** Ends the iteration: the case is skipped, with its reason. */
export function skip(vu: Vu, why: unknown): never {
  const reason = textOf(why ?? '');
  askNumber(vu, Op.CASE, JSON.stringify({ state: 'skip', reason, row: vu.row }));
  throw new IterationEnd('skip', reason);
}

/** Records a check that a person has to make. */
export function manual(vu: Vu, name: unknown, steps: unknown): void {
  const list = (Array.isArray(steps) ? steps : [steps ?? '']).map(textOf);
  askNumber(vu, Op.CASE, JSON.stringify({ state: 'manual', name: textOf(name), steps: list }));
}

interface Table<R> {
  readonly rows: readonly R[];
  readonly nameOf: (row: R, index: number) => string;
  readonly body: (row: R, index: number) => unknown;
  readonly labelsOf: ((row: R, index: number) => readonly string[]) | undefined;
}

/**
 * A table of cases. In `run` iteration i takes row i mod n; in `smoke` all rows run, one after the
 * other, each its own case: one that throws does not keep the others from running.
 */
export async function each<R>(
  vu: Vu,
  { rows, nameOf, body, labelsOf = () => [] }: Table<R>,
): Promise<void> {
  if (vu.initialising && vu.tables === null)
    throw badArgument('each() is not allowed in init code');
  if (!Array.isArray(rows) || rows.length === 0) throw badArgument('each(): there are no rows');
  const caseOf = (row: R, index: number): TableRow => ({
    name: textOf(nameOf(row, index)),
    labels: [...labelsOf(row, index)].map(textOf),
  });
  if (vu.tables !== null) {
    vu.tables.push(...rows.map(caseOf));
    // Nothing of the script follows: it is only asked what it would run.
    await new Promise(() => undefined);
  }
  const { smoke } = shared.boot;
  if (!smoke) {
    const index = vu.iterationInTest % rows.length;
    await body(rows[index] as R, index);
    return;
  }
  const scenario = shared.boot.scenarios[vu.scenario]?.name ?? '';
  const title = `${smoke.script} › ${scenario}`;
  const pattern = smoke.grep === null ? null : new RegExp(smoke.grep, 'i');
  const above = smoke.labels[scenario] ?? [];
  for (const [index, row] of rows.entries()) {
    const { name, labels } = caseOf(row, index);
    const fits = pattern === null || pattern.test(title) || pattern.test(`${title} › ${name}`);
    if (fits && isLabelled([...above, ...labels], smoke.wanted))
      await runRow(vu, name, () => body(row, index));
  }
}

async function runRow(vu: Vu, name: string, body: () => unknown): Promise<void> {
  const began = now();
  const outer = vu.xfail;
  vu.row = name;
  vu.rowFails = 0;
  vu.caseAt = began;
  const say = (told: object): void => {
    const row = { state: 'row', name, startMs: began, ms: now() - began, ...told };
    askNumber(vu, Op.CASE, JSON.stringify(row));
  };
  try {
    await body();
    say({ fails: vu.rowFails });
  } catch (thrown) {
    if (thrown instanceof IterationInterrupted) throw thrown;
    if (thrown instanceof IterationEnd && thrown.state === 'aborted') throw thrown;
    if (thrown instanceof IterationEnd && thrown.state === 'skip') return;
    say({ fails: vu.rowFails, fault: faultOf(thrown) });
  } finally {
    vu.row = '';
    vu.xfail = outer;
  }
}

/**
 * Says that this iteration, or this row of `each`, is known to fail: in `smoke` its failures are
 * told and do not fail the run, and passing does.
 */
export function xfail(vu: Vu, reason: string): void {
  if (vu.initialising) throw badArgument('xfail() is not allowed in init code');
  vu.xfail = textOf(reason);
  askNumber(vu, Op.CASE, JSON.stringify({ state: 'xfail', reason: vu.xfail, row: vu.row }));
}

/** An attribute that is not the same in both. */
export interface Difference {
  /** Keyword, path or `'ggggeeee'`; `PixelData` when the pixels differ. */
  attribute: string;
  /** What happened to it, from the first to the second. */
  kind: 'added' | 'removed' | 'changed';
  /** Values as text, '' where there is none; cut at 100 characters. */
  before: string;
  /** Value after, as `before`. */
  after: string;
}

/** Attribute by attribute, `expected` changes left out: paths, or the value after by path. */
export function diff(
  vu: Vu,
  a: Dataset,
  b: Dataset,
  options: { expected?: readonly string[] | Readonly<Record<string, unknown>> } = {},
): Difference[] {
  const request = { ask: 'diff', a: a.recipe(), b: b.recipe(), expected: options.expected };
  return ask(vu, Op.ASK, JSON.stringify(request)) as Difference[];
}
