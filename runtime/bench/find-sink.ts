// The least that answers QIDO-RS: the same 2 KB to whoever asks. Each client has a port of its own, and only
// one of them has its turn: what the others ask is answered when theirs comes, so that clients which live
// long can be measured within the same seconds. Prints the ports; a line of stdin says whose turn it is from
// now on (-1 nobody's), and is answered by how many requests of each were answered so far.
//   node find-sink.js CLIENTS
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { readShared } from '../dicom/ul/socket/shared-read.ts';
import { writeWhole } from '../dicom/ul/socket/whole-write.ts';

interface Client {
  answered: number;
  readonly waiting: Socket[];
}

const UID = '2.25.316493478231786431964312';
/** What an archive says of a study's instance. */
const instance = (n: number) => ({
  '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
  '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.4'] },
  '00080018': { vr: 'UI', Value: [`${UID}.1.${n}`] },
  '00080056': { vr: 'CS', Value: ['ONLINE'] },
  '00081190': { vr: 'UR', Value: [`http://127.0.0.1/studies/${UID}/instances/${n}`] },
  '0020000D': { vr: 'UI', Value: [UID] },
  '0020000E': { vr: 'UI', Value: [`${UID}.1`] },
  '00200013': { vr: 'IS', Value: [n] },
});
const body = JSON.stringify([1, 2, 3, 4].map(instance));
const head = `HTTP/1.1 200 OK\r\ncontent-type: application/dicom+json\r\ncontent-length: ${body.length}\r\n\r\n`;
const ANSWER = Buffer.from(head + body);
const END = Buffer.from('\r\n\r\n');
const NOTHING = (): void => undefined;

const clients = Array.from({ length: Number(process.argv[2] ?? 1) }, (): Client => {
  return { answered: 0, waiting: [] };
});
let turn = -1;

function answer(client: Client, socket: Socket): void {
  client.answered++;
  writeWhole(socket, ANSWER, NOTHING);
}

function serve(client: Client, at: number, socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  readShared(socket, (buffer, end) => {
    // A request without a body ends with its head.
    if (buffer.compare(END, 0, 4, end - 4, end) !== 0) return true;
    if (at === turn) answer(client, socket);
    else client.waiting.push(socket);
    return true;
  });
}

const ports = clients.map(async (client, at) => {
  const server = createServer((socket) => serve(client, at, socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
});
console.log((await Promise.all(ports)).join(' '));
createInterface({ input: process.stdin }).on('line', (line) => {
  turn = Number(line);
  console.log(clients.map(({ answered }) => answered).join(' '));
  const client = clients[turn];
  for (const socket of client?.waiting.splice(0) ?? []) if (client) answer(client, socket);
});
process.on('SIGTERM', () => process.exit(0));
