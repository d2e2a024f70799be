// Peers that break the rules, in both roles: bounded memory and time, a typed end, everybody else
// unharmed. The long run is `node --expose-gc dist/runtime/bench/fuzz.js --record`.
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Chance, mutated } from '../bench/fuzz-mutate.ts';
import { acceptor, recordStreams, Requestor } from '../bench/fuzz-wire.ts';
import { CORPUS } from '../bench/fuzz-run.ts';
import { fuzz } from '../bench/fuzz.ts';
import { expectLongRun } from './fuzz-record.ts';
import { echoRequest, VERIFICATION_SOP_CLASS } from '../dicom/scu/requests.ts';
import { InstanceReceiver } from '../dicom/scu/receive.ts';
import { storeCommand } from '../dicom/scu/store-command.ts';
import { frameMessage } from '../dicom/ul/pdu/frame.ts';
import { propose, retrieved } from './wire-calls.ts';
import { encodePdu } from '../dicom/ul/pdu/pdu-codec.ts';
import { fullRq } from './fixtures/pdu-samples.ts';
import { associate } from '../dicom/ul/associate.ts';
import { FindProvider } from '../dicom/scp/find-provider.ts';
import { serviceHandler } from './wire-services.ts';
import { SopClass } from '../dicom/dimse/uids.ts';
import {
  acceptBytes,
  Call,
  closed,
  closeServers,
  CONTEXTS,
  CT,
  echo,
  EXPLICIT,
  open,
  opened,
  rawServer,
  serve,
} from './wire-fixture.ts';

afterEach(closeServers);

const turn = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const pdv = (control: number, bytes: Buffer, context = 1): Buffer => {
  const head = Buffer.alloc(12);
  head[0] = 4;
  head.writeUInt32BE(bytes.length + 6, 2);
  head.writeUInt32BE(bytes.length + 2, 6);
  head[10] = context;
  head[11] = control;
  return Buffer.concat([head, bytes]);
};

describe('damaged input', () => {
  it('from a seed is the same everywhere', () => {
    const streams = [Buffer.from('0123456789'.repeat(20))];
    const once = mutated(streams, new Chance(42));
    expect(mutated(streams, new Chance(42))).toEqual(once);
    expect(once.toString('hex', 0, 8)).toMatchInlineSnapshot(`"3031323334353637"`);
  });

  it('crashes, hangs and leaks nothing, in either role, whole, in pieces, with pauses', async () => {
    const { problems, inputs, endings } = await fuzz({ inputs: 6_000, seconds: 100, seed: 13 });
    expect(problems).toEqual([]);
    expect(inputs).toBe(6_000);
    expect(Object.keys(endings).length).toBeGreaterThan(4);
  }, 120_000);

  it('the long run on record: a million inputs, no crash, no hang, growth below 20 MB', () => {
    expectLongRun(CORPUS);
  });

  it('cut at every byte, and then silence or a reset, ends in a typed failure', async () => {
    const { requests, responses } = await recordStreams();
    for (let at = 0; at < Math.max(requests.length, responses.length); at++) {
      const requestor = new Requestor();
      requestor.start();
      requestor.feed(responses.subarray(0, at));
      requestor.paper.destroy(at % 2 === 0 ? undefined : new Error('reset'));
      const station = acceptor();
      station.feed(requests.subarray(0, at));
      station.socket.destroy();
      await turn();
      expect(requestor.endpoint.closedBy, `after ${at} bytes`).not.toBeNull();
      expect(requestor.open).toBe(0);
      expect(requestor.answers).toBe(1);
    }
  });
});

