// TCP reset at once, of plain and of TLS sockets.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** RST now: unsent bytes are dropped, nothing is waited for. */
export function resetSocket(socket: Socket): void {
  // A TLS socket cannot be reset, the one it wraps can; Node has no public name for that one.
  const inner =
    socket instanceof TLSSocket ? (socket as { _parent?: Socket | null })._parent : socket;
  // Null of a TLS socket that opened its connection itself: then an end has to do.
  if (inner && !inner.destroyed) {
    // The first asks for a reset when all is flushed, the second does not wait for it.
    inner.resetAndDestroy();
    inner.destroy();
  }
  socket.destroy();
}
