import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PACK } from '../abi.ts';
import { Answer } from '../bridge.ts';
import type * as Calls from './calls.ts';
import { Vu } from './vu.ts';

let calls: typeof Calls;
let tickets = 0;
let answer = 0;
const prepare = Error.prepareStackTrace;
let stacksMade = 0;

const vus = (count: number): Vu[] => Array.from({ length: count }, (_, i) => new Vu(i, i + 1, {}));
const call = (vu: Vu): unknown => calls.callNumbers(vu, 1, 0, 0);
const noted = (all: readonly Vu[]): number => all.filter((vu) => vu.lastCall !== null).length;

beforeEach(async () => {
  vi.resetModules();
  calls = await import('./calls.ts');
  const { connect } = await import('./door.ts');
  connect({ ring: () => tickets++, text: () => '', a: () => answer, b: () => 0, c: () => 0 });
  stacksMade = 0;
  Error.prepareStackTrace = (error): string => {
    stacksMade++;
    return String(error);
  };
});
afterEach(() => {
  Error.prepareStackTrace = prepare;
});

describe('where calls were made', () => {
  it('is noted for one VU of thousands, and made a text for none', () => {
    const all = vus(5000);
    for (const vu of all) {
      calls.watch(vu);
      call(vu);
    }
    expect(noted(all)).toBe(1);
    expect(stacksMade).toBe(0);
  });

  it('is noted for the next VU while no iteration has ended, and for none after that', () => {
    const [a, b, c] = vus(3) as [Vu, Vu, Vu];
    calls.watch(a);
    call(a);
    calls.unwatch(a, false);
    calls.watch(b);
    call(b);
    expect([a.lastCall, b.lastCall]).toEqual([null, expect.any(Error)]);
    calls.unwatch(b, true);
    calls.watch(c);
    call(c);
    expect(c.lastCall).toBeNull();
  });

  it('is noted for a while once a call was left to itself, and no longer', () => {
    const first = vus(1)[0] as Vu;
    calls.watch(first);
    calls.unwatch(first, true);
    calls.noteCalls(true);
    const all = vus(20_000);
    for (const vu of all) call(vu);
    expect(noted(all)).toBe(10_000);
    expect(stacksMade).toBe(0);
    calls.noteCalls(true);
    calls.noteCalls(false);
    const last = vus(1)[0] as Vu;
    call(last);
    expect(last.lastCall).toBeNull();
  });

  it('has a text that names the caller when it is shown', () => {
    Error.prepareStackTrace = prepare;
    const vu = vus(1)[0] as Vu;
    calls.watch(vu);
    call(vu);
    expect(vu.lastCall?.stack).toContain('calls.test.ts');
    answer = (tickets - 1) * PACK.ANSWERS + Answer.VOID;
    calls.wake();
    expect(vu.open).toBe(0);
  });
});

describe('what a call is described by', () => {
  it.each([
    [{ a: [{ b: new Uint8Array([1, 255]) }] }, '{"a":[{"b":{"$bytes":"01ff"}}]}'],
    [{ a: new Uint8Array([16]).buffer }, '{"a":{"$bytes":"10"}}'],
    [{ a: { b: 12n } }, '{"a":{"b":{"$integer":"12"}}}'],
    [{ a: { toJSON: () => 12n } }, '{"a":{"$integer":"12"}}'],
    [{ a: new Date(0), b: undefined, c: null }, '{"a":"1970-01-01T00:00:00.000Z","c":null}'],
    [{ a: [[[[[[[[[[1n]]]]]]]]]] }, '{"a":[[[[[[[[[[{"$integer":"1"}]]]]]]]]]]}'],
  ])('crosses as JSON: %o', async (request, text) => {
    const { registers } = await import('./door.ts');
    calls.callRequest(vus(1)[0] as Vu, request);
    expect(registers.text()).toBe(text);
  });

  it('is refused where it has a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['again'] = cycle;
    expect(() => calls.callRequest(vus(1)[0] as Vu, cycle)).toThrow(/circular/);
  });
});

describe('a rest', () => {
  const rested = async (vu: Vu, kind: number): Promise<unknown> => {
    const ticket = tickets;
    const body = async (): Promise<void> => calls.rest(vu, 5);
    const ended = body().catch((error: unknown) => (error as Error).name);
    await Promise.resolve();
    answer = ticket * PACK.ANSWERS + kind;
    calls.wake();
    return ended;
  };

  it('is over when its time is, or when the VU is interrupted', async () => {
    const [vu] = vus(1) as [Vu];
    expect(await rested(vu, Answer.VOID)).toBeUndefined();
    expect(await rested(vu, Answer.INTERRUPTED)).toBe('IterationInterrupted');
    expect(vu.open).toBe(0);
  });

  it('that was answered before it is looked at is over, too', async () => {
    const [vu] = vus(1) as [Vu];
    answer = tickets * PACK.ANSWERS + Answer.VOID;
    const resting = calls.rest(vu, 0);
    calls.wake();
    expect(await resting).toBeUndefined();
  });

  it('is refused to a VU that is interrupted', async () => {
    const [vu] = vus(1) as [Vu];
    vu.interrupted = true;
    await expect((async () => calls.rest(vu, 5))()).rejects.toThrow();
  });
});
