// DICOMweb from the command line: `serve archive --dicomweb`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place, type Running } from './cli-spawn.ts';

let place: Place;
let archive: Running;
let url: string;

beforeAll(async () => {
  place = new Place({ 'token.txt': 'T0KEN.canary\n', 'bad.txt': 'two words\n' });
  const flags = ['--dicomweb', '0', '--dicomweb-token', 'token.txt', '--quiet'];
  archive = place.start(['serve', 'archive', '--port', '0', ...flags]);
  [, url = ''] = /DICOMweb on (\S+)/.exec(await archive.prints('DICOMweb on')) ?? [];
});
afterAll(async () => {
  archive.kill('SIGINT');
  await archive.done;
  place.remove();
});

describe('dicomrun serve archive --dicomweb', () => {
  it('answers who shows the token, and says nothing of it', async () => {
    expect((await fetch(`${url}/studies`)).status).toBe(401);
    const headers = {
      authorization: `Bearer ${readFileSync(join(place.folder, 'token.txt'), 'utf8').trim()}`,
    };
    expect((await fetch(`${url}/studies`, { headers })).status).toBe(204);
    expect(await archive.says('Ctrl-C')).not.toContain('canary');
  });

  it('says what does not fit', async () => {
    const said = async (...args: readonly string[]) => (await place.run(['serve', ...args])).err;
    expect(await said('sink', '--dicomweb', '0')).toContain(
      'flag --dicomweb: is for an archive, this is a sink',
    );
    expect(await said('archive', '--dicomweb-token', 'token.txt')).toContain('--dicomweb PORT');
    const bad = ['archive', '--dicomweb', '0', '--dicomweb-token', 'bad.txt'];
    expect(await said(...bad)).toContain('bad.txt: holds no bearer token');
    const taken = new URL(url).port;
    const inUse = await said('archive', '--port', '0', '--dicomweb', taken);
    expect(inUse).toContain(`port ${taken} is in use`);
    expect(inUse).toContain('choose another with --dicomweb');
  });
});
