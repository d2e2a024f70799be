import { describe, expect, it } from 'vitest';
import { messages, resolve } from '../../tests/config-fixture.ts';

describe('where receivers listen', () => {
  it('is said by flag, variable and configuration, AE title by AE title', () => {
    const configFile = {
      name: 'dicomrun.config.ts',
      value: { receivers: { A: { host: '0.0.0.0', port: 11113 }, B: '[::1]:11114', C: 11115 } },
    };
    const { receivers, everyReceiver, origins } = resolve({
      configFile,
      env: { DICOMRUN_RECEIVER_B: '11214', DICOMRUN_RECEIVER: 'D=10.0.0.1:11116,E=11117' },
      flags: { receiver: ['C=10.0.0.2:11315', '*=11999'] },
    });
    expect(receivers).toEqual({
      A: { host: '0.0.0.0', port: 11113 },
      B: { port: 11214 },
      C: { host: '10.0.0.2', port: 11315 },
      D: { host: '10.0.0.1', port: 11116 },
      E: { port: 11117 },
    });
    expect(everyReceiver).toEqual({ port: 11999 });
    expect(origins).toMatchObject({
      'receivers.A': 'dicomrun.config.ts',
      'receivers.B': 'env DICOMRUN_RECEIVER_B',
      'receivers.C': 'flag --receiver',
    });
  });

  it('is said for all of them by DICOMRUN_RECEIVER_HOST and _PORT', () => {
    const env = { DICOMRUN_RECEIVER_HOST: '0.0.0.0', DICOMRUN_RECEIVER_PORT: '11113' };
    expect(resolve({ env }).everyReceiver).toEqual({ host: '0.0.0.0', port: 11113 });
  });

  it.each(['A', '=11113', 'A=', 'A=host', 'A=70000', 'A=host:port', `${'A'.repeat(17)}=1`])(
    'refuses --receiver %s',
    (receiver) => {
      const said = messages({ flags: { receiver: [receiver] } });
      expect(said.join()).toMatch(/--receiver/);
    },
  );

  it('names what is wrong in a configuration file', () => {
    const value = { receivers: { A: { prot: 11113 }, B: { port: 'x' } } };
    const said = messages({ configFile: { name: 'dicomrun.config.ts', value } });
    expect(said.join('\n')).toMatch(/prot/);
    expect(said.join('\n')).toMatch(/receivers\.B\.port/);
  });
});
