import { describe, expect, it } from 'vitest';
import { FAULT_OF_ERROR } from '../../../api/bridge.ts';
import { floatingFault } from './floating.ts';

function errorSaying(text: string): Error {
  return Object.defineProperty(new Error('raw'), FAULT_OF_ERROR, { value: text });
}

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
