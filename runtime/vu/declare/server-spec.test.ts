import { describe, expect, it } from 'vitest';
import { serverSpec } from './server-spec.ts';

const root = 'http://10.1.2.3:8042/dicom-web';

describe('a web server of the init code', () => {
  it('is told with its hosts, those of its services and of its token among them', () => {
    expect(serverSpec({ web: true, deliversTo: 3 })).toEqual({
      ...{ usesTarget: true, hosts: [], deliversTo: 3 },
    });
    const auth = { oauth2: { tokenUrl: 'https://id.example/token' } };
    const own = { url: { search: root, store: 'http://10.9.9.9/x' }, auth };
    const spec = serverSpec({ web: true, ...own });
    expect(spec).toEqual({ usesTarget: false, hosts: ['10.9.9.9', '10.1.2.3', 'id.example'], own });
  });

  it.each(['', 'dicom-web', 'ftp://host/dicom-web', 'http://us%er@host/x', { stow: root }, 5])(
    '%j is none, and is not told: it may hold a password',
    (url) => {
      expect(() => serverSpec({ url })).toThrow('server({ url }): is no URL of a web service');
    },
  );
});
