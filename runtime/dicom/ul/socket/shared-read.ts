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

/** Before the first byte was read. What is passed on is valid during the call only. */
export function readShared(socket: Socket, onBytes: (buffer: Buffer, end: number) => void): void {
  const inner = socket as unknown as Inner;
  const own = Object.getOwnPropertySymbols(inner);
  const [buffer, callback] = NAMES.map((name) =>
    own.find(({ description }) => description === name),
  );
  const handle = inner._handle;
  const usual = typeof handle?.useUserBuffer === 'function' && !('encrypted' in socket);
  // why: another Node may do it otherwise; then the stream does what it always did
  if (!usual || buffer === undefined || callback === undefined) {
    socket.on('data', (chunk: Buffer) => onBytes(chunk, chunk.length));
    return;
  }
  inner[buffer] = receiveBuffer;
  inner[callback] = (bytes: number): boolean => {
    onBytes(receiveBuffer, bytes);
    return true;
  };
  handle.useUserBuffer?.(receiveBuffer);
}
