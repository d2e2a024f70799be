import { expect, it } from 'vitest';
import { fakeTerminal } from '../tests/fake-terminal.ts';
import type { Terminal } from './terminal.ts';
import { unlessInterrupted, untilStopped } from './until-signal.ts';

function signalled() {
  const callbacks = new Set<Parameters<Terminal['onSignal']>[0]>();
  const terminal: Terminal = {
    ...fakeTerminal(),
    onSignal: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
  const send = () => callbacks.forEach((callback) => callback('SIGINT'));
  return { terminal, send, listeners: () => callbacks.size };
}

it('work that ends by itself is what it was, and nobody listens for signals any more', async () => {
  const { terminal, listeners } = signalled();
  expect(await unlessInterrupted(terminal, () => Promise.resolve(7))).toBe(7);
  await expect(
    unlessInterrupted(terminal, () => Promise.reject(new Error('broke'))),
  ).rejects.toThrow('broke');
  expect(listeners()).toBe(0);
});

it('at a signal it tidies up and is 105; the next signal is the process’s own', async () => {
  const { terminal, send, listeners } = signalled();
  let tidied = false;
  const working = unlessInterrupted(terminal, async (interrupted) => {
    interrupted.addEventListener('abort', () => (tidied = true));
    await new Promise(() => undefined);
  });
  send();
  expect(tidied).toBe(true);
  await expect(working).rejects.toMatchObject({ exitCode: 105, message: 'interrupted by SIGINT' });
  expect(listeners()).toBe(0);
});

it('work that stops by itself after a signal is waited for, and is 105 then', async () => {
  const { terminal, send, listeners } = signalled();
  let told = false;
  const working = untilStopped(terminal, async (interrupted) => {
    await new Promise((resolve) => interrupted.addEventListener('abort', resolve));
    told = true;
  });
  expect(listeners()).toBe(1);
  send();
  expect(listeners()).toBe(0);
  await expect(working).rejects.toMatchObject({ exitCode: 105, message: 'interrupted by SIGINT' });
  expect(told).toBe(true);
  await untilStopped(terminal, () => Promise.resolve());
  expect(listeners()).toBe(0);
});
