// Faults at a station that keeps files and answers by itself when they are written.
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeServers, opened, release, servers, store } from '../../tests/wire-fixture.ts';
import type { AcceptorFaults } from '../../../api/k6/simulate.ts';
import { openPorts } from './ports.ts';
import { Sink } from './sink.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dicomrun-station-'));
});
afterEach(async () => {
  await closeServers();
  rmSync(folder, { recursive: true, force: true });
});

async function sink(faults: AcceptorFaults, into = folder): Promise<number> {
  const station = new Sink({ folder: into, faults }, () => performance.now());
  const [port] = await openPorts([{ station, host: '127.0.0.1', port: 0 }]);
  if (port === undefined) throw new Error('no port');
  servers.push(port);
  return port.port;
}

/** Names of the files kept. */
function kept(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.dcm'),
  );
}

/** Files of the folder that this process has open. */
function descriptors(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

const DATASET = Buffer.alloc(50_000);

describe('a station that keeps files', () => {
  it.each([
    ['of its own', { abortAfter: DATASET.length }],
    ['of a rule', { requests: [{ abortAfter: DATASET.length }] }],
  ])(
    'aborts when so many bytes have come, the last of them, too: a fault %s',
    async (_of, faults) => {
      const association = await opened(await sink(faults));
      const { failure } = await store(association, DATASET);
      expect(failure).toMatchObject({ kind: 'aborted', local: false });
    },
  );

  it('keeps neither file nor descriptor of a store that a rule answered', async () => {
    const port = await sink({ requests: [{ service: 'C-STORE', status: [0xa700, 0xa700, 0] }] });
    const association = await opened(port);
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await store(association, DATASET)).statuses[0]);
    expect(statuses).toEqual([0xa700, 0xa700, 0, 0xa700, 0xa700, 0]);
    await release(association);
    await vi.waitFor(() => expect(kept()).toHaveLength(2));
    await vi.waitFor(() => expect(descriptors()).toEqual([]));
  });

  it('answers A700 where no folder can be made, also where mkdir never returns', async () => {
    const association = await opened(await sink({}, '/proc/dicomrun/kept'));
    expect((await store(association, DATASET)).statuses).toEqual([0xa700]);
    await release(association);
  });

  it.each([
    ['the dice', { neverAnswer: true }],
    ['a rule', { requests: [{ service: 'C-STORE', neverAnswer: true }] }],
  ])('never answers by %s, also when the file is written', async (_by, faults) => {
    const association = await opened(await sink(faults));
    const call = store(association, DATASET);
    await vi.waitFor(() => expect(kept()).toHaveLength(1));
    await vi.waitFor(() => expect(descriptors()).toEqual([]));
    const first = await Promise.race([call, new Promise((ok) => setTimeout(ok, 50, 'silence'))]);
    expect(first).toBe('silence');
    association.abort();
  });

  it.each([
    ['the dice', { delay: 60 }],
    ['a rule', { requests: [{ service: 'C-STORE', delay: 60 }] }],
    ['both', { delay: 30, requests: [{ service: 'C-STORE', delay: 30 }] }],
  ])('waits with its answer by %s', async (_by, faults) => {
    const association = await opened(await sink(faults));
    const call = await store(association, DATASET);
    expect(call.statuses).toEqual([0]);
    expect(call.firstByte - call.sendEnd).toBeGreaterThanOrEqual(55);
    await release(association);
  });
});
