// Both roles of an association in one process, without a network: bytes in, and what became of it.
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { Room } from '../dicom/collected.ts';
import { SopClass } from '../dicom/dimse/uids.ts';
import { Acceptance } from '../dicom/scp/acceptance.ts';
import { CommitmentProvider } from '../dicom/scp/commitment-provider.ts';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { FindProvider } from '../dicom/scp/find-provider.ts';
import { RetrieveProvider } from '../dicom/scp/retrieve-provider.ts';
import { answersFrom, NormalizedProvider, serviceHandler } from '../tests/wire-services.ts';
import { find } from '../dicom/scu/find.ts';
import { normalized } from '../dicom/scu/normalized.ts';
import { retrieve } from '../dicom/scu/retrieve.ts';
import { echoRequest, storeRequest, VERIFICATION_SOP_CLASS } from '../dicom/scu/requests.ts';
import { DEFAULT_TIMEOUTS } from '../dicom/ul/associate-request.ts';
import { Endpoint } from '../dicom/ul/endpoint.ts';
import { negotiatedContexts, toAssociateRq } from '../dicom/ul/negotiate.ts';
import { PendingRequest, type Reply } from '../dicom/dimse/pending.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const IMPLICIT = '1.2.840.10008.1.2';
export const CT = '1.2.840.10008.5.1.4.1.1.2';
/** (0010,0020) LO "P1", then (7FE0,0010) OW of 8 bytes. */
const DATASET = Buffer.from('100020004c4f02005031e07f10004f570000080000000102030405060708', 'hex');
/** Shorter than the pauses of the fuzz: something is due in the middle of everything. */
const SHORT = { ...DEFAULT_TIMEOUTS, associateMs: 5, responseMs: 5, idleMs: 5, releaseMs: 5 };
const TIMEOUTS = { ...DEFAULT_TIMEOUTS, associateMs: 0, responseMs: 0, idleMs: 0, releaseMs: 0 };

/** A socket without a network: what is written to it is counted and offered to a listener. */
export class PaperSocket extends Duplex {
  written = 0;
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 1;
  onWritten: ((bytes: Buffer) => void) | null = null;

  constructor() {
    super({ emitClose: true, allowHalfOpen: false });
    this.on('error', () => undefined);
  }

  override _read(): void {
    // Bytes are handed over directly.
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.length;
    this.onWritten?.(chunk);
    done();
  }
  resetAndDestroy(): this {
    return this.destroy();
  }
  destroySoon(): void {
    this.end(() => this.destroy());
  }
  setNoDelay(): this {
    return this;
  }
  get socket(): Socket {
    return this as unknown as Socket;
  }
}

const RECORDS = Array.from({ length: 5 }, (_, i) => ({
  StudyInstanceUID: `2.25.${i}`,
  PatientName: 'DICOMRUN^TEST',
  PatientID: `P${i}`,
}));
const HANDLER = {
  onAssociate: ({ rq }: { rq: Parameters<typeof negotiateContexts>[0] }) => ({
    kind: 'accept' as const,
    contexts: negotiateContexts(rq),
  }),
  ...serviceHandler({
    find: new FindProvider({ records: answersFrom(RECORDS) }),
    retrieve: new RetrieveProvider({ instances: () => [], destination: () => null }),
    normalized: new NormalizedProvider({ limit: 100 }),
    commitment: new CommitmentProvider({ judge: () => 0, reportTo: () => null }),
    store: { onStoreEnd: () => 0 },
  }),
};

/** An acceptor with every service, and its socket. */
export function acceptor(impatient = false): { socket: PaperSocket; feed(bytes: Buffer): void } {
  const paper = new PaperSocket();
  const acceptance = new Acceptance(paper.socket, HANDLER, {
    timeouts: impatient ? SHORT : TIMEOUTS,
    open: () => 0,
    tls: false,
    room: new Room(1_048_576),
  });
  acceptance.start();
  return { socket: paper, feed: (bytes) => void paper.emit('data', bytes) };
}

