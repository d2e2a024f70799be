// The peers themselves: each comes up, answers an independent client, and leaves nothing behind.
import { existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  dumpToFile,
  requirePeer,
  startDimseServer,
  startInfluxd,
  startOrthanc,
  startPrintScp,
  startQrscp,
  startStorescp,
  startWorklistScp,
  type Peer,
} from './peers.ts';
import { listens } from './peers/process.ts';

/** Runs a client to its end; answers what it printed. Fails when the client does. */
function client(command: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, TCP_NODELAY: '1' } });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(text))));
  });
}

const echo = (peer: { aet: string; host: string; port: number }): Promise<string> =>
  client('echoscu', '-aec', peer.aet, peer.host, String(peer.port));

async function gone(peer: Peer): Promise<void> {
  await peer.stop();
  expect(existsSync(peer.folder)).toBe(false);
  expect(await listens(peer.port)).toBe(false);
}

const IMAGE = `(0008,0005) CS [ISO_IR 100]
(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [1.2.826.0.1.3680043.2.1143.1]
(0008,0060) CS [OT]
(0010,0010) PN [DICOMRUN^TEST]
(0010,0020) LO [T1]
(0020,000D) UI [1.2.826.0.1.3680043.2.1143.2]
(0020,000E) UI [1.2.826.0.1.3680043.2.1143.3]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 2
(0028,0011) US 2
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7FE0,0010) OB 01\\02\\03\\04
`;
const ITEM = `(0010,0010) PN [DICOMRUN^TEST]
(0010,0020) LO [T1]
(0040,0100) SQ
(fffe,e000) na
(0008,0060) CS [ES]
(0040,0001) AE [ENDO]
(0040,0002) DA [20260101]
(0040,0003) TM [1000]
(fffe,e00d) na
(fffe,e0dd) na
`;

describe.skipIf(!requirePeer('storescp', 'dcmqrscp', 'wlmscpfs', 'dcmprscp', 'dump2dcm'))(
  'DCMTK peers',
  () => {
    it('storescp takes two associations at a time and shows its files', async () => {
      const peer = await startStorescp();
      const file = join(peer.folder, 'one.dcm');
      await dumpToFile(IMAGE, file);
      await Promise.all([echo(peer), echo(peer)]);
      await client('storescu', '-aec', peer.aet, peer.host, String(peer.port), file);
      expect(await peer.files()).toHaveLength(1);
      await gone(peer);
    });

    it('dcmqrscp answers a query for what is in its archive', async () => {
      const made = await startStorescp();
      const file = join(made.folder, 'one.dcm');
      await dumpToFile(IMAGE, file);
      const peer = await startQrscp({ files: [file] });
      const found = await client(
        'findscu',
        '-S',
        '-aec',
        peer.aet,
        '-k',
        'QueryRetrieveLevel=STUDY',
        '-k',
        'StudyInstanceUID',
        peer.host,
        String(peer.port),
      );
      expect(found).toContain('1.2.826.0.1.3680043.2.1143.2');
      await gone(peer);
      await gone(made);
    });

    it('wlmscpfs answers a worklist query', async () => {
      const peer = await startWorklistScp([ITEM]);
      const found = await client(
        'findscu',
        '-W',
        '-aec',
        peer.aet,
        '-k',
        'PatientName',
        '-k',
        'PatientID=T1',
        peer.host,
        String(peer.port),
      );
      expect(found).toContain('DICOMRUN^TEST');
      await gone(peer);
    });

    it('dcmprscp answers an echo', async () => {
      const peer = await startPrintScp();
      await echo(peer);
      await gone(peer);
    });

    it('the server of dcmjs-dimse stores what storescu sends', async () => {
      const made = await startStorescp();
      const file = join(made.folder, 'one.dcm');
      await dumpToFile(IMAGE, file);
      const server = await startDimseServer({ checkCalledAet: true });
      await client('storescu', '-aec', server.aet, server.host, String(server.port), file);
      await echo(server);
      expect(server.stored.map((s) => s.sopInstanceUid)).toEqual(['1.2.826.0.1.3680043.2.1143.1']);
      expect(server.stored[0]?.elements).toMatchObject({ PatientID: 'T1' });
      expect(server.echoes()).toBe(1);
      await expect(echo({ ...server, aet: 'NOBODY' })).rejects.toThrow(/Called AE Title Not/);
      await server.stop();
      await gone(made);
    });
  },
);

describe.skipIf(!requirePeer('Orthanc', 'storescu'))('Orthanc', () => {
  it('counts what it stores and runs a Lua callback', async () => {
    const sink = await startStorescp({ aet: 'SINK' });
    const file = join(sink.folder, 'one.dcm');
    await dumpToFile(IMAGE, file);
    const peer = await startOrthanc({
      modalities: { SINK: sink },
      lua: "function OnStoredInstance(id, tags, meta, origin)\n  SendToModality(id, 'SINK')\nend\n",
    });
    await client('storescu', '-aec', peer.aet, peer.host, String(peer.port), file);
    expect(await peer.counts()).toMatchObject({ studies: 1, instances: 1 });
    await expect
      .poll(() => sink.files().then((files) => files.length), { timeout: 10_000 })
      .toBe(1);
    await gone(peer);
    await gone(sink);
  });
});

describe.skipIf(!requirePeer('influxd'))('InfluxDB', () => {
  it('keeps its data over a kill, and can be paused', async () => {
    const peer = await startInfluxd();
    await peer.query('CREATE DATABASE d');
    await fetch(`${peer.url}/write?db=d`, { method: 'POST', body: 'm value=1 1000' });
    await peer.kill();
    await expect(fetch(`${peer.url}/ping`)).rejects.toThrow();
    await peer.restart();
    const [series] = await peer.query('SELECT "value" FROM "m"', 'd');
    expect(series?.values.map(([, value]) => value)).toEqual([1]);
    peer.pause();
    await expect(fetch(`${peer.url}/ping`, { signal: AbortSignal.timeout(300) })).rejects.toThrow();
    peer.resume();
    expect((await fetch(`${peer.url}/ping`)).status).toBe(204);
    await expect(peer.query('SELECT nonsense FROM')).rejects.toThrow(/InfluxDB: /);
    await gone(peer);
  });
});
