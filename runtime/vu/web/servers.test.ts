import { describe, expect, it } from 'vitest';
import type { VuPlan } from '../../threads/vu.ts';
import { WebServers, type ServerRequest } from './servers.ts';

const plan = (allow?: readonly string[]): VuPlan =>
  ({
    webTarget: null,
    folder: '/',
    ...(allow === undefined ? {} : { allow }),
  }) as unknown as VuPlan;

function asked(request: ServerRequest, allow?: readonly string[]): string {
  try {
    new WebServers(() => plan(allow)).numberOf(request);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('web servers of an agent that restricts its targets', () => {
  const url = 'http://10.1.2.3:8042/dicom-web';

  it('are those of --allow, by address and by network', () => {
    expect(asked({ url })).toBe('taken');
    expect(asked({ url }, ['10.1.0.0/16'])).toBe('taken');
    expect(asked({ url }, ['10.2.0.0/16'])).toBe('server 10.1.2.3: this agent may not talk to it');
  });

  it('are looked at service by service, with where a token is fetched', () => {
    const elsewhere = { search: url, store: 'http://10.9.9.9/dicom-web' };
    expect(asked({ url: elsewhere }, ['10.1.2.3'])).toContain('10.9.9.9');
    const oauth2 = { tokenUrl: 'https://id.example/token', clientId: 'a', clientSecret: 'b' };
    expect(asked({ url, auth: { oauth2 } }, ['10.1.2.3'])).toContain('server id.example');
    expect(asked({ url, auth: { oauth2 } }, ['10.1.2.3', 'id.example'])).toBe('taken');
  });
});
