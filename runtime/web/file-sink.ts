// Retrieved instances as Part 10 files, byte for byte as they came, named by SOP Instance UID.
import { closeSync, rmSync, writeSync } from 'node:fs';
import { DataError } from '../dicom/element/data-error.ts';
import { errorCode } from '../dicom/file/file-walk.ts';
import { openInstanceFile } from '../dicom/file/instance-file.ts';
import type { FileMeta } from '../dicom/file/part10.ts';
import { WebFailure } from './failure.ts';
import type { PartSink } from './retrieved.ts';

export class FileSink implements PartSink {
  readonly #folder: string;
  #handle = -1;
  #file = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  begin({ sopInstance }: FileMeta): void {
    this.close();
    this.#kept(() => {
      const { handle, file } = openInstanceFile(this.#folder, sopInstance);
      this.#handle = handle;
      this.#file = file;
    });
  }

  /** Synchronous on purpose: the page cache takes it, and nothing can pile up in memory. */
  write(bytes: Buffer): void {
    this.#kept(() => writeSync(this.#handle, bytes));
  }

  end(): string {
    this.#kept(() => this.#shut());
    return this.#file;
  }

  /** Nothing more comes: an instance that was arriving never ends, and its file goes. */
  close(): void {
    if (this.#handle < 0) return;
    this.#shut();
    rmSync(this.#file, { force: true });
  }

  #shut(): void {
    const handle = this.#handle;
    this.#handle = -1;
    if (handle >= 0) closeSync(handle);
  }

  #kept(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      const why =
        error instanceof DataError ? error.message : `${this.#folder}: ${errorCode(error)}`;
      throw new WebFailure('DATA_FILE', `sent instances that cannot be kept: ${why}`, {
        hint: 'give folder a place with room that you may write to',
      });
    }
  }
}
