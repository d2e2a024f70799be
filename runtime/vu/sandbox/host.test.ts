/* eslint-disable @typescript-eslint/only-throw-error -- scripts throw anything */
import { describe, expect, it } from 'vitest';
import { connect, ring } from '../../../api/sandbox/door.ts';
import type { GuestDoor } from '../../../api/bridge.ts';
import { Host } from './host.ts';
import type { Operation } from './operation.ts';

const OP = 3;
const guest = (op: () => number): GuestDoor => ({
  ...{ enter: () => 0, wake: () => 0, op, x: () => 0, y: () => 0, text: () => '' },
});

/** A door whose ring runs into `thrown`. */
function doorThatThrows(thrown: unknown): { ring: () => number; text: () => string } {
  const host = new Host(new Int32Array(new SharedArrayBuffer(256)));
  host.connect(guest(() => OP));
  host.handle(OP, () => {
    throw thrown;
  });
  return host.door();
}

const bomb = {
  get code(): never {
    throw null;
  },
  get message(): never {
    throw bomb;
  },
};

describe('the door of the host', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a symbol', Symbol('x')],
    ['an object without a prototype', Object.create(null)],
    ['getters that throw', bomb],
    [
      'a text that throws',
      {
        toString: () => {
          throw null;
        },
      },
    ],
    [
      'a revoked proxy',
      (() => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      })(),
    ],
    ['an error of ours', new TypeError('x')],
  ])('%s thrown behind it crosses as a fault', (_what, thrown) => {
    const door = doorThatThrows(thrown);
    expect(door.ring()).toBe(-1);
    expect(JSON.parse(door.text())).toMatchObject({ code: 'SCRIPT_INTERNAL' });
  });

  it('what the sandbox itself throws at it crosses as a fault', () => {
    const host = new Host(new Int32Array(new SharedArrayBuffer(256)));
    host.connect(
      guest(() => {
        throw null;
      }),
    );
    expect(host.door().ring()).toBe(-1);
  });

  it('where the stack ends at the door, the sandbox throws an error of its own', () => {
    const ofHost = new RangeError('of the host');
    const fails = (): never => {
      throw ofHost;
    };
    connect({ ring: fails, text: fails, a: fails, b: fails, c: fails });
    let thrown: unknown;
    try {
      ring(1, 0, 0, 0);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(RangeError);
    expect(thrown).not.toBe(ofHost);
  });
});

describe('operations of a VU', () => {
  it('are cut off, the oldest first, and nobody else’s', () => {
    const host = new Host(new Int32Array(new SharedArrayBuffer(256)));
    host.connect(guest(() => OP));
    const cut: number[] = [];
    const begin = (slot: number): Operation => {
      const operation = host.take(slot, slot + 1);
      operation.cancel = (): void => {
        cut.push(operation.ticket);
        host.settleVoid(operation);
      };
      return operation;
    };
    const [a, other, b, c] = [begin(0), begin(1), begin(0), begin(0)] as const;
    const service = begin(-1);
    host.settleVoid(b);
    expect([host.waits(0), host.waits(1), host.waits(2), host.waits(-1)]).toEqual([
      ...[true, true, false, true],
    ]);
    host.cancel(0);
    expect(cut).toEqual([a.ticket, c.ticket]);
    expect([host.waits(0), other.active, service.active]).toEqual([false, true, true]);
    host.cancel(0);
    host.cancel(-1);
    expect(cut).toEqual([a.ticket, c.ticket, service.ticket]);
  });

  it('are not cut off twice where the end of one is the end of another', () => {
    const host = new Host(new Int32Array(new SharedArrayBuffer(256)));
    host.connect(guest(() => OP));
    const [a, b] = [host.take(4, 5), host.take(4, 5)];
    let next: Operation | null = null;
    a.cancel = (): void => {
      host.settleVoid(a);
      host.settleVoid(b);
      // Its object is used again at once, by another VU.
      next = host.take(9, 10);
    };
    host.cancel(4);
    expect(next).toBe(b);
    expect([host.waits(4), host.waits(9)]).toEqual([false, true]);
  });
});
