// The pieces of a body in as few writes as the socket has room for: the head of an instance, its pixels
// and the closing boundary go to the kernel, and over the network, together.
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Left for the headers of the request, which are written with the first piece. */
const FOR_HEADERS = 64 * 1024;

/** Told of the connection by the HTTP client when it writes the headers, right before the first piece. */
subscribe('undici:client:sendHeaders', (message) => {
  const { request, socket } = message as { request: { body: unknown }; socket: Socket };
  if (request.body instanceof CorkedBody) request.body.onSocket(socket);
});

export class CorkedBody implements Iterable<Buffer> {
  readonly #pieces: Iterable<Buffer>;
  #socket: Socket | null = null;
  #isCorked = false;

  constructor(pieces: Iterable<Buffer>) {
    this.#pieces = pieces;
  }

  onSocket(socket: Socket): void {
    this.#socket = socket;
  }

  *[Symbol.iterator](): Generator<Buffer> {
    try {
      for (const piece of this.#pieces) {
        this.#hold(piece.length);
        yield piece;
      }
    } finally {
      this.#cork(false);
    }
  }

  /** What waits never fills the socket: the client would wait for it to drain, and it for the client. */
  #hold(bytes: number): void {
    const { writableLength = 0, writableHighWaterMark = 0 } = this.#socket ?? {};
    this.#cork(writableLength + bytes < writableHighWaterMark - FOR_HEADERS);
  }

  #cork(wanted: boolean): void {
    if (wanted === this.#isCorked) return;
    this.#isCorked = wanted;
    if (wanted) this.#socket?.cork();
    else this.#socket?.uncork();
  }
}
