// What an accepted connection brings, read into the buffer that all sockets of the thread share: Node
// has `onread` for connections that one makes, but not for those of a server, each of whose reads
// costs a buffer of 64 KB of its own and a turn through the stream. TLS comes in buffers as ever.
import type { Socket } from 'node:net';
import { receiveBuffer } from '../thread.ts';

/** What `onread` sets in a socket. */
interface Inner {
  readonly _handle?: { useUserBuffer?: (buffer: Buffer) => void } | null;
  [key: symbol]: unknown;
}

/** Names that Node gives to what `onread` sets: the buffer, and who is called. */
const NAMES = ['kBuffer', 'kBufferCb'] as const;

/** What is passed on is valid during the call only; false: no more until the socket is resumed. */
export type OnBytes = (buffer: Buffer, end: number) => boolean;

/**
 * Before the first byte was read.
 *
 * @param into another buffer than that of the thread
 */
export function readShared(socket: Socket, onBytes: OnBytes, into = receiveBuffer): void {
  const inner = socket as unknown as Inner;
  const own = Object.getOwnPropertySymbols(inner);
  const [buffer, callback] = NAMES.map((name) =>
    own.find(({ description }) => description === name),
  );
  const handle = inner._handle;
  const usual = typeof handle?.useUserBuffer === 'function' && !('encrypted' in socket);
  // why: another Node may do it otherwise; then the stream does what it always did
  if (!usual || buffer === undefined || callback === undefined) {
    socket.on('data', (chunk: Buffer) => {
      if (!onBytes(chunk, chunk.length)) socket.pause();
    });
    return;
  }
  inner[buffer] = into;
  inner[callback] = (bytes: number): boolean => onBytes(into, bytes);
  handle.useUserBuffer?.(into);
}
