// Instances that arrive at a requestor by C-GET: counted, hashed, kept in files when asked. Nothing
// is accumulated in memory, whatever the size.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, rmSync, writeSync } from 'node:fs';
import { DataError } from '../element/data-error.ts';
import { errorCode } from '../file/file-walk.ts';
import { openInstanceFile } from '../file/instance-file.ts';
import { fileMeta } from '../file/part10.ts';
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
  file: string;
  /** -1 = no file is open. */
  handle: number;
  failed: boolean;
}

/**
 * Takes C-STORE requests; everything else is refused. An instance that cannot be kept is answered
 * with 0xA700 (out of resources, PS3.4 Table B.2-1), and nothing of it is left.
 */
export class InstanceReceiver implements RequestHandler {
  instances = 0;
  bytes = 0;
  /** Why the first instance that could not be kept was not; '' when all were. */
  failure = '';
  readonly #options: ReceiveOptions;
  readonly #onInstance: (instance: ReceivedInstance) => void;
  #arriving: Arriving | null = null;

  constructor(
    options: ReceiveOptions = {},
    onInstance: (instance: ReceivedInstance) => void = () => undefined,
  ) {
    this.#options = options;
    this.#onInstance = onInstance;
  }

  onStore(association: Association, request: IncomingRequest): void {
    this.close();
    const { folder, hash } = this.#options;
    const arriving: Arriving = {
      bytes: 0,
      hash: hash === true ? createHash('sha256') : null,
      file: '',
      handle: -1,
      failed: false,
    };
    this.#arriving = arriving;
    if (folder === undefined) return;
    const syntax = association.context(request.contextId)?.transferSyntax ?? '';
    try {
      Object.assign(arriving, openInstanceFile(folder, request.sopInstance()));
      writeSync(arriving.handle, fileMeta(request.sopClass(), request.sopInstance(), syntax));
    } catch (error) {
      this.#fail(arriving, error);
    }
  }

  // eslint-disable-next-line max-params -- the shape of RequestHandler
  onStoreData(
    _association: Association,
    _request: IncomingRequest,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const arriving = this.#arriving;
    if (arriving === null) return;
    arriving.bytes += end - start;
    arriving.hash?.update(buffer.subarray(start, end));
    // Synchronous on purpose: the page cache takes it, and nothing can pile up in memory.
    if (arriving.handle < 0) return;
    try {
      writeSync(arriving.handle, buffer, start, end - start);
    } catch (error) {
      this.#fail(arriving, error);
    }
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    const arriving = this.#arriving;
    this.#arriving = null;
    if (arriving === null) return Status.PROCESSING_FAILURE;
    try {
      if (arriving.handle >= 0) closeSync(arriving.handle);
    } catch (error) {
      arriving.handle = -1;
      this.#fail(arriving, error);
    }
    if (arriving.failed) return Status.OUT_OF_RESOURCES;
    this.instances += 1;
    this.bytes += arriving.bytes;
    this.#onInstance({
      sopClass: request.sopClass(),
      sopInstance: request.sopInstance(),
      transferSyntax: association.context(request.contextId)?.transferSyntax ?? '',
      bytes: arriving.bytes,
      sha256: arriving.hash?.digest('hex') ?? '',
      file: arriving.file,
      firstByte: request.firstByte,
      lastByte: request.lastByte,
    });
    return this.#options.status ?? Status.SUCCESS;
  }

  /** Nothing more comes: an instance that was arriving never ends, and its file goes. */
  close(): void {
    if (this.#arriving !== null) discard(this.#arriving);
    this.#arriving = null;
  }

  #fail(arriving: Arriving, error: unknown): void {
    discard(arriving);
    arriving.failed = true;
    if (this.failure !== '') return;
    const folder = this.#options.folder ?? '';
    this.failure = error instanceof DataError ? error.message : `${folder}: ${errorCode(error)}`;
  }
}

/** Closes and removes what there is of an instance; it is no use in part. */
function discard(arriving: Arriving): void {
  const { handle, file } = arriving;
  arriving.handle = -1;
  arriving.file = '';
  try {
    if (handle >= 0) closeSync(handle);
    if (file !== '') rmSync(file, { force: true });
  } catch {
    // why: the disk that did not take the file may not let go of it either; that was told already
  }
}
