import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { closeServers, opened, servers, store } from '../../tests/wire-fixture.ts';
import { openPorts } from '../stations/ports.ts';
import { Router } from './router.ts';

afterEach(closeServers);

/** Where the files are that this process has open and that have lost their names. */
function nameless(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.endsWith(' (deleted)') ? [path] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

it('a router spools into a folder relative to its specification', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-router-'));
  mkdirSync(join(folder, 'spool'));
  const router = new Router(
    {
      destinations: { gone: { host: '127.0.0.1', port: 1, calledAET: 'GONE' } },
      routes: [{ to: ['gone'] }],
      ...{ rules: [], spoolBytes: 1000, spoolFolder: 'spool' },
    },
    () => performance.now(),
    folder,
  );
  const [port] = await openPorts([{ station: router, host: '127.0.0.1', port: 0 }]);
  if (port === undefined) throw new Error('no port');
  servers.push(port);
  const association = await opened(port.port);
  expect((await store(association, Buffer.alloc(50_000))).statuses).toEqual([0]);
  const held = (): number =>
    nameless().filter((path) => path.startsWith(join(folder, 'spool'))).length;
  expect(held()).toBe(1);
  association.abort();
  router.close();
  expect(held()).toBe(0);
  rmSync(folder, { recursive: true });
});
