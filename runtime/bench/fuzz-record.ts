// node dist/runtime/bench/fuzz-record.js
// Records what real peers say, as the streams that the fuzzer damages: DCMTK's clients against
// Orthanc and DCMTK's own servers (requests), and those servers' answers to our requestor
// (responses). Written to runtime/tests/corpus as hex.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileMeta } from '../dicom/file/part10.ts';
import { compileEdits } from '../dicom/edit/edits.ts';
import { patchHeader } from '../dicom/edit/header-patch.ts';
import { CORPUS } from './fuzz-run.ts';
import { CT, Requestor } from './fuzz-wire.ts';
import { startOrthanc, startQrscp, startStorescp, type Peer } from '../tests/peers.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const HOST = '127.0.0.1';
const QUIET_MS = 400;

function writeStream(name: string, what: string, bytes: Buffer): void {
  const lines = bytes.toString('hex').match(/.{1,64}/g) ?? [];
  writeFileSync(join(CORPUS, `${name}.hex`), `# ${what}\n${lines.join('\n')}\n`);
  process.stdout.write(`${name}: ${bytes.length} bytes\n`);
}

/** A small CT instance as a file. */
function writeInstance(file: string): void {
  const uid = '2.25.4242424242';
  const attributes = {
    SOPClassUID: CT,
    SOPInstanceUID: `${uid}.3`,
    StudyInstanceUID: `${uid}.1`,
    SeriesInstanceUID: `${uid}.2`,
    StudyDate: '20260102',
    StudyID: '1',
    Modality: 'CT',
    PatientName: 'DICOMRUN^TEST',
    PatientID: 'P1',
  };
  const header = patchHeader(Buffer.alloc(0), EXPLICIT, compileEdits(attributes));
  const pixels = Buffer.from('e07f10004f57000008000000' + '0102030405060708', 'hex');
  writeFileSync(file, Buffer.concat([fileMeta(CT, `${uid}.3`, EXPLICIT), header, pixels]));
}

/** What a client of DCMTK sends, through a relay in front of the peer. */
async function requestsOf(
  peer: Peer,
  client: (port: number) => readonly [string, ...string[]],
): Promise<Buffer> {
  const sent: Buffer[] = [];
  const relay = createServer((socket) => {
    const onward = connect(peer.port, HOST);
    socket.on('data', (chunk: Buffer) => sent.push(chunk));
    for (const end of [socket, onward]) end.on('error', () => end.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, HOST, resolve));
  const [command, ...args] = client((relay.address() as AddressInfo).port);
  await new Promise((resolve) => execFile(command, args, resolve));
  await new Promise((resolve) => relay.close(resolve));
  return Buffer.concat(sent);
}

/** What a peer answers to one of everything that our requestor asks for. */
async function responsesOf(peer: Peer): Promise<Buffer> {
  const requestor = new Requestor();
  const socket: Socket = connect(peer.port, HOST);
  const received: Buffer[] = [];
  let last = performance.now();
  socket.on('data', (chunk: Buffer) => {
    received.push(Buffer.from(chunk));
    last = performance.now();
    requestor.feed(chunk);
  });
  socket.on('error', () => socket.destroy());
  requestor.paper.onWritten = (bytes) => void socket.write(bytes);
  requestor.start();
  const quiet = async (): Promise<void> => {
    last = performance.now();
    while (performance.now() - last < QUIET_MS) await delay(20);
  };
  await quiet();
  requestor.endpoint.release();
  await quiet();
  socket.destroy();
  return Buffer.concat(received);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dicomrun-corpus-'));
  const file = join(folder, 'ct.dcm');
  writeInstance(file);
  const peers = [await startOrthanc(), await startQrscp(), await startStorescp()] as const;
  const [orthanc, qrscp, storescp] = peers;
  const to = (port: number): string[] => ['-aec', 'QRSCP', HOST, String(port)];
  const keys = ['-k', 'QueryRetrieveLevel=STUDY', '-k', 'StudyInstanceUID', '-k', 'PatientName'];
  try {
    const clients: Readonly<Record<string, (port: number) => [string, ...string[]]>> = {
      echoscu: (port) => ['echoscu', '--repeat', '2', ...to(port)],
      storescu: (port) => ['storescu', ...to(port), file],
      findscu: (port) => ['findscu', '-S', ...keys, ...to(port)],
      getscu: (port) => ['getscu', '-S', ...keys.slice(0, 2), '-k', 'StudyInstanceUID=2.25.4242424242.1', '-od', folder, ...to(port)],
      movescu: (port) => ['movescu', '-S', '-aem', 'NOBODY', ...keys.slice(0, 2), '-k', 'StudyInstanceUID=2.25.4242424242.1', ...to(port)],
    }; // prettier-ignore
    for (const [name, client] of Object.entries(clients)) {
      const bytes = await requestsOf(name === 'getscu' ? orthanc : qrscp, client);
      writeStream(`requests-${name}`, `What ${name} (DCMTK 3.6.7) sends.`, bytes);
      if (name === 'storescu') await requestsOf(orthanc, client);
    }
    writeStream('responses-orthanc', 'What Orthanc answers.', await responsesOf(orthanc));
    writeStream('responses-dcmqrscp', 'What dcmqrscp answers.', await responsesOf(qrscp));
    writeStream('responses-storescp', 'What storescp answers.', await responsesOf(storescp));
  } finally {
    for (const peer of peers) await peer.stop();
    rmSync(folder, { recursive: true });
  }
}

await main();
