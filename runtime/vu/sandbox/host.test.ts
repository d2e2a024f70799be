/* eslint-disable @typescript-eslint/only-throw-error -- scripts throw anything */
import { describe, expect, it } from 'vitest';
import { connect, ring } from '../../../api/sandbox/door.ts';
import type { GuestDoor } from '../../../api/bridge.ts';
import { Host } from './host.ts';

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
