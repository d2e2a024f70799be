// One direction of a forwarded connection: bytes as they come, an end as an end, a reset as a reset.
import type { Socket } from 'node:net';
import { resetSocket } from '../../dicom/ul/socket/reset.ts';
import { readShared } from '../../dicom/ul/socket/shared-read.ts';

export interface PipeUser {
  /** Bytes that were handed on already, and when they came; valid during the call. */
  onBytes(chunk: Buffer, at: number): void;
  /** The side that sends has no more to send. */
  onEnd(): void;
  /** It broke; the other one has been reset as well. */
  onReset(): void;
}

const PIECE_BYTES = 65_536;

/** Hands on what `from` sends to `to`, no faster than it is taken. */
export function pipe(from: Socket, to: Socket, user: PipeUser): void {
  let isWaiting = false;
  const onWritten = (): void => {
    if (!isWaiting || to.writableLength > 0) return;
    isWaiting = false;
    from.resume();
  };
  const onBytes = (buffer: Buffer, end: number): boolean => {
    const at = performance.now();
    if (!to.writable) return true;
    const chunk = buffer.subarray(0, end);
    // The bytes go first; who looks on has no part in the delay.
    to.write(chunk, onWritten);
    user.onBytes(chunk, at);
    // What the other side did not take at once still stands in the buffer.
    isWaiting = to.writableLength > 0;
    return !isWaiting;
  };
  // why one of its own: that of the thread is read into again before this one may be
  readShared(from, onBytes, Buffer.allocUnsafeSlow(PIECE_BYTES));
  from.on('end', () => {
    user.onEnd();
    to.end();
  });
  from.on('error', () => {
    user.onReset();
    resetSocket(to);
  });
}