describe('lengths and floods', () => {
  it.each([
    ['P-DATA-TF of 4 GiB', Buffer.from('0400ffffffff', 'hex')],
    ['PDV of 4 GiB', Buffer.from('040000001000fffffff00103', 'hex')],
    ['A-ASSOCIATE-RQ of 4 GiB', Buffer.from('0100ffffffff', 'hex')],
    ['A-ABORT of 2 GiB', Buffer.from('07007fffffff', 'hex')],
    ['PDU of no known type', Buffer.from('ff0000000004', 'hex')],
  ])('a %s is refused by its header', async (_name, bytes) => {
    for (const before of [Buffer.alloc(0), encodePdu(fullRq())]) {
      const { socket, feed } = acceptor();
      const held = process.memoryUsage().arrayBuffers;
      feed(Buffer.concat([before, bytes]));
      await turn();
      expect(process.memoryUsage().arrayBuffers - held).toBeLessThan(1e6);
      expect(socket.written).toBeGreaterThan(0);
    }
  });

  it('a command set without end is refused before it fills the memory', async () => {
    const { requests } = await recordStreams();
    const rq = requests.subarray(0, 6 + requests.readUInt32BE(2));
    for (const control of [1, 0]) {
      const { socket, feed } = acceptor();
      feed(rq);
      const { written } = socket;
      const before = process.memoryUsage();
      const piece = pdv(control, Buffer.alloc(60_000));
      for (let i = 0; i < 5_000; i++) feed(piece);
      await turn();
      const after = process.memoryUsage();
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(80e6);
      // A-ABORT.
      expect(socket.written - written).toBe(10);
    }
  });

  it.each([0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff])(
    'a peer that takes PDUs of %i bytes is sent what fits',
    async (maxPdu) => {
      const port = await serve({}, { associateMs: 300 });
      const association = await opened(port, { maxPdu: 16_384 });
      expect((await echo(association)).statuses).toEqual([0]);
      const huge = await rawServer((socket, chunk) => {
        if (chunk === 0) socket.write(acceptBytes(maxPdu));
        else socket.write(Buffer.from('070000000004000000000000', 'hex'));
      });
      const other = await opened(huge);
      expect((await echo(other)).failure).toMatchObject({ kind: 'aborted' });
      const { socket, feed } = acceptor();
      feed(encodePdu({ ...fullRq(), user: { ...fullRq().user, maxPdu } }));
      const message = echoRequest(1, 16_384);
      feed(Buffer.concat([message.head]));
      expect(socket.written).toBeGreaterThan(100);
    },
  );

  it('an answer "pending" where there is none settles the operation once', async () => {
    const { responses } = await recordStreams();
    const requestor = new Requestor();
    requestor.start();
    // Every status 0000 becomes FF00.
    const status = Buffer.from('000000090200000000 00'.replace(' ', ''), 'hex');
    const bytes = Buffer.from(responses);
    for (let at = bytes.indexOf(status); at >= 0; at = bytes.indexOf(status, at + 1)) {
      bytes.writeUInt16LE(0xff00, at + 8);
    }
    requestor.feed(bytes);
    requestor.paper.destroy();
    await turn();
    expect(requestor.open).toBe(0);
  });

  it('a query that no response can answer is refused, and the server goes on', async () => {
    const find = new FindProvider({ records: () => [{ PatientID: 'P1' }] });
    const port = await serve(serviceHandler({ find }), { associateMs: 300 });
    const contexts = [
      { abstractSyntax: SopClass.STUDY_ROOT_FIND, transferSyntaxes: [EXPLICIT] },
      ...CONTEXTS,
    ];
    const association = await opened(port, { contexts });
    const id = association.contextFor(SopClass.STUDY_ROOT_FIND, EXPLICIT);
    const { storeRequest } = await import('../dicom/scu/requests.ts');
    // (0000,0010) LO as a return key; sent as C-FIND by its command field.
    const keys = Buffer.from('000010004c4f0000', 'hex');
    const message = storeRequest(
      id,
      association.maxPdu,
      { sopClass: SopClass.STUDY_ROOT_FIND, sopInstance: '1.2' },
      keys,
    );
    const field = message.head.indexOf(Buffer.from('0000000102000000', 'hex'));
    message.head.writeUInt16LE(0x0020, field + 8);
    Object.assign(message, { commandField: 0x0020 });
    const call = new Call();
    association.send(message, call);
    await call.done;
    expect(call.statuses[0]).toBeGreaterThanOrEqual(0x0110);
    expect((await echo(association)).statuses).toEqual([0]);
  });
});

