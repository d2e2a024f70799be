// Router, archive and sink as services: DCMTK sends, the next one gets it, `/metrics` says so.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { serveArchive, serveRouter, serveSink } from '../acceptors/serve.ts';
import type { Served } from '../acceptors/serve.ts';
import { anyPortFree, dumpToFile, requirePeer } from './peers.ts';

const HOST = '127.0.0.1';
const ROOT = '1.2.826.0.1.3680043.2.1143';
const open: Served[] = [];

async function opened(service: Promise<Served>): Promise<Served> {
  const served = await service;
  open.push(served);
  return served;
}

afterEach(async () => {
  for (const served of open.splice(0)) await served.close();
});

const dump = (n: number, modality: string): string => `(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [${ROOT}.7.${n}]
(0008,0060) CS [${modality}]
(0010,0010) PN [DICOMRUN^TEST]
(0010,0020) LO [T1]
(0020,000D) UI [${ROOT}.7]
(0020,000E) UI [${ROOT}.7.0]
(0028,0010) US 2
(0028,0011) US 2
(7FE0,0010) OB 01\\02\\03\\04
`;

async function until(what: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!what() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
}

describe.skipIf(!requirePeer('storescu', 'findscu', 'dump2dcm'))('serve', () => {
  const env = { ...process.env, TCP_NODELAY: '1' };
  const call = async (command: string, ...args: string[]): Promise<string> => {
    const { stdout, stderr } = await promisify(execFile)(command, args, { env });
    return stdout + stderr;
  };

  async function send(port: number, aet: string, modalities: readonly string[]): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'dicomrun-serve-'));
    const files: string[] = [];
    for (const [at, modality] of modalities.entries()) {
      const file = join(folder, `${at}.dcm`);
      await dumpToFile(dump(at + 1, modality), file);
      files.push(file);
    }
    await call('storescu', '-v', '-aec', aet, HOST, String(port), ...files);
    await rm(folder, { recursive: true });
  }

  it('a router sorts by modality between an archive and a sink, and counts its pool', async () => {
    const archive = await opened(serveArchive({ aets: ['ARCHIVE'] }, { port: 0 }));
    const sink = await opened(serveSink({}, { port: 0 }));
    const spec = {
      destinations: {
        archive: { host: HOST, port: archive.port, calledAET: 'ARCHIVE' },
        sink: { host: HOST, port: sink.port, calledAET: 'ANY' },
      },
      routes: [
        { modality: 'ES', to: ['archive'] },
        { otherwise: true, to: ['sink'] },
      ],
      rules: [{ when: { Modality: 'ES' }, set: { StudyDescription: 'Scope' } }],
    };
    const router = await opened(serveRouter(spec, { port: 0, metricsPort: 0 }));
    await send(router.port, 'ROUTER', ['ES', 'CT', 'ES', 'US', 'ES']);
    await until(() => router.status().forwarded === 5);
    expect(archive.status()).toMatchObject({ instances: 3, held: 3 });
    expect(sink.status()).toMatchObject({ instances: 2 });
    const keys = ['-k', 'QueryRetrieveLevel=STUDY', '-k', 'StudyDescription=Scope'];
    const found = await call(
      'findscu',
      '-v',
      '-S',
      '-aec',
      'ARCHIVE',
      ...keys,
      HOST,
      String(archive.port),
    );
    expect(found).toContain('Scope');
    const response = await fetch(`http://${HOST}:${router.metricsPort}/metrics`);
    const text = await response.text();
    expect(text).toMatch(/^dicomrun_router_delivered_total\{destination="archive"\} 3$/m);
    expect(text).toMatch(/^dicomrun_router_pool_limit\{destination="sink"\} 4$/m);
    expect(text).toMatch(/^dicomrun_instances_received_total\{station="router"\} 5$/m);
    expect(text).toMatch(/^dicomrun_router_pool_reused_total\{destination="archive"\} [0-9]+$/m);
    expect((await fetch(`http://${HOST}:${router.metricsPort}/`)).status).toBe(404);
  });

  it('a router waits for a destination that is down, and keeps what it could not deliver', async () => {
    const port = await anyPortFree();
    const spec = {
      destinations: { later: { host: HOST, port, calledAET: 'LATER', lingerMs: 0 } },
      routes: [{ to: ['later'] }],
      retry: { retries: 20, backoffMs: 50, factor: 1 },
    };
    const router = await opened(serveRouter(spec, { port: 0 }));
    await send(router.port, 'ROUTER', ['CT', 'CT']);
    expect(router.status()).toMatchObject({ instances: 2, forwarded: 0, outstanding: 2 });
    const sink = await opened(serveSink({}, { port }));
    await until(() => router.status().forwarded === 2);
    expect(sink.status()).toMatchObject({ instances: 2, associations: 2 });
    await sink.close();
    const impatient = { ...spec, retry: { retries: 1, backoffMs: 10 } };
    const other = await opened(serveRouter(impatient, { port: 0 }));
    await send(other.port, 'ROUTER', ['CT']);
    await until(() => other.status().dead === 1);
    expect(other.status().lastDead).toContain('LATER@127.0.0.1');
    expect(other.status().outstanding).toBe(0);
  });

  it('a stable router sends a study when nothing of it came for a while', async () => {
    const sink = await opened(serveSink({}, { port: 0 }));
    const destinations = { sink: { host: HOST, port: sink.port, calledAET: 'SINK' } };
    const spec = {
      destinations,
      routes: [{ to: ['sink'] }],
      mode: 'stable',
      stableMs: 300,
    } as const;
    const router = await opened(serveRouter(spec, { port: 0 }));
    await send(router.port, 'ROUTER', ['CT', 'CT']);
    expect(sink.status().instances).toBe(0);
    await until(() => sink.status().instances === 2);
  });

  it('a router lets in whom it was told to', async () => {
    const spec = { destinations: {}, routes: [], allow: ['FRIEND'] };
    const router = await opened(serveRouter(spec, { port: 0 }));
    await expect(send(router.port, 'ROUTER', ['CT'])).rejects.toThrow(
      /Calling AE Title Not Recognized/i,
    );
    expect(router.status()).toMatchObject({ rejected: 1, associations: 0 });
  });

  it('a sink misbehaves as it was told to', async () => {
    const statuses = await opened(serveSink({ faults: { status: [0, 0xa700] } }, { port: 0 }));
    await expect(send(statuses.port, 'SINK', ['CT', 'CT'])).rejects.toThrow(/a700|OutOfResources/i);
    const full = await opened(serveSink({ faults: { associationLimit: 0 } }, { port: 0 }));
    await expect(send(full.port, 'SINK', ['CT'])).rejects.toThrow(/Local Limit Exceeded/i);
    const none = await opened(serveSink({ faults: { contexts: 'none' } }, { port: 0 }));
    await expect(send(none.port, 'SINK', ['CT'])).rejects.toThrow(/No Acceptable Presentation/i);
    const abort = await opened(serveSink({ faults: { abortAfter: 50 } }, { port: 0 }));
    await expect(send(abort.port, 'SINK', ['CT'])).rejects.toThrow(/Abort/i);
  });
});
