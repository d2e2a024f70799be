// A server of plain or of TLS sockets; handshakes that fail are told, and are no connection.
import { createServer as createTcp, type Server, type ServerOpts, type Socket } from 'node:net';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import { MAX_TIMER_MS } from '../../long-timer.ts';
import type { TransportFailure } from '../../errors.ts';
import type { TlsOptions } from '../associate-request.ts';
import { transportFailure } from '../failures.ts';
import { acceptorTls } from './tls.ts';

export interface SocketServerOptions {
  /** Null: plain sockets. */
  readonly tls: TlsOptions | null | undefined;
  /** Who does not end the handshake by then is let go; 0 = no limit. */
  readonly handshakeMs: number;
  readonly onTlsFailure: ((failure: TransportFailure, address: string) => void) | undefined;
  readonly socket?: Pick<ServerOpts, 'allowHalfOpen' | 'pauseOnConnect'>;
}

/** Not listening yet. */
export function createSocketServer(
  { tls, handshakeMs, onTlsFailure, socket: how = {} }: SocketServerOptions,
  onSocket: (socket: Socket) => void,
): Server {
  if (!tls) return createTcp({ ...how, noDelay: true }, onSocket);
  const handshakeTimeout = handshakeMs === 0 ? MAX_TIMER_MS : handshakeMs;
  const server = createTls({ ...how, ...acceptorTls(tls), handshakeTimeout }, (socket) => {
    socket.setNoDelay(true);
    onSocket(socket);
  });
  // A peer without TLS, or with a certificate that is refused, fails before it is a connection.
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    if (server.listening)
      onTlsFailure?.(handshakeFailure(error, socket), socket.remoteAddress ?? '');
    socket.destroy();
  });
  return server;
}

/** Why the handshake failed; of a refused certificate Node says only that the socket hung up. */
function handshakeFailure(error: NodeJS.ErrnoException, socket: TLSSocket): TransportFailure {
  // why: typed as an Error, but Node puts the code there
  const refused = socket.authorizationError as unknown;
  if (typeof refused !== 'string') return transportFailure(error, 'tls');
  return { kind: 'transport', code: `TLS_${refused}`, message: error.message, phase: 'tls' };
}
