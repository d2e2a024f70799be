// Instances of a recording as files, for whoever asked for them: patients' data, their owner's alone.
import { closeSync, constants, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileMeta } from '../../dicom/file/part10.ts';
import { makeFolders } from '../../make-folders.ts';

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** What the head of a file says. */
export interface InstanceNames {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** Digest that the recording has in place of the UID. */
  readonly digest: string | undefined;
}

/** A folder of instances: `DIGEST.dcm`, and `DIGEST-2.dcm` for one that was sent again. */
export class KeptInstances {
  /** Whole files so far, and instances that could not be written. */
  count = 0;
  lost = 0;
  readonly #folder: string;
  readonly #onLost: (why: string) => void;
  readonly #names = new Map<string, number>();
  #parts = 0;

  /** Makes the folder. @throws what the disk says */
  constructor(folder: string, onLost: (why: string) => void) {
    makeFolders(folder, OWNER_ONLY_FOLDER);
    this.#folder = folder;
    this.#onLost = onLost;
  }

  /** Throws nothing: what cannot be written is told. */
  open(names: InstanceNames): KeptInstance {
    this.#parts += 1;
    const part = join(this.#folder, `.${process.pid}-${this.#parts}.part`);
    const whole = (): string => {
      this.count += 1;
      return join(this.#folder, `${this.#nameOf(names.digest ?? 'unnamed')}.dcm`);
    };
    const onLost = (error: unknown): void => {
      this.lost += 1;
      this.#onLost((error as Error).message);
    };
    return new KeptInstance(part, names, { whole, onLost });
  }

  #nameOf(digest: string): string {
    const times = (this.#names.get(digest) ?? 0) + 1;
    this.#names.set(digest, times);
    return times === 1 ? digest : `${digest}-${times}`;
  }
}

interface InstanceUser {
  /** It is whole: its name. */
  whole(): string;
  onLost(error: unknown): void;
}

/** One file that is being written beside its name. */
export class KeptInstance {
  readonly #path: string;
  readonly #user: InstanceUser;
  #file = -1;

  constructor(
    path: string,
    { sopClass, sopInstance, transferSyntax }: InstanceNames,
    user: InstanceUser,
  ) {
    this.#path = path;
    this.#user = user;
    this.#attempt(() => {
      const { O_CREAT, O_EXCL, O_WRONLY } = constants;
      this.#file = openSync(path, O_CREAT | O_EXCL | O_WRONLY, OWNER_ONLY);
      const head = fileMeta(sopClass, sopInstance, transferSyntax);
      this.#write(head, 0, head.length);
    });
  }

  write(buffer: Buffer, start: number, end: number): void {
    if (this.#file >= 0) this.#attempt(() => this.#write(buffer, start, end));
  }

  close(): void {
    if (this.#file < 0) return;
    this.#attempt(() => {
      closeSync(this.#file);
      renameSync(this.#path, this.#user.whole());
      this.#file = -1;
    });
  }

  /** It came to no end, or cannot be written: nothing is left of it. */
  discard(): void {
    if (this.#file < 0) return;
    const file = this.#file;
    this.#file = -1;
    try {
      closeSync(file);
    } catch {
      // It was closed already.
    }
    rmSync(this.#path, { force: true });
  }

  #write(buffer: Buffer, start: number, end: number): void {
    for (let at = start; at < end;) at += writeSync(this.#file, buffer, at, end - at);
  }

  #attempt(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.discard();
      this.#user.onLost(error);
    }
  }
}
