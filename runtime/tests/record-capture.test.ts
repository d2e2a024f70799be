// `dicomrun record --pcap`: a capture of the traffic says what the forwarder said of it.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { RecordedAssociation, RecordedOperation } from '../recording/format.ts';
import { Place } from './cli-spawn.ts';
import { dumpToFile, startStorescp } from './peers/dcmtk.ts';
import { anyPortFree, HOST, requirePeer } from './peers/process.ts';

const command = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const UID = '1.2.826.0.1.3680043.9999.77';
const DUMP = `(0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
(0008,0018) UI [${UID}.3]
(0020,000d) UI [${UID}.1]
(0020,000e) UI [${UID}.2]
(0028,0010) US 512
(0028,0011) US 512
(7fe0,0010) OB 01\\02\\03\\04
`;

function linesOf(folder: string): RecordedAssociation[] {
  const lines = readFileSync(join(folder, 'traffic.jsonl'), 'utf8').trimEnd().split('\n').slice(1);
  return lines.map((line) => JSON.parse(line) as RecordedAssociation);
}

/** A line without its times and digests, which differ. */
function timeless(line: RecordedAssociation): object {
  const ofOperation = (operation: RecordedOperation): object => ({
    ...operation,
    at: 0,
    sending: 0,
    waiting: operation.waiting === null ? null : 0,
    study: typeof operation.study,
    series: typeof operation.series,
    instance: typeof operation.instance,
  });
  const operations = line.operations.map(ofOperation);
  return { ...line, at: 0, ms: 0, associating: line.associating === null ? null : 0, operations };
}

/** Of every operation, ms from the start of the association. */
function offsets(lines: readonly RecordedAssociation[]): number[] {
  return lines.flatMap(({ operations }) => operations.map(({ at }) => at));
}

const hasPeers = requirePeer('tcpdump', 'tshark', 'storescu', 'storescp', 'echoscu', 'dump2dcm');

describe.skipIf(!hasPeers || !isRoot)('a recording of a capture', () => {
  const place = new Place();
  const dumps: ChildProcess[] = [];
  afterAll(() => {
    for (const dump of dumps) dump.kill('SIGKILL');
    place.remove();
  });

  it('is what the forwarder writes of the same traffic', async () => {
    const image = join(place.folder, 'image.dcm');
    await dumpToFile(DUMP, image);
    const behind = await startStorescp();
    const port = String(await anyPortFree());
    const pcap = join(place.folder, 'traffic.pcap');
    const dump = spawn('tcpdump', [
      '-i',
      'lo',
      '--immediate-mode',
      '-U',
      '-w',
      pcap,
      `tcp port ${port}`,
    ]);
    dumps.push(dump);
    let said = '';
    dump.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await expect.poll(() => said, { timeout: 10_000 }).toContain('listening on');
    const to = ['--to', `STORESCP@${HOST}:${behind.port}`];
    const running = place.start(['record', '--listen', port, ...to, '--out', 'forwarded']);
    await running.says('Ctrl-C ends it');
    for (let i = 0; i < 3; i++) {
      await command('echoscu', ['-aet', 'CT1', HOST, port]);
      await command('storescu', ['-aet', `MR${i}`, '-aec', 'X', HOST, port, image, image]);
    }
    await command('storescu', ['--abort', '-aec', 'X', HOST, port, image]).catch(() => undefined);
    running.kill('SIGINT');
    expect((await running.done).code).toBe(0);
    // Nobody listens any more: the last thing that the capture must have.
    await command('echoscu', [HOST, port]).catch(() => undefined);
    const last = ['-r', pcap, '-Y', 'tcp.flags==0x014', '-T', 'fields', '-e', 'frame.number'];
    const hasLast = async (): Promise<string> =>
      (await command('tshark', last).catch(() => ({ stdout: '' }))).stdout;
    await expect.poll(hasLast, { timeout: 20_000, interval: 200 }).not.toBe('');
    dump.kill('SIGINT');
    await once(dump, 'close');

    const { code, out, err } = await place.run([
      ...['record', '--pcap', 'traffic.pcap', '--port', port, '--out', 'captured'],
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('captured: 8 associations written\n');
    const forwarded = linesOf(join(place.folder, 'forwarded'));
    const captured = linesOf(join(place.folder, 'captured'));
    expect(captured.pop()).toMatchObject({ end: 'unreachable', endedBy: 'acceptor' });
    expect(captured.map(timeless)).toEqual(forwarded.map(timeless));
    const seen = offsets(forwarded);
    const differences = offsets(captured).map((at, i) => Math.abs(at - (seen[i] ?? 0)));
    const sorted = [...differences].sort((a, b) => a - b);
    const told = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((ms) => ms?.toFixed(2));
    process.stderr.write(`times differ by ${told[0]} ms at the median, ${told[1]} ms at most\n`);
    // How soon a busy machine gets to read a packet is not what is asked here.
    expect(Math.max(...differences)).toBeLessThan(500);
    const inspected = await place.run(['inspect', 'captured/replay.ts']);
    expect([inspected.code, inspected.err]).toEqual([0, '']);

    // A file that was cut short is read as far as it goes.
    const bytes = readFileSync(pcap);
    writeFileSync(join(place.folder, 'short.pcap'), bytes.subarray(0, bytes.length - 10));
    const short = ['record', '--pcap', 'short.pcap', '--port', port, '--out', 'short'];
    const cut = await place.run(short);
    expect(cut.code).toBe(0);
    expect(cut.err).toMatch(/warn: short\.pcap is read up to here: .*cut short/);
    await behind.stop();
  });

  it('says what is missing', async () => {
    const none = ['record', '--pcap', 'none.pcap', '--out', 'none'];
    const run = async (...more: string[]): Promise<unknown> => {
      const { code, err } = await place.run([...none, ...more]);
      return [code, err];
    };
    expect(await run()).toEqual([
      104,
      'error: flag --port is missing\n  try: --pcap FILE --port 104\n',
    ]);
    expect(await run('--port', '104')).toEqual([104, 'error: none.pcap does not exist\n']);
    expect(await run('--port', '104', '--for', '1h')).toEqual([
      104,
      'error: flag --for: a capture is read, nothing is forwarded\n',
    ]);
    place.write('none.pcap', 'no capture');
    const without = [...none, '--port', '104'];
    const { err: said } = await place.run(without, { PATH: place.folder });
    expect(said).toBe(
      'error: tshark is not there: it reads captures\n  try: install Wireshark or tshark\n',
    );
    const [code, err] = (await run('--port', '104')) as [number, string];
    expect(code).toBe(104);
    expect(err).toMatch(/^error: none\.pcap: /);
  });
});
