import { describe, expect, it } from 'vitest';
import { FAULT_OF_ERROR } from '../../../api/bridge.ts';
import { runInNewContext } from 'node:vm';
import { floatingFault, isOurs } from './floating.ts';

function errorSaying(text: string): Error {
  return Object.defineProperty(new Error('raw'), FAULT_OF_ERROR, { value: text });
}

describe('isOurs', () => {
  it('knows errors of this side by their prototypes, and runs nothing of a script', () => {
    class Own extends TypeError {}
    expect([new Error('x'), new Own('y')].map(isOurs)).toEqual([true, true]);
    const theirs = (code: string): unknown => runInNewContext(code);
    expect(isOurs(theirs(`new TypeError('x')`))).toBe(false);
    const hostile = `Object.setPrototypeOf(new Error('x'), new Proxy({}, {
      getPrototypeOf() { throw 'asked'; } }))`;
    expect(isOurs(theirs(hostile))).toBe(false);
    expect(['text', null, undefined, {}].map(isOurs)).toEqual([false, false, false, false]);
  });
});

describe('floatingFault', () => {
  it('reads what the sandbox says of its error', () => {
    const told = { message: 'boom', stack: 'Error: boom\n    at script.js:1:2', hint: 'try' };
    expect(floatingFault(errorSaying(JSON.stringify(told)))).toEqual(told);
  });

  it('tells values that are no errors without touching objects', () => {
    const hostile = new Proxy({}, { get: () => expect.unreachable() });
    expect(floatingFault(hostile)).toEqual({ message: 'an object that is no Error' });
    expect(floatingFault('text')).toEqual({ message: 'text' });
    expect(floatingFault(undefined)).toEqual({ message: 'undefined' });
    expect(floatingFault(null)).toEqual({ message: 'null' });
    expect(floatingFault(Symbol('s'))).toEqual({ message: 'Symbol(s)' });
  });

  it('survives an error that answers nonsense', () => {
    expect(floatingFault(errorSaying('{'))).toEqual({ message: 'an error that cannot be read' });
    const thrower = new Error('x');
    Object.defineProperty(thrower, FAULT_OF_ERROR, {
      get: () => {
        throw new Error('no');
      },
    });
    expect(floatingFault(thrower)).toEqual({ message: 'an error that cannot be read' });
  });

  it('tells an error of our own by its own stack', () => {
    expect(floatingFault(new Error('ours'))).toMatchObject({ message: 'ours' });
  });
});
