// The way out over the web: STOW-RS, one instance a request.
import { fileMeta } from '../../dicom/file/part10.ts';
import { requestorTlsOf } from '../../dicom/ul/socket/tls-files.ts';
import type { WebFailure } from '../../web/failure.ts';
import type { WebBody, WebHeaders, WebOrigin, WebUser } from '../../web/http-client.ts';
import { closing, newBoundary, partHead, relatedType } from '../../web/multipart-writer.ts';
import { storeFates } from '../../web/store-fates.ts';
import type { Addressee, Dispatch, Way } from './destination.ts';
import type { ItemTail } from './body.ts';
import type { QueueItem } from './queue.ts';
import type { DestinationSpec } from './spec.ts';

const TIMEOUTS = { connectMs: 10_000, responseMs: 60_000, idleMs: 60_000 };
const FILE_BLOCK_BYTES = 1024 ** 2;
/** Of an answer; a Store Instances Response for one instance is a few hundred bytes. */
const MOST_ANSWER_BYTES = 64 * 1024;

export class WebConnections implements Way {
  readonly #dispatch: Dispatch;
  readonly #spec: DestinationSpec;
  readonly #boundary = newBoundary();
  readonly #end = closing(this.#boundary);
  readonly #origin: () => Promise<WebOrigin>;
  #opened: Promise<WebOrigin> | null = null;
  #closed = false;

  constructor({ name, spec, options }: Addressee, dispatch: Dispatch) {
    this.#dispatch = dispatch;
    this.#spec = spec;
    const { host, port } = spec;
    const place = { name: `router: destination "${name}"`, folder: options.folder };
    const tls = requestorTlsOf(spec.tls, place);
    // why: most runs have no such destination, and need no HTTP client
    this.#origin = async () => {
      const { WebOrigin } = await import('../../web/http-client.ts');
      const origin = `${tls === null ? 'http' : 'https'}://${host}:${port}`;
      const connections = Math.max(1, dispatch.stats.limit);
      return new WebOrigin({ origin, tls, connections, timeouts: TIMEOUTS, http2: false });
    };
  }

  send(item: QueueItem, since: number): true {
    void this.#send(item, since);
    return true;
  }

  close(): void {
    this.#closed = true;
    void this.#opened?.then((origin) => origin.destroy());
  }

  async #send(item: QueueItem, since: number): Promise<void> {
    this.#opened ??= this.#origin();
    const origin = await this.#opened;
    if (this.#closed) return;
    const { stats } = this.#dispatch;
    stats.open = Math.max(stats.open, stats.inUse);
    this.#dispatch.leaves(item, since);
    const request = {
      method: 'POST',
      path: `${this.#spec.web ?? ''}/studies`,
      headers: [
        ...['content-type', relatedType(this.#boundary)],
        ...['accept', 'application/dicom+json'],
      ],
      body: this.#body(item),
    };
    // Never returned: an origin that answers early may still be sent the rest.
    item.body.lend();
    origin.send(request, new Answer(item.sopInstance, (why) => this.#done(item, why)));
  }

  #body(item: QueueItem): WebBody {
    const { sopClass, sopInstance, transferSyntax, parts, tail } = item;
    const meta = fileMeta(sopClass, sopInstance, transferSyntax);
    const pieces = [partHead(this.#boundary, 'application/dicom'), meta, ...parts];
    const bytes = [...pieces, this.#end].reduce((sum, piece) => sum + piece.length, 0);
    if (tail === null) return { bytes, pieces: () => [...pieces, this.#end] };
    return { bytes: bytes + tail.bytes, pieces: () => spooled(pieces, tail, this.#end) };
  }

  #done(item: QueueItem, why: string): void {
    if (why === '') this.#dispatch.delivered(item);
    else this.#dispatch.failed(item, why);
    this.#dispatch.next();
  }
}

/** The bytes in memory, then those of the file, a block at a time. */
function* spooled(pieces: readonly Buffer[], { range, bytes, file }: ItemTail, end: Buffer) {
  yield* pieces;
  for (let done = 0; done < bytes;) {
    const n = Math.min(FILE_BLOCK_BYTES, bytes - done);
    yield file.read(range.offset + done, n);
    done += n;
  }
  yield end;
}

/** What the destination made of an instance. */
class Answer implements WebUser {
  readonly #uid: string;
  /** '' when it was stored, else why not. */
  readonly #tell: (why: string) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #contentType = '';

  constructor(uid: string, tell: (why: string) => void) {
    this.#uid = uid;
    this.#tell = tell;
  }

  onHeaders(status: number, headers: WebHeaders): void {
    this.#status = status;
    this.#contentType = headers['content-type'] ?? '';
  }

  onData(chunk: Buffer): void {
    if (this.#bytes >= MOST_ANSWER_BYTES) return;
    this.#chunks.push(Buffer.from(chunk));
    this.#bytes += chunk.length;
  }

  onDone(): void {
    const answer = { status: this.#status, contentType: this.#contentType };
    const text = Buffer.concat(this.#chunks).toString('utf8');
    const { failed } = storeFates([this.#uid], { ...answer, text });
    const [first] = failed;
    if (first === undefined) return this.#tell('');
    const reason = first.text === '' ? '' : `: ${first.text}`;
    this.#tell(`status ${this.#status}${reason}`);
  }

  onFailed({ message }: WebFailure): void {
    this.#tell(message);
  }
}
