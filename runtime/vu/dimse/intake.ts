// What one C-GET brings: instances are counted and their pixels hashed as they stream by; nothing is
// accumulated, whatever their size.
import { DatasetHasher } from '../../dicom/file/hash.ts';
import type { IncomingRequest } from '../../dicom/dimse/incoming.ts';
import { InstanceReceiver } from '../../dicom/scu/receive.ts';
import type { Association, RequestHandler } from '../../dicom/ul/association.ts';

/** One instance that came. */
export interface TakenInstance {
  readonly sopClass: string;
  readonly uid: string;
  readonly transferSyntax: string;
  /** Of the data set. */
  readonly bytes: number;
  /** SHA-256 of the pixel data value (see `DatasetHashes`), '' when there is none. */
  readonly pixelHash: string;
  /** '' unless kept. */
  readonly file: string;
}

/** Instances listed one by one; more are only counted. */
const MOST_LISTED = 10_000;

export class Intake implements RequestHandler {
  readonly instances: TakenInstance[] = [];
  /** Called after each instance with how many came. */
  onInstance: ((count: number) => unknown) | null = null;
  readonly #receiver: InstanceReceiver;
  #hasher: DatasetHasher | null = null;
  #last: { readonly bytes: number; readonly file: string } = { bytes: 0, file: '' };

  /** @param folder where files are kept, null = nowhere */
  constructor(folder: string | null) {
    this.#receiver = new InstanceReceiver(folder === null ? {} : { folder }, (one) => {
      this.#last = one;
    });
  }

  onStore(association: Association, request: IncomingRequest): void {
    this.#hasher = new DatasetHasher(association.context(request.contextId)?.transferSyntax ?? '');
    this.#receiver.onStore(association, request);
  }

  // eslint-disable-next-line max-params -- the shape of RequestHandler
  onStoreData(
    association: Association,
    request: IncomingRequest,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    this.#hasher?.update(buffer.subarray(start, end));
    this.#receiver.onStoreData(association, request, buffer, start, end);
  }

  onStoreEnd(association: Association, request: IncomingRequest): number {
    const before = this.#receiver.instances;
    const status = this.#receiver.onStoreEnd(association, request);
    const pixelHash = this.#hasher?.digest().pixelHash ?? '';
    this.#hasher = null;
    if (this.#receiver.instances === before) return status;
    if (this.instances.length < MOST_LISTED) {
      this.instances.push({
        sopClass: request.sopClass(),
        uid: request.sopInstance(),
        transferSyntax: association.context(request.contextId)?.transferSyntax ?? '',
        bytes: this.#last.bytes,
        pixelHash,
        file: this.#last.file,
      });
    }
    this.onInstance?.(this.#receiver.instances);
    return status;
  }

  /** Nothing more comes, and nothing is cancelled any more. */
  close(): void {
    this.onInstance = null;
    this.#receiver.close();
  }

  /** Why an instance could not be kept; '' when all were. */
  get failure(): string {
    return this.#receiver.failure;
  }

  /** Instances that came, and were kept where that was asked for. */
  get received(): number {
    return this.#receiver.instances;
  }

  /** Of all data sets that came. */
  get bytes(): number {
    return this.#receiver.bytes;
  }

  /** The part of the script's result. */
  result(): object {
    return {
      instances: this.instances,
      bytes: this.#receiver.bytes,
      received: this.#receiver.instances,
    };
  }
}
