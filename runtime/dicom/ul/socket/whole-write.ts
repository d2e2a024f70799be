// One write of a whole message, past Node's stream where the kernel takes all of it at once: what a
// stream notes down for each write costs a tenth of a C-STORE of 5 KB. Anything else is the stream's,
// with its errors and its order: a connection that is busy, TLS, a write that is taken in part.
// This is how streams of Node 20 and 22 write, which has no public name. From Node 24 on they try a
// write without a request by themselves: there, and where anything is not as expected, all is theirs.
import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';

/** Node's request of a write: a native object, used up by a write that was not done at once. */
interface WriteRequest {
  /** Keeps the bytes while the kernel has not taken them. */
  buffer?: Buffer;
  oncomplete?: (status: number) => void;
  /** −1 while it is not under way. */
  getAsyncId(): number;
}

interface Handle {
  /** Error number; 0 = written, or under way. */
  writeBuffer?: (request: WriteRequest, data: Buffer) => number;
}

type Done = (error?: Error | null) => void;

/** What of Node's socket has no type. */
interface Inner {
  _handle?: Handle | null;
  _write?: (data: Buffer, encoding: string, done: Done) => void;
}

const KNOWN = Number.parseInt(process.versions.node, 10) <= 22;

/** Learnt from the first write that a stream makes in this thread. */
let Request: (new () => WriteRequest) | null = null;
/** The next one: of a write that was done at once nothing remains in it. */
let request: WriteRequest | null = null;

/**
 * Writes, and says whether the bytes are free again as the kernel took all of them; if not, `flushed`
 * is called once it has. An error is told by the socket, as of any write.
 */
export function writeWhole(socket: Socket, data: Buffer, flushed: () => void): boolean {
  const inner = socket as unknown as Inner;
  const handle = inner._handle;
  if (Request === null) {
    if (handle) learn(handle);
  } else if (handle?.writeBuffer !== undefined && isIdle(socket)) {
    request ??= new Request();
    const status = handle.writeBuffer(request, data);
    if (status === 0 && request.getAsyncId() < 0) return true;
    handOver(inner, request, status);
    request = null;
  }
  return writeStream(socket, data, flushed);
}

/** The same, by the stream. */
function writeStream(socket: Socket, data: Buffer, flushed: () => void): boolean {
  socket.write(data, flushed);
  return socket.writableLength === 0;
}

/**
 * The same over TLS, which encrypts what waits for nothing else before it returns: the bytes are
 * free again then, long before the kernel has taken what became of them and `flushed` is called.
 */
export function writeEncrypted(socket: Socket, data: Buffer, flushed: () => void): boolean {
  const taken = isIdle(socket);
  socket.write(data, flushed);
  return taken;
}

function isIdle(socket: Socket): boolean {
  const { writableLength, writableCorked, writable, connecting } = socket;
  return writableLength === 0 && writableCorked === 0 && writable && !connecting;
}

/** Node's class of requests has no name to import: the next write of a stream shows one. */
function learn(handle: Handle): void {
  const own = handle.writeBuffer;
  if (!KNOWN || own === undefined || Object.hasOwn(handle, 'writeBuffer')) return;
  handle.writeBuffer = (made, data) => {
    delete handle.writeBuffer;
    if (typeof (made as WriteRequest | null)?.getAsyncId === 'function')
      Request = made.constructor as new () => WriteRequest;
    return own.call(handle, made, data);
  };
}

/** The stream's next write is one that is under way already, or has failed. */
function handOver(inner: Inner, under: WriteRequest, status: number): void {
  let result: number | null = status === 0 ? null : status;
  let done: Done | null = null;
  under.oncomplete = (code) => {
    result = code;
    done?.(errorOf(code));
  };
  inner._write = (data, _encoding, tell) => {
    delete inner._write;
    under.buffer = data;
    done = tell;
    if (result !== null) tell(errorOf(result));
  };
}

function errorOf(status: number): Error | null {
  if (status >= 0) return null;
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { errno: status, code, syscall: 'write' });
}
