import { describe, expect, it } from 'vitest';
import type { Options } from '../../config/types.ts';
import { sent } from './ship.ts';

describe('options as agents get them', () => {
  it.each(['target', 'verify', 'webTarget'])(
    'the passphrase of a key of %s is refused',
    (where) => {
      const none = { target: null, verify: null, webTarget: null, env: {} };
      const options = { ...none, [where]: { tls: { passphrase: 'made up' } } };
      expect(() => sent(options as unknown as Options, {}, [])).toThrow(/passphrase of a TLS key/);
    },
  );
});
