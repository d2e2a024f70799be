// Large data sets through the router: on disk while they wait, as a stream on both sides.
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { serveRouter, serveSink } from '../acceptors/serve.ts';
import type { Served } from '../acceptors/serve.ts';
import type { RouterSpec } from '../acceptors/router/spec.ts';
import { readMeta } from '../dicom/file/part10.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { openAcceptor, release, Sender } from './delivery-bench.ts';
import type { Acceptor } from './delivery-bench.ts';
import { openFor, storeBytes } from './store-bytes.ts';

const HOST = '127.0.0.1';
const EXPLICIT = '1.2.840.10008.1.2.1';
const MB = 1e6;
const acceptors: Acceptor[] = [];
const served: Served[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const one of acceptors.splice(0)) await one.exit();
  for (const one of served.splice(0)) await one.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dicomrun-large-'));
  folders.push(folder);
  return folder;
}

/** Files of this process in a folder, with or without a name. */
function held(folder: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false; // the descriptor of the listing itself
    }
  }).length;
}

async function until(what: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!what() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
}

/** The SOP Instance UID, a comment of 2 or 3 bytes, then `bytes` of pixel data. */
function dataset(bytes: number, uid = '2.25.1', comment = 'ab'): Buffer {
  const short = (tag: string, vr: string, value: string): Buffer =>
    Buffer.concat([
      Buffer.from(tag, 'hex'),
      Buffer.from(vr),
      Buffer.of(value.length, 0),
      Buffer.from(value),
    ]);
  const pixels = Buffer.from('e07f10004f42000000000000', 'hex');
  pixels.writeUInt32LE(bytes, 8);
  const value = Buffer.alloc(bytes, 'the pixels of an image');
  const head = [short('08001800', 'UI', uid), short('20000040', 'LT', comment)];
  return Buffer.concat([...head, pixels, value]);
}

/** The data set in a file. */
async function contents(file: string): Promise<Buffer> {
  const bytes = await readFile(file);
  return bytes.subarray(readMeta(bytes).datasetOffset);
}

async function router(spec: Partial<RouterSpec>, sinkFolder?: string) {
  const sink = await serveSink(sinkFolder === undefined ? {} : { folder: sinkFolder }, { port: 0 });
  served.push(sink);
  const destinations = { sink: { host: HOST, port: sink.port, calledAET: 'SINK' } };
  const base = { destinations, routes: [{ otherwise: true, to: ['sink'] }], rules: [] };
  const at = await serveRouter({ ...base, ...spec }, { port: 0 });
  served.push(at);
  return { at, sink };
}

describe('the router', () => {
  it('hands on 600 MB with a rule, twice, in bounded memory', async () => {
    const pool = syntheticPool(
      { modality: 'US', rows: 1000, columns: 1000, bytes: 600 * MB },
      { id: 1, key: 'us' },
    );
    const at = await openAcceptor({
      receivers: [{ aets: ['GI_ARCHIVE'] }],
      pools: [pool],
      embedded: {
        deliver: { ANY: 0 },
        router: { rules: [{ set: { StudyDescription: 'ODD' } }], faults: { duplicate: 1 } },
      },
    });
    acceptors.push(at);
    const sender = new Sender(at, pool, 'ANY');
    const before = process.memoryUsage.rss();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
    const to = { host: HOST, port: at.embedded?.routerPort ?? 0, calledAET: 'ANY' };
    const association = await sender.open(to);
    const study = await sender.study(association, 1);
    const tags = { StudyDescription: 'ODD' };
    const question = { accepted: 1, timeoutMs: 30_000, quietMs: 0, tags };
    const delivery = await at.expect({ receiver: 0, study, ...question });
    await release(association);
    const { accounts } = await at.settle(20_000);
    clearInterval(watch);
    expect(delivery).toMatchObject({ arrived: 1, missing: 0, pixelsChanged: 0, wrongTags: 0 });
    expect(accounts).toMatchObject([{ arrived: 2, unique: 1, duplicated: 1, corrupted: 0 }]);
    expect(most - before).toBeLessThan(200 * MB);
  });

  it('forwards from disk byte for byte, header changed or not, and lets the file go', async () => {
    const [spoolFolder, sinkFolder] = [await scratch(), await scratch()];
    const rules = [{ when: { SOPInstanceUID: { re: '[35]$' } }, set: { PatientID: 'X' } }];
    const { at, sink } = await router({ spoolBytes: 1000, spoolFolder, rules }, sinkFolder);
    const association = await openFor({
      port: at.port,
      calledAET: 'ANY',
      transferSyntax: EXPLICIT,
    });
    const sent = [
      dataset(3 * MB, '2.25.1'),
      dataset(3 * MB, '2.25.3'),
      dataset(3 * MB + 1, '2.25.5', 'odd'),
    ];
    for (const [i, one] of sent.entries()) {
      const instance = { sopInstance: `2.25.${2 * i + 1}`, transferSyntax: EXPLICIT };
      expect(await storeBytes(association, one, instance)).toBe(0);
    }
    await until(() => sink.status().instances === sent.length);
    expect(await readdir(spoolFolder)).toEqual([]);
    await until(() => held(spoolFolder) === 0);
    const [folder = ''] = await readdir(sinkFolder);
    const files = (await readdir(join(sinkFolder, folder))).sort();
    const came = await Promise.all(files.map((file) => contents(join(sinkFolder, folder, file))));
    const id = Buffer.from('10002000' + '4c4f' + '0200' + '5820', 'hex'); // (0010,0020) LO "X "
    expect(came.map((one, i) => one.equals(sent[i] ?? id))).toEqual([true, false, false]);
    for (const i of [1, 2]) {
      const [before = id, after = id] = [sent[i], came[i]];
      const at = after.indexOf(id);
      const without = Buffer.concat([after.subarray(0, at), after.subarray(at + id.length)]);
      expect(without.equals(before)).toBe(true);
    }
    expect(at.status()).toMatchObject({ forwarded: 3, dead: 0, outstanding: 0 });
    await release(association);
  });

  it('keeps what waits on disk without a name, and lets go of it at the end', async () => {
    const spoolFolder = await scratch();
    const { at, sink } = await router({ spoolBytes: 1000, spoolFolder });
    await sink.close();
    const association = await openFor({
      port: at.port,
      calledAET: 'ANY',
      transferSyntax: EXPLICIT,
    });
    const instance = { sopInstance: '2.25.1', transferSyntax: EXPLICIT };
    expect(await storeBytes(association, dataset(MB), instance)).toBe(0);
    expect(await readdir(spoolFolder)).toEqual([]);
    expect(held(spoolFolder)).toBe(1);
    await at.close();
    await until(() => held(spoolFolder) === 0);
    association.destroy();
  });

  it('answers A700 where the disk takes nothing', async () => {
    const spoolFolder = join(await scratch(), 'not', 'there');
    const { at, sink } = await router({ spoolBytes: 1000, spoolFolder });
    const association = await openFor({
      port: at.port,
      calledAET: 'ANY',
      transferSyntax: EXPLICIT,
    });
    const instance = { sopInstance: '2.25.1', transferSyntax: EXPLICIT };
    expect(await storeBytes(association, dataset(MB), instance)).toBe(0xa700);
    expect(await storeBytes(association, dataset(100), instance)).toBe(0);
    await until(() => sink.status().instances === 1);
    await release(association);
  });
});
