import { describe, expect, it } from 'vitest';
import { judgeNode } from './local-checks.ts';

describe('the version of Node.js', () => {
  it.each([
    ['18.20.4', 'fail'],
    ['20.18.3', 'fail'],
    ['20.19.0', 'ok'],
    ['22.1.0', 'ok'],
    ['23.5.0', 'warn'],
    ['26.0.0', 'ok'],
    ['28.1.0', 'warn'],
  ])('%s: %s', (version, state) => {
    expect(judgeNode(version).state).toBe(state);
    expect(judgeNode(version).hint === undefined).toBe(state === 'ok');
  });
});
