import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Stopper } from '../../conductor/stopper.ts';
import { fakeTerminal } from '../../tests/fake-terminal.ts';
import { stopOnSignal, supervise } from './supervise.ts';
import type { Terminal } from '../terminal.ts';

type Signal = Parameters<Parameters<Terminal['onSignal']>[0]>[0];

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function signals(): { send: (signal: Signal) => void; said: string[]; stopper: Stopper } {
  let send: (signal: Signal) => void = () => undefined;
  const said: string[] = [];
  const terminal: Terminal = {
    ...fakeTerminal(),
    onSignal: (callback) => {
      send = callback;
      return () => undefined;
    },
  };
  const stopper = new Stopper();
  stopOnSignal(terminal, stopper, (text) => said.push(text));
  return { send: (signal) => send(signal), said, stopper };
}

it('takes one press that arrives twice, by way of npx or timeout, for one', () => {
  const { send, said } = signals();
  send('SIGINT');
  vi.advanceTimersByTime(20);
  send('SIGINT');
  expect(said).toEqual(['SIGINT: stopping; once more to leave at once\n']);
  vi.advanceTimersByTime(1000);
  expect(() => send('SIGINT')).toThrow('exit 105');
});

it('leaves at once at another signal, however soon', () => {
  const { send } = signals();
  send('SIGINT');
  expect(() => send('SIGTERM')).toThrow('exit 105');
});

it('a fault ends the run in order, is told once, and wins over every other end', () => {
  let escape: (error: unknown) => void = () => undefined;
  const said: string[] = [];
  const stopper = new Stopper();
  const terminal: Terminal = {
    ...fakeTerminal(),
    onFault: (callback) => {
      escape = callback;
      return () => undefined;
    },
  };
  const off = supervise(terminal, stopper, (text) => said.push(text));
  stopper.stop(105, 'interrupted by SIGINT');
  escape(new Error('a socket broke'));
  escape(new Error('and another'));
  expect(stopper.verdict()).toEqual({ code: 109, reason: 'internal: a socket broke' });
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/internal: a socket broke[^]*fault of dicomrun/);
  off();
});
