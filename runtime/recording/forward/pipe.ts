// One direction of a forwarded connection: bytes as they come, an end as an end, a reset as a reset.
import type { Socket } from 'node:net';
import { resetSocket } from '../../dicom/ul/socket/reset.ts';

export interface PipeUser {
  /** Bytes that were handed on already, and when they came; valid during the call. */
  onBytes(chunk: Buffer, at: number): void;
  /** The side that sends has no more to send. */
  onEnd(): void;
  /** It broke; the other one has been reset as well. */
  onReset(): void;
}

/** Hands on what `from` sends to `to`, no faster than it is taken. */
export function pipe(from: Socket, to: Socket, user: PipeUser): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.writable) return;
    const at = performance.now();
    // The bytes go first; who looks on has no part in the delay.
    if (!to.write(chunk)) from.pause();
    user.onBytes(chunk, at);
  });
  to.on('drain', () => from.resume());
  from.on('end', () => {
    user.onEnd();
    to.end();
  });
  from.on('error', () => {
    user.onReset();
    resetSocket(to);
  });
}
