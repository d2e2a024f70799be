// The acceptor: many associations, many AE titles on one port.
import type { AddressInfo, Server, Socket } from 'node:net';
import { Room } from '../collected.ts';
import { DicomError } from '../errors.ts';
import { DEFAULT_TIMEOUTS } from '../ul/associate-request.ts';
import { resetSocket } from '../ul/socket/reset.ts';
import { createSocketServer } from '../ul/socket/socket-server.ts';
import { Acceptance } from './acceptance.ts';
import type { ListenOptions, Listening } from './acceptor-types.ts';

/** What identifiers may take up while they arrive, of all associations together. */
const IDENTIFIERS_MAX_BYTES = 268_435_456;
const BACKLOG = 4096;

const LISTEN_HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'choose another port, or 0 for any free one',
  EACCES: 'ports below 1024 are for the administrator; choose another, 11112 is usual',
  EADDRNOTAVAIL: 'that address is not of this machine; 127.0.0.1, or 0.0.0.0 for all of them',
  ENOTFOUND: 'that host name is unknown; 127.0.0.1, or 0.0.0.0 for all addresses',
};

/** @throws DicomError (rejection) `TCP_EADDRINUSE`, … with a hint */
export function listenOn(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint = LISTEN_HINTS[cause.code ?? ''];
      const more = hint === undefined ? { cause } : { cause, hint };
      reject(
        new DicomError(
          `TCP_${cause.code ?? 'ERROR'}`,
          `cannot listen on ${host}:${port}: ${cause.message}`,
          more,
        ),
      );
    });
    server.listen({ host, port, backlog: BACKLOG }, () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address);
      else reject(new DicomError('TCP_ERROR', `cannot listen on ${host}:${port}`));
    });
  });
}

/**
 * Listens for associations.
 * @throws DicomError (rejection) `TCP_EADDRINUSE`, `TCP_EACCES`, … when the port cannot be had.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const sockets = new Set<Socket>();
  const room = new Room(IDENTIFIERS_MAX_BYTES);
  // Below TLS: also those whose handshake is under way.
  const connections = new Set<Socket>();
  const handshakeMs = timeouts.tlsMs;
  const onTlsFailure = options.onTlsFailure?.bind(options);
  const server = createSocketServer({ tls: options.tls, handshakeMs, onTlsFailure }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const acceptance = new Acceptance(socket, options.handler, {
      timeouts,
      open: () => sockets.size - 1,
      tls: Boolean(options.tls),
      room,
    });
    acceptance.start();
  });
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const { address, port } = await listenOn(server, options.host ?? '127.0.0.1', options.port);
  return {
    host: address,
    port,
    get connections(): number {
      return connections.size;
    },
    close(): Promise<void> {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of [...sockets, ...connections]) resetSocket(socket);
      return closed;
    },
  };
}