describe('slow and silent peers', () => {
  const quick = { associateMs: 150, responseMs: 150, releaseMs: 150, idleMs: 150 };

  it('one that never answers ends every phase by its own timeout', async () => {
    const silent = await rawServer(() => undefined);
    expect(await open(silent, { timeouts: quick })).toMatchObject({
      kind: 'timeout',
      phase: 'associate',
    });
    const afterAccept = await rawServer((socket, chunk) => {
      if (chunk === 0) socket.write(acceptBytes());
    });
    const association = await opened(afterAccept, { timeouts: quick });
    expect((await echo(association)).failure).toMatchObject({ kind: 'timeout', phase: 'response' });
  });

  it('one that drips a byte at a time does not hold an association open for ever', async () => {
    const answer = acceptBytes();
    const timers: NodeJS.Timeout[] = [];
    const dripping = await rawServer((socket, chunk) => {
      if (chunk > 0) return;
      let at = 0;
      timers.push(setInterval(() => void socket.write(answer.subarray(at, ++at)), 40));
    });
    const outcome = await open(dripping, { timeouts: quick });
    timers.forEach(clearInterval);
    expect(outcome).toMatchObject({ kind: 'timeout', phase: 'associate' });
  });

  it('sub-operations of a C-GET that drip in do not hold it open for ever', async () => {
    const command = storeCommand(CT, '1.2.3').bytes;
    const bytes = frameMessage(3, 16_384, command, Buffer.alloc(400));
    const timers: NodeJS.Timeout[] = [];
    const dripping = await rawServer((socket, chunk) => {
      if (chunk === 0) socket.write(acceptBytes());
      if (chunk !== 1) return;
      // The command set at once, its data set at 25 bytes a second.
      let at = bytes.length - 400;
      socket.write(bytes.subarray(0, at));
      timers.push(setInterval(() => void socket.write(bytes.subarray(at, ++at)), 40));
    });
    const association = await opened(dripping, {
      contexts: propose(SopClass.STUDY_ROOT_GET, CT),
      roles: [{ sopClass: CT, scu: false, scp: true }],
      timeouts: { ...quick, responseMs: 400 },
    });
    association.handler = new InstanceReceiver();
    const result = await retrieved(association, {
      level: 'STUDY',
      keys: { StudyInstanceUID: '1' },
    });
    timers.forEach(clearInterval);
    expect(result.failure).toMatchObject({ kind: 'timeout', phase: 'response' });
  });

  it('a requestor that connects and says nothing is let go', async () => {
    const port = await serve({}, { associateMs: 300 });
    const socket = connect(port, '127.0.0.1');
    const started = performance.now();
    await new Promise((resolve) => socket.on('error', resolve).on('close', resolve).resume());
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('resets in every state', () => {
  it('before the answer, after it, in a request, in a release', async () => {
    for (const when of [0, 1, 2]) {
      const port = await rawServer((socket, chunk) => {
        if (chunk === when) socket.resetAndDestroy();
        else if (chunk === 0) socket.write(acceptBytes());
      });
      const outcome = await open(port);
      if (when === 0) {
        expect(outcome.kind).toBe('transport');
        continue;
      }
      if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
      const { association } = outcome;
      if (when === 1) {
        expect((await echo(association)).failure).toMatchObject({ kind: 'transport' });
      } else {
        const id = association.contextFor(VERIFICATION_SOP_CLASS, '');
        association.send(echoRequest(id, association.maxPdu), new Call());
        await turn(20);
        association.release();
        association.send(echoRequest(id, association.maxPdu), new Call());
        association.abort();
        expect(await closed(association)).toMatchObject({ kind: 'aborted', local: true });
      }
    }
  });

  it('at the moment of connecting', async () => {
    const server = createServer((socket) => socket.resetAndDestroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const outcome = await new Promise((resolve) => {
      const where = { host: '127.0.0.1', port, calledAET: 'A', callingAET: 'B' };
      associate({ ...where, contexts: CONTEXTS }, resolve);
    });
    expect(outcome).toMatchObject({ kind: 'transport' });
    await new Promise((resolve) => server.close(resolve));
  });
});
