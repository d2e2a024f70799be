// What a connection brings, read into the buffer that all sockets of the thread share: Node has
// `onread` for plain connections that one makes, but not for those of a server, each of whose reads
// costs a buffer of its own and a turn through the stream, and not for TLS, whose records of 16 KB
// cost one each.
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
  // why: TLS passes on all records that it has, whatever it is answered; only who takes each during
  // the call, as all who use the thread's buffer do, can have them in one
  const inTime = !('encrypted' in socket) || into === receiveBuffer;
  const fits = inTime && socket.readableLength === 0;
  const usual = typeof handle?.useUserBuffer === 'function' && fits;
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
