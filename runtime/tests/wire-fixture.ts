// Both roles of the wire against each other, and against raw bytes, on loopback.
import { createServer, type Socket } from 'node:net';
import { PendingRequest, type Reply } from '../dicom/dimse/pending.ts';
import type { Failure } from '../dicom/errors.ts';
import type { AcceptorHandler, Listening } from '../dicom/scp/acceptor-types.ts';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { listen } from '../dicom/scp/server.ts';
import { echoRequest, storeRequest, VERIFICATION_SOP_CLASS } from '../dicom/scu/requests.ts';
import { type AssociateOutcome, associate } from '../dicom/ul/associate.ts';
import type { AssociateRequest } from '../dicom/ul/associate-request.ts';
import type { Association } from '../dicom/ul/association.ts';
import { encodePdu } from '../dicom/ul/pdu/pdu-codec.ts';
import { fullRq } from './fixtures/pdu-samples.ts';

export const CT = '1.2.840.10008.5.1.4.1.1.2';
export const IMPLICIT = '1.2.840.10008.1.2';
export const EXPLICIT = '1.2.840.10008.1.2.1';
export const CONTEXTS = [
  { abstractSyntax: VERIFICATION_SOP_CLASS, transferSyntaxes: [IMPLICIT] },
  { abstractSyntax: CT, transferSyntaxes: [EXPLICIT, IMPLICIT] },
];

export const servers: Listening[] = [];

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

export const ECHO: Partial<AcceptorHandler> = {
  onRequest: (association, request) => association.respond(request, { status: 0 }),
  onStoreEnd: () => 0,
};

/** One that says nothing for `associateMs` is closed (ARTIM): long, as the client may share its CPU. */
export async function serve(
  handler: Partial<AcceptorHandler> = {},
  { idleMs = 0, associateMs = 10_000 }: { idleMs?: number; associateMs?: number } = {},
): Promise<number> {
  const server = await listen({
    port: 0,
    timeouts: { idleMs, associateMs },
    handler: {
      onAssociate: ({ rq }) => ({ kind: 'accept', contexts: negotiateContexts(rq) }),
      ...ECHO,
      ...handler,
    },
  });
  servers.push(server);
  return server.port;
}

export function open(
  port: number,
  more: Partial<AssociateRequest> = {},
): Promise<AssociateOutcome> {
  return new Promise((resolve) => {
    associate(
      { host: '127.0.0.1', port, calledAET: 'SCP', callingAET: 'SCU', contexts: CONTEXTS, ...more },
      resolve,
    );
  });
}

export async function opened(
  port: number,
  more: Partial<AssociateRequest> = {},
): Promise<Association> {
  const outcome = await open(port, more);
  if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
  return outcome.association;
}

export class Call extends PendingRequest {
  readonly mayPend = true;
  statuses: number[] = [];
  data = Buffer.alloc(0);
  failure: Failure | null = null;
  readonly done: Promise<this>;
  #resolve: (self: this) => void = () => undefined;

  constructor() {
    super();
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  onReply(reply: Reply): void {
    this.statuses.push(reply.status);
    if (!reply.pending) this.#resolve(this);
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.data = Buffer.concat([this.data, buffer.subarray(start, end)]);
  }

  onFailure(failure: Failure): void {
    this.failure = failure;
    this.#resolve(this);
  }
}

export function echo(association: Association): Promise<Call> {
  const call = new Call();
  const id = association.contextFor(VERIFICATION_SOP_CLASS, '');
  association.send(echoRequest(id, association.maxPdu), call);
  return call.done;
}

export function store(
  association: Association,
  dataset: Buffer,
  fault?: Parameters<Association['send']>[2],
): Promise<Call> {
  const call = new Call();
  const id = association.contextFor(CT, EXPLICIT);
  const message = storeRequest(
    id,
    association.maxPdu,
    { sopClass: CT, sopInstance: '1.2.3' },
    dataset,
  );
  association.send(message, call, fault);
  return call.done;
}

export const release = (
  association: Association,
): Promise<{ ms: number; failure: Failure | null }> =>
  new Promise((resolve) => association.release((ms, failure) => resolve({ ms, failure })));

export const closed = (association: Association): Promise<Failure> =>
  new Promise((resolve) => {
    if (association.closedBy !== null) resolve(association.closedBy);
    else association.onClosed = (_association, why) => resolve(why);
  });

/** A peer made of bytes: answers each chunk with what the script says. */
export async function rawServer(onData: (socket: Socket, chunk: number) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let chunk = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => onData(socket, chunk++));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  servers.push({
    host: '',
    port,
    connections: 0,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
  return port;
}

export const acceptBytes = (maxPdu = 16384): Buffer =>
  encodePdu({
    kind: 'A-ASSOCIATE-AC',
    protocolVersion: 1,
    calledAET: 'SCP',
    callingAET: 'SCU',
    applicationContext: '1.2.840.10008.3.1.1.1',
    contexts: [
      { id: 1, result: 0, transferSyntax: IMPLICIT },
      { id: 3, result: 0, transferSyntax: EXPLICIT },
    ],
    user: { ...fullRq().user, maxPdu, roles: [], extended: [], commonExtended: [], asyncOps: null },
    userIdentityResponse: null,
  });
