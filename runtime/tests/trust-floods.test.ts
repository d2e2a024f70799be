// Peers that send without end, or in the smallest pieces, at whole processes in both roles: what is
// held is what came, and that has a limit.
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeCommand, readUint16 } from '../dicom/dimse/command.ts';
import { CommandField, Element } from '../dicom/dimse/elements.ts';
import { VERIFICATION_SOP_CLASS } from '../dicom/scu/requests.ts';
import { SopClass } from '../dicom/dimse/uids.ts';
import { decodePdu, encodePdu } from '../dicom/ul/pdu/pdu-codec.ts';
import { Bench } from './run-cli.ts';
import { fullRq } from './fixtures/pdu-samples.ts';
import { echo, EXPLICIT, opened } from './wire-fixture.ts';

const MB = 1e6;
const bench = new Bench('trust-floods');
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  bench.remove();
});

/** Most memory that a process ever had, bytes; 0 when it has ended. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** A P-DATA-TF PDU of `count` PDVs with the same bytes. */
function dataPdu(contextId: number, control: number, bytes: Buffer, count = 1): Buffer {
  const pdv = Buffer.alloc(6 + bytes.length);
  pdv.writeUInt32BE(bytes.length + 2, 0);
  pdv[4] = contextId;
  pdv[5] = control;
  bytes.copy(pdv, 6);
  const head = Buffer.from([4, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(pdv.length * count, 2);
  return Buffer.concat([head, ...Array.from({ length: count }, () => pdv)]);
}

/** The head of an element of a text that has no end worth the name, explicit VR. */
const ENDLESS_TEXT = Buffer.from('10000040555400000000ff7f', 'hex');

/** The same bytes again and again, as fast as they are read, until `most` or the end. */
async function pour(socket: Socket, piece: Buffer, most: number): Promise<void> {
  let wake = (): void => undefined;
  socket.on('drain', () => wake()).on('close', () => wake());
  for (let sent = 0; sent < most && !socket.destroyed; sent += piece.length) {
    if (!socket.write(piece)) await new Promise<void>((resolve) => (wake = resolve));
  }
}

/** What the peer called so does with the data set of its response. */
const FLOODS: Readonly<Record<string, (socket: Socket, contextId: number) => Promise<void>>> = {
  ENDLESS: (socket, contextId) => pour(socket, dataPdu(contextId, 0, Buffer.alloc(16_000)), 600e6),
  ONEBYTE: (socket, contextId) =>
    pour(socket, dataPdu(contextId, 0, Buffer.alloc(1, 65), 2000), 60e6),
};

/** Accepts everything; the data set of its first response floods as the AE title it is called by says. */
async function floodingPeer(): Promise<number> {
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    let called = '';
    let over = false;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (over) return;
      bytes = Buffer.concat([bytes, chunk]);
      const length = bytes.length < 6 ? Infinity : bytes.readUInt32BE(2) + 6;
      if (bytes.length < length) return;
      const body = bytes.subarray(6, length);
      if (called === '') {
        called = acceptAll(socket, body);
        bytes = bytes.subarray(length);
      } else {
        over = true;
        void answer(socket, called, body);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

function acceptAll(socket: Socket, body: Buffer): string {
  const rq = decodePdu(1, body);
  if (rq.kind !== 'A-ASSOCIATE-RQ') throw new Error(`no request: ${rq.kind}`);
  const contexts = rq.contexts.map(({ id, transferSyntaxes }) => {
    return { id, result: 0, transferSyntax: transferSyntaxes[0] ?? '' };
  });
  const user = { ...fullRq().user, roles: [], extended: [], commonExtended: [], asyncOps: null };
  const { protocolVersion, calledAET, callingAET, applicationContext } = rq;
  const same = { protocolVersion, calledAET, callingAET, applicationContext };
  socket.write(
    encodePdu({ kind: 'A-ASSOCIATE-AC', ...same, contexts, user, userIdentityResponse: null }),
  );
  return calledAET;
}

/** A response whose data set never ends. */
async function answer(socket: Socket, called: string, body: Buffer): Promise<void> {
  const contextId = body[4] ?? 0;
  const field = readUint16(body, 6, body.length, Element.COMMAND_FIELD);
  const command = encodeCommand({
    [Element.COMMAND_FIELD]: field | 0x8000,
    [Element.MESSAGE_ID_RESPONDED_TO]: readUint16(body, 6, body.length, Element.MESSAGE_ID),
    [Element.DATA_SET_TYPE]: 0,
    [Element.STATUS]: field === CommandField.C_FIND_RQ ? 0xff00 : 0,
  });
  socket.write(dataPdu(contextId, 3, command));
  await FLOODS[called]?.(socket, contextId);
}

/** A C-FIND whose identifier comes in 5,000,000 pieces, on any context that is accepted. */
async function sendSmallPieces(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const contexts = [SopClass.STUDY_ROOT_FIND, VERIFICATION_SOP_CLASS].map((abstractSyntax, i) => {
    return { id: 2 * i + 1, abstractSyntax, transferSyntaxes: [EXPLICIT] };
  });
  const user = { ...fullRq().user, roles: [], extended: [], commonExtended: [], asyncOps: null };
  socket.write(encodePdu({ ...fullRq(), contexts, user, userIdentity: null }));
  const body = await nextChunk(socket);
  const ac = decodePdu(2, body.subarray(6));
  if (ac.kind !== 'A-ASSOCIATE-AC') throw new Error(`no acceptance: ${ac.kind}`);
  const contextId = ac.contexts.find(({ result }) => result === 0)?.id ?? 0;
  const command = encodeCommand({
    [Element.AFFECTED_SOP_CLASS]: SopClass.STUDY_ROOT_FIND,
    [Element.COMMAND_FIELD]: CommandField.C_FIND_RQ,
    [Element.MESSAGE_ID]: 1,
    [Element.PRIORITY]: 0,
    [Element.DATA_SET_TYPE]: 0,
  });
  socket.write(dataPdu(contextId, 3, command));
  socket.write(dataPdu(contextId, 0, ENDLESS_TEXT));
  await pour(socket, dataPdu(contextId, 0, Buffer.alloc(1, 65), 2000), 35e6);
  socket.write(dataPdu(contextId, 2, Buffer.alloc(0)));
  await nextChunk(socket);
  socket.destroy();
}

/** What comes next; nothing where the peer hangs up instead. */
function nextChunk(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    socket.once('data', resolve);
    socket.once('error', () => undefined);
    socket.once('close', () => resolve(Buffer.alloc(0)));
  });
}

const SCRIPT = (port: number): string => `
import dicom from 'dicom';
export const options = { iterations: 1 };
const told = async (what, ask) => {
  try { await ask(); console.log(what, 'answered'); }
  catch (error) { console.log(what, error.code); }
};
export default async function () {
  for (const aet of ['ENDLESS', 'ONEBYTE']) {
    const peer = dicom.peer({ connect: aet + '@127.0.0.1:${port}', timeouts: { response: '4s' } });
    await told(aet + ' C-FIND', () => peer.find({ StudyInstanceUID: '' }));
    await told(aet + ' N-GET', async () => {
      const association = await peer.associate({ for: 'MPPS' });
      await association.getAttributes('1.2.840.10008.3.1.2.3.3', '1.2.3');
    });
  }
}
`;

describe.skipIf(process.platform !== 'linux')('data sets without end', () => {
  it('in responses end their association, at their limit', { timeout: 60_000 }, async () => {
    const port = await floodingPeer();
    const run = bench.startScript(SCRIPT(port), ['--no-preflight', '--workers', '1']);
    let peak = 0;
    const timer = setInterval(() => (peak = Math.max(peak, peakOf(run.pid))), 50);
    const { stderr } = await run.ended;
    clearInterval(timer);
    for (const service of ['C-FIND', 'N-GET']) {
      expect(stderr).toMatch(new RegExp(`ENDLESS ${service} PROTO_`));
      // Its 8 million pieces are no end either.
      expect(stderr).toMatch(new RegExp(`ONEBYTE ${service} TIMEOUT_RESPONSE`));
    }
    // 64 MiB is what one may have, twice while its buffer grows.
    expect(peak).toBeLessThan(450 * MB);
  });

  it.each(['archive', 'sink', 'router'])(
    'in requests, in pieces of a byte, to serve %s',
    { timeout: 60_000 },
    async (kind) => {
      const to = kind === 'router' ? ['--to', 'NOBODY@127.0.0.1:1'] : [];
      const station = bench.start(['serve', kind, '--port', '0', '--quiet', ...to]);
      await station.says(/:\d+/);
      const port = Number(/:(\d+)/.exec(station.stdout() + station.stderr())?.[1]);
      const before = peakOf(station.pid);
      await sendSmallPieces(port);
      const grown = peakOf(station.pid) - before;
      expect((await echo(await opened(port))).statuses).toEqual([0]);
      station.signal('SIGTERM');
      await station.ended;
      expect(grown).toBeLessThan(80 * MB);
    },
  );
});
