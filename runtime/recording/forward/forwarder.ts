// Stands between a requestor and an acceptor: what comes in on one side goes out on the other,
// unchanged and in order, while somebody looks on.
import { connect, isIP, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { DEFAULT_TIMEOUTS, type TlsOptions } from '../../dicom/ul/associate-request.ts';
import { transportFailure } from '../../dicom/ul/failures.ts';
import { resetSocket } from '../../dicom/ul/socket/reset.ts';
import { createSocketServer } from '../../dicom/ul/socket/socket-server.ts';
import { requestorTls } from '../../dicom/ul/socket/tls.ts';
import type { RecordedAssociation, RecordedEnd } from '../format.ts';
import { Disguise } from '../observe/disguise.ts';
import type { KeptInstances } from '../observe/kept-instances.ts';
import { Onlooker, type Side } from '../observe/onlooker.ts';
import { pipe } from './pipe.ts';

export interface ForwarderOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly to: { readonly host: string; readonly port: number };
  /** TLS ends here and begins here anew; without it TLS passes unread. */
  readonly tls?: { readonly inner: TlsOptions; readonly outer: TlsOptions };
  /** `performance.now()` that the offsets of all associations count from. */
  readonly startedAt: number;
  /** Where instances are kept; left out: nowhere. */
  readonly kept?: KeptInstances;
  /** A connection has ended. */
  onAssociation(association: RecordedAssociation): void;
  /** The acceptor could not be reached: why, once each. */
  onUnreachable(why: string): void;
  /** A requestor came to no end of its TLS handshake: it is no connection. */
  onTlsFailure?(why: string): void;
}

export class Forwarder {
  /** Connections so far, and those that are open. */
  connections = 0;
  readonly #options: ForwarderOptions;
  readonly #server: Server;
  readonly #open = new Set<Connection>();
  readonly #disguise = new Disguise();
  #idle: (() => void) | null = null;

  private constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#server = createSocketServer(
      {
        tls: options.tls?.inner,
        handshakeMs: DEFAULT_TIMEOUTS.tlsMs,
        onTlsFailure: ({ code, message }) => options.onTlsFailure?.(`${code}: ${message}`),
        socket: { allowHalfOpen: true, pauseOnConnect: true },
      },
      (socket) => this.#accept(socket),
    );
  }

  /** Opens the port. @throws what `listen` says of it */
  static async open(options: ForwarderOptions): Promise<Forwarder> {
    const forwarder = new Forwarder(options);
    await new Promise<void>((resolve, reject) => {
      forwarder.#server.once('error', reject);
      forwarder.#server.listen(options.listen, resolve);
    });
    return forwarder;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get open(): number {
    return this.#open.size;
  }

  /** Takes no new connections; resolves when none is open any more. */
  async drain(): Promise<void> {
    this.#server.close();
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Cuts those that are open. */
  cut(): void {
    for (const connection of [...this.#open]) connection.cut();
  }

  #accept(inner: Socket): void {
    // Before anything else: to connect takes a while, and all offsets count from here.
    const now = performance.now();
    this.connections += 1;
    const { startedAt, kept, onAssociation, onUnreachable } = this.#options;
    const outer = this.#connect();
    const onlooker = new Onlooker(startedAt, now, this.#disguise, kept ?? null);
    const connection = new Connection(inner, outer, onlooker, {
      onUnreachable,
      onOver: (association) => {
        this.#open.delete(connection);
        onAssociation(association);
        if (this.#open.size === 0) this.#idle?.();
      },
    });
    this.#open.add(connection);
  }

  #connect(): Socket {
    const { to, tls } = this.#options;
    const socket = connect({ ...to, allowHalfOpen: true, noDelay: true });
    if (tls === undefined) return socket;
    // why: a TLS socket that wraps another one can be reset
    const servername = isIP(to.host) === 0 ? { servername: to.host } : {};
    return connectTls({ ...servername, host: to.host, ...requestorTls(tls.outer), socket });
  }
}

interface ConnectionUser {
  onUnreachable(why: string): void;
  onOver(association: RecordedAssociation): void;
}

/** A connection from the requestor, and the one to the acceptor that was opened for it. */
class Connection {
  readonly #requestor: Socket;
  readonly #acceptor: Socket;
  readonly #onlooker: Onlooker;
  readonly #user: ConnectionUser;
  #end: RecordedEnd | null = null;
  #endedBy: Side | null = null;
  #connected = false;
  #left = 2;

  constructor(requestor: Socket, acceptor: Socket, onlooker: Onlooker, user: ConnectionUser) {
    this.#requestor = requestor;
    this.#acceptor = acceptor;
    this.#onlooker = onlooker;
    this.#user = user;
    this.#pipe('requestor', requestor, acceptor);
    this.#pipe('acceptor', acceptor, requestor);
    acceptor.once(acceptor instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      this.#connected = true;
      requestor.resume();
    });
    requestor.on('close', () => this.#closed());
    acceptor.on('close', () => this.#closed());
  }

  #pipe(side: Side, from: Socket, to: Socket): void {
    if (side === 'acceptor') from.once('error', (error) => this.#failed(error));
    pipe(from, to, {
      onBytes: (chunk, at) => this.#onlooker.look(side, chunk, at),
      onEnd: () => this.#ended('closed', side),
      onReset: () => this.#ended('reset', side),
    });
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#connected) return;
    this.#ended('unreachable', 'acceptor');
    const phase = this.#acceptor instanceof TLSSocket ? 'tls' : 'connect';
    this.#user.onUnreachable(transportFailure(error, phase).message);
  }

  cut(): void {
    this.#ended('cut off', null);
    resetSocket(this.#requestor);
    resetSocket(this.#acceptor);
  }

  #ended(end: RecordedEnd, by: Side | null): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#endedBy = by;
  }

  #closed(): void {
    this.#left -= 1;
    if (this.#left > 0) {
      // why: a socket that was destroyed while the other one waited would leave it open for ever
      if (this.#requestor.destroyed && !this.#requestor.readableEnded) resetSocket(this.#acceptor);
      if (this.#acceptor.destroyed && !this.#acceptor.readableEnded) resetSocket(this.#requestor);
      return;
    }
    this.#user.onOver(
      this.#onlooker.finish(this.#end ?? 'closed', this.#endedBy, performance.now()),
    );
  }
}
