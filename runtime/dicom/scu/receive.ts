// Instances that arrive at a requestor by C-GET: counted, hashed, kept in files when asked. Nothing
// is accumulated in memory, whatever the size.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../data/make-folder.ts';
import { fileMeta } from '../data/part10.ts';
import type { IncomingRequest } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';
import type { Association, RequestHandler } from '../ul/association.ts';

export interface ReceiveOptions {
  /** SHA-256 of the data set as it arrived. */
  readonly hash?: boolean;
  /** Keep Part 10 files here, named by SOP instance UID. */
  readonly folder?: string;
  /** Status of each C-STORE-RSP (default 0). */
  readonly status?: number;
}

export interface ReceivedInstance {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** Of the data set. */
  readonly bytes: number;
  /** Hex; '' unless asked for. */
  readonly sha256: string;
  /** '' unless kept. */
  readonly file: string;
  readonly firstByte: number;
  readonly lastByte: number;
}

interface Arriving {
  bytes: number;
  readonly hash: Hash | null;
  readonly file: string;
  readonly handle: number;
}

/** Takes C-STORE requests; everything else is refused. */
export class InstanceReceiver implements RequestHandler {
  instances = 0;
  bytes = 0;
  private readonly options: ReceiveOptions;
  private readonly onInstance: (instance: ReceivedInstance) => void;
  private arriving: Arriving | null = null;

  constructor(
    options: ReceiveOptions = {},
    onInstance: (instance: ReceivedInstance) => void = () => undefined,
  ) {
    this.options = options;
    this.onInstance = onInstance;
  }

  onStore(association: Association, request: IncomingRequest): void {
    const { folder, hash } = this.options;
    const syntax = association.context(request.contextId)?.transferSyntax ?? '';
    let file = '';
    let handle = -1;
    if (folder !== undefined) {
      makeFolder(folder);
      file = join(folder, `${request.sopInstance().replace(/[^\d.]/g, '_')}.dcm`);
      handle = openSync(file, 'w', 0o600);
      writeSync(handle, fileMeta(request.sopClass(), request.sopInstance(), syntax));
    }
    this.arriving = { bytes: 0, hash: hash === true ? createHash('sha256') : null, file, handle };
  }

  // eslint-disable-next-line max-params -- the shape of RequestHandler
  onStoreData(
    _association: Association,
    _request: IncomingRequest,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const { arriving } = this;
    if (arriving === null) return;
    arriving.bytes += end - start;
    arriving.hash?.update(buffer.subarray(start, end));
    // Synchronous on purpose: the page cache takes it, and nothing can pile up in memory.
    if (arriving.handle >= 0) writeSync(arriving.handle, buffer, start, end - start);
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    const { arriving } = this;
    this.arriving = null;
    if (arriving === null) return Status.PROCESSING_FAILURE;
    if (arriving.handle >= 0) closeSync(arriving.handle);
    this.instances += 1;
    this.bytes += arriving.bytes;
    this.onInstance({
      sopClass: request.sopClass(),
      sopInstance: request.sopInstance(),
      transferSyntax: association.context(request.contextId)?.transferSyntax ?? '',
      bytes: arriving.bytes,
      sha256: arriving.hash?.digest('hex') ?? '',
      file: arriving.file,
      firstByte: request.firstByte,
      lastByte: request.lastByte,
    });
    return this.options.status ?? Status.SUCCESS;
  }
}
