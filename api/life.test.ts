import { afterEach, describe, expect, it } from 'vitest';
import { addVu, vuAt } from './life.ts';
import { shared } from './sandbox/shared.ts';

afterEach(() => {
  shared.script = null;
  shared.vus.length = 0;
});

describe('what a script exports', () => {
  it('is kept as values, whatever getters the bundler gave', () => {
    shared.script = (_exports, module) => {
      let name = 'not yet';
      module.exports = Object.defineProperty({}, '__esModule', { value: true });
      const get = (): (() => string) => () => name;
      Object.defineProperty(module.exports, 'default', { get, enumerable: true });
      name = 'the script';
    };
    expect(addVu(0, 1, {})).toBeNull();
    const { exports } = vuAt(0);
    const { value } = Object.getOwnPropertyDescriptor(exports, 'default') ?? {};
    expect((value as () => string)()).toBe('the script');
  });

  it('is what a CommonJS script assigned', () => {
    const own = { default: (): number => 1 };
    shared.script = (_exports, module) => {
      module.exports = own;
    };
    expect(addVu(0, 1, {})).toBeNull();
    expect(vuAt(0).exports).toBe(own);
  });
});