const RQ = toAssociateRq({
  host: '',
  port: 0,
  calledAET: 'QRSCP',
  callingAET: 'SCU',
  asyncOps: { invoked: 8, performed: 8 },
  contexts: [
    VERIFICATION_SOP_CLASS,
    CT,
    SopClass.STUDY_ROOT_FIND,
    SopClass.STUDY_ROOT_GET,
    SopClass.MPPS,
  ].map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: [EXPLICIT, IMPLICIT] })),
});

class Asked extends PendingRequest {
  readonly settled: () => void;
  constructor(settled: () => void) {
    super();
    this.settled = settled;
  }
  onReply(reply: Reply): void {
    if (!reply.pending) this.settled();
  }
  onFailure(): void {
    this.settled();
  }
}

/** A requestor that asks for one of everything as soon as it is accepted. */
export class Requestor {
  readonly paper = new PaperSocket();
  readonly endpoint: Endpoint;
  open = 0;
  delivered = 0;
  answers = 0;

  constructor(impatient = false) {
    const endpoint = new Endpoint(
      'requestor',
      this.paper.socket,
      {
        onAnswer: (_endpoint, answer) => {
          this.answers++;
          if (answer.kind !== 'A-ASSOCIATE-AC') return;
          const maxPdu = Math.max(8, answer.user.maxPdu ?? 16_384);
          endpoint.establish({ contexts: negotiatedContexts(RQ, answer), maxPdu, window: 8 });
          this.#askAll();
        },
      },
      impatient ? SHORT : TIMEOUTS,
    );
    this.endpoint = endpoint;
    endpoint.limitPdu(131_072);
  }

  start(): void {
    this.endpoint.associate(RQ);
  }

  feed(bytes: Buffer): void {
    this.endpoint.receive(bytes, 0, bytes.length);
  }

  #asked(): () => void {
    this.open++;
    let once = false;
    return () => {
      if (once) throw new Error('an operation was settled twice');
      once = true;
      this.open--;
    };
  }

  #askAll(): void {
    const { endpoint } = this;
    const { maxPdu } = endpoint;
    const echo = endpoint.contextFor(VERIFICATION_SOP_CLASS, '');
    if (echo > 0) endpoint.send(echoRequest(echo, maxPdu), new Asked(this.#asked()));
    const store = endpoint.contextFor(CT, EXPLICIT);
    const command = { sopClass: CT, sopInstance: '1.2.3' };
    if (store > 0) {
      endpoint.send(storeRequest(store, maxPdu, command, DATASET), new Asked(this.#asked()));
    }
    const keys = { StudyInstanceUID: '', PatientName: '' };
    if (endpoint.contextFor(SopClass.STUDY_ROOT_FIND, '') > 0) {
      const onMatch = (): number => this.delivered++;
      find(endpoint, { level: 'STUDY', keys }, { onMatch, onDone: this.#asked() });
    }
    if (endpoint.contextFor(SopClass.STUDY_ROOT_GET, '') > 0) {
      retrieve(endpoint, { level: 'STUDY', keys }, { onDone: this.#asked() });
    }
    const sopClass = SopClass.MPPS;
    if (endpoint.contextFor(sopClass, '') > 0) {
      const attributes = { PerformedProcedureStepStatus: 'IN PROGRESS' };
      const request = { service: 'N-CREATE' as const, sopClass, sopInstance: '1.2.4', attributes };
      normalized(endpoint, request, this.#asked());
    }
  }
}

/** Both roles against each other, and what each of them sent: the streams to damage. */
export async function recordStreams(): Promise<{ requests: Buffer; responses: Buffer }> {
  const requestor = new Requestor();
  const station = acceptor();
  const [requests, responses]: [Buffer[], Buffer[]] = [[], []];
  requestor.paper.onWritten = (bytes) => {
    requests.push(Buffer.from(bytes));
    queueMicrotask(() => station.feed(Buffer.from(bytes)));
  };
  station.socket.onWritten = (bytes) => {
    responses.push(Buffer.from(bytes));
    queueMicrotask(() => requestor.feed(Buffer.from(bytes)));
  };
  requestor.start();
  await new Promise((resolve) => setTimeout(resolve, 30));
  requestor.endpoint.release();
  await new Promise((resolve) => setTimeout(resolve, 30));
  return { requests: Buffer.concat(requests), responses: Buffer.concat(responses) };
}
