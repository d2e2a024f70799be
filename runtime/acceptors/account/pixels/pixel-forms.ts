// Pixels that come in another form than they were sent in: which of them can be compared, and what
// the run's pools look like in that form. Worked out when it is needed first, which in most runs is
// never.
import { hash } from 'node:crypto';
import {
  inForm,
  inPlanes,
  isByPlane,
  isConvertible,
  nativeBytes,
  nativeValue,
  pixelForm,
} from '../../../dicom/pixels/pixel-form.ts';
import type { PixelForm } from '../../../dicom/pixels/pixel-form.ts';
import { encodingOf, TransferSyntax, wordBytes } from '../../../dicom/element/transfer-syntax.ts';
import { Pool } from '../../../dicom/pool/prototype.ts';
import type { Prototype } from '../../../dicom/pool/prototype.ts';
import { LARGE_FILE_BYTES, splitPrototypeNumber } from '../../../dicom/pool/share.ts';
import type { PoolShare } from '../../../dicom/pool/share.ts';

/** So many bytes of one form and length are made at most: it is done while images arrive. */
const MOST_BYTES = 1024 ** 3;

/** Bytes of a word of the value that a header ends before; 1 in little endian. */
export function wordOf({ share, header }: Prototype): number {
  const { bigEndian } = encodingOf(share.transferSyntax);
  // The header of the pixel data element: tag, VR, two bytes, length (PS3.5 §7.1.2).
  if (!bigEndian || header.length < 12) return 1;
  return wordBytes(header.toString('latin1', header.length - 8, header.length - 6));
}

interface Known {
  readonly prototype: Prototype;
  readonly form: PixelForm;
  /** Length of its native pixels; 0 where they cannot be had. */
  readonly native: number;
}

/** The prototypes of the run's pools, by form and length. */
export class PixelForms {
  /** Fragments of RLE may be of pixels that were sent otherwise. */
  hasOthers = false;
  /** Pixels may be colour, so that it takes a header to know how they are arranged. */
  hasColour = false;
  readonly #pools = new Map<number, readonly Known[]>();
  readonly #made = new Set<string>();
  /** Prototypes that were too many to be brought to another form. */
  readonly #left = new Set<number>();

  addPool(share: PoolShare): readonly Known[] {
    const members = new Pool(share).members.map(knownOf);
    this.#pools.set(share.id, members);
    this.hasOthers ||= members.some(({ native }) => native > 0);
    this.hasColour ||= members.some(mayBeColour);
    return members;
  }

  /** Length of the native pixels of a prototype; 0 where they cannot be had. */
  nativeBytes(prototype: number): number {
    return this.#of(prototype)?.native ?? 0;
  }

  /**
   * Whether pixels of a form can be told from those of a prototype: in the same form, or where both
   * can be brought to one.
   */
  comparable(prototype: number, form: PixelForm): boolean {
    const known = this.#of(prototype);
    if (known === undefined) return false;
    if (known.form === form) return true;
    return known.native > 0 && isConvertible(form) && !this.#left.has(prototype);
  }

  /** Tells the hashes that prototypes of another form and this native length have in `form`; once. */
  learn(form: PixelForm, bytes: number, take: (hash: string, prototype: number) => void): void {
    const key = `${form} ${bytes}`;
    if (bytes === 0 || this.#made.has(key)) return;
    this.#made.add(key);
    let room = MOST_BYTES;
    for (const known of [...this.#pools.values()].flat()) {
      if (known.native !== bytes || known.form === form) continue;
      room -= bytes;
      const pixels = room < 0 ? null : pixelsOf(known, form);
      if (pixels === null) this.#left.add(known.prototype.number);
      else take(hash('sha256', pixels, 'hex'), known.prototype.number);
    }
  }

  #of(prototype: number): Known | undefined {
    const { pool, member } = splitPrototypeNumber(prototype);
    return this.#pools.get(pool)?.[member];
  }
}

function knownOf(prototype: Prototype): Known {
  const { transferSyntax } = prototype.share;
  const form = pixelForm(transferSyntax, wordOf(prototype));
  const known = { prototype, form, native: nativeLength(prototype, form) };
  if (!mayBeColour(known) || form === transferSyntax) return known;
  return isByPlane(prototype.header, transferSyntax) ? { ...known, form: inPlanes(form) } : known;
}

/** Whether there are bytes enough for three samples a pixel: asked before a header is read. */
function mayBeColour({ prototype, native }: Known): boolean {
  const { rows, columns, numberOfFrames } = prototype.share;
  return native > 0 && native >= 3 * rows * columns * numberOfFrames;
}

function nativeLength({ share, header }: Prototype, form: PixelForm): number {
  const { transferSyntax, datasetBytes, headerBytes, pixelHash } = share;
  if (!isConvertible(form) || pixelHash === '' || datasetBytes > LARGE_FILE_BYTES) return 0;
  if (transferSyntax === TransferSyntax.RLE) return nativeBytes(withoutPixelElement(header));
  const { deflated, bigEndian } = encodingOf(transferSyntax);
  if (deflated || datasetBytes === headerBytes) return 0;
  const at = header.length - 4;
  return bigEndian ? header.readUInt32BE(at) : header.readUInt32LE(at);
}

/** A header ends with that of the pixel data element, which has no value there. */
function withoutPixelElement(header: Buffer): Buffer {
  return header.subarray(0, Math.max(0, header.length - 12));
}

function pixelsOf({ prototype }: Known, form: PixelForm): Buffer | null {
  try {
    const native = nativeValue(prototype.read(), prototype.share.transferSyntax);
    return native === null ? null : inForm(native, form);
  } catch {
    // why: a file that is gone, or RLE that cannot be decoded: then there is nothing to compare with
    return null;
  }
}
