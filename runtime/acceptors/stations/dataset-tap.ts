// Listens to a data set as it arrives: keeps its header, hashes its pixels, holds nothing else.
import { createHash, hash as hashAtOnce } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { encodingOf, TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import { HeaderScan, ScanState } from './header-scan.ts';
import { PixelMatch } from '../account/known-pixels.ts';
import type { KnownPixels } from '../account/known-pixels.ts';

/**
 * Longest header kept or searched, and longest deflated data set that is inflated to be compared; a
 * data set whose pixels come later is only counted.
 */
export const MAX_HEADER_BYTES = 16 * 1024 * 1024;

/** A deflated data set that becomes larger is only counted. */
const MAX_INFLATED_BYTES = 256 * 1024 ** 2;

/** What of a data set is wanted. */
export interface TapWants {
  /** The bytes before the value of the pixel data. */
  readonly header: boolean;
  /** SHA-256 of the value of the pixel data. */
  readonly pixels: boolean;
  /** Pixels that need no hash, as they can be compared. */
  readonly known?: KnownPixels;
}

/**
 * One per association, used again for each data set: `begin`, `push` for every piece, `finish`.
 * The pieces are not kept; only a header that spans several is copied while it is searched.
 */
export class DatasetTap {
  bytes = 0;
  /** After `finish`: the header, null when not wanted or not found. */
  header: Buffer | null = null;
  /** After `finish`: hex; '' = there are no pixels, or they could not be found. */
  pixelHash = '';
  /** After `finish`: number of the known pixels that came, instead of a hash; 0 = none. */
  knownPixels = 0;
  private readonly wants: TapWants;
  private readonly scan = new HeaderScan();
  private scanning = false;
  /** Pieces of a header that is not complete yet. */
  private held: Buffer = Buffer.alloc(0);
  private heldBytes = 0;
  private pixels: PixelHash | null = null;
  private readonly pixelHasher = new PixelHash();
  private readonly match: PixelMatch | null;
  private matching = false;

  constructor(wants: TapWants) {
    this.wants = wants;
    this.match = wants.known === undefined ? null : new PixelMatch(wants.known);
  }

  begin(transferSyntax: string): void {
    const encoding = encodingOf(transferSyntax);
    this.bytes = 0;
    this.header = null;
    this.pixelHash = '';
    this.knownPixels = 0;
    this.matching = false;
    this.heldBytes = 0;
    this.pixels = null;
    this.scanning = this.wants.header || this.wants.pixels;
    // why: a deflated header cannot be searched; it is kept whole and inflated when asked for
    if (encoding.deflated) this.scan.begin({ ...encoding, explicit: false });
    else this.scan.begin(encoding);
    this.deflated = encoding.deflated;
  }

  private deflated = false;

  push(buffer: Buffer, start: number, end: number): void {
    this.bytes += end - start;
    if (this.pixels !== null) this.pixelPiece(this.pixels, buffer, start, end);
    else if (this.scanning) this.search(buffer, start, end);
  }

  finish(): void {
    if (this.scanning && this.wants.header) {
      this.header = Buffer.from(this.held.subarray(0, this.heldBytes));
    }
    if (this.scanning && this.deflated && this.wants.pixels) this.inflatedPixels();
    if (this.matching) this.knownPixels = this.match?.finish() ?? 0;
    else if (this.pixels !== null) this.pixelHash = this.pixels.finish();
    this.pixels = null;
    if (this.held.length > 65_536) this.held = Buffer.alloc(0);
  }

  private search(buffer: Buffer, start: number, end: number): void {
    if (this.heldBytes === 0 && !this.deflated) {
      const state = this.scan.run(buffer, start, end);
      if (state === ScanState.PIXELS) return this.found(buffer, start, end);
      if (state === ScanState.BROKEN) return this.giveUp();
    }
    this.hold(buffer, start, end);
    if (!this.scanning || this.deflated || this.heldBytes === end - start) return;
    const state = this.scan.run(this.held, 0, this.heldBytes);
    if (state === ScanState.PIXELS) this.found(this.held, 0, this.heldBytes);
    else if (state === ScanState.BROKEN) this.giveUp();
  }

  /** A deflated data set is compared once it is whole: inflating piece by piece is asynchronous. */
  private inflatedPixels(): void {
    const whole = this.held.subarray(0, this.heldBytes);
    try {
      const plain = inflateRawSync(whole, { maxOutputLength: MAX_INFLATED_BYTES });
      this.scan.begin(encodingOf(TransferSyntax.EXPLICIT_LE));
      if (this.scan.run(plain, 0, plain.length) === ScanState.PIXELS) {
        this.take(plain, 0, plain.length);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return;
      // why: what does not inflate came to harm on its way, which a hash of its own says
      this.pixelHash = hashAtOnce('sha256', whole, 'hex');
    }
  }

  private found(buffer: Buffer, start: number, end: number): void {
    const { scan, wants } = this;
    this.scanning = false;
    if (wants.header) this.header = Buffer.from(buffer.subarray(start, start + scan.pixelOffset));
    if (wants.pixels) this.take(buffer, start, end);
  }

  /** The value of the pixel data begins in this buffer. */
  private take(buffer: Buffer, start: number, end: number): void {
    const { scan } = this;
    const value = start + scan.pixelOffset;
    this.pixels = this.pixelHasher;
    this.pixels.begin(scan.pixelLength);
    this.matching = this.match?.begin(scan.pixelLength) ?? false;
    if (value < end) this.pixelPiece(this.pixels, buffer, value, end);
  }

  /** Compares while it matches; from the first difference on it hashes, what was equal included. */
  private pixelPiece(pixels: PixelHash, buffer: Buffer, start: number, end: number): void {
    if (!this.matching || this.match === null) return pixels.push(buffer, start, end);
    const stop = Math.min(end, start + pixels.missing - this.match.position);
    if (stop <= start || this.match.push(buffer, start, stop)) return;
    this.matching = false;
    const prefix = this.match.prefix();
    if (prefix.length > 0) pixels.push(prefix, 0, prefix.length);
    pixels.push(buffer, start, end);
  }

  private hold(buffer: Buffer, start: number, end: number): void {
    const needed = this.heldBytes + end - start;
    if (needed > MAX_HEADER_BYTES) return this.giveUp();
    if (needed > this.held.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.held.length * 2, 8192));
      this.held.copy(larger, 0, 0, this.heldBytes);
      this.held = larger;
    }
    buffer.copy(this.held, this.heldBytes, start, end);
    this.heldBytes = needed;
  }

  private giveUp(): void {
    this.scanning = false;
    this.heldBytes = 0;
  }
}

/**
 * SHA-256 of the value of a pixel data element: the bytes of a native one, the items of an
 * encapsulated one up to and without the sequence delimiter.
 */
class PixelHash {
  private hash: Hash | null = null;
  private result = '';
  /** Bytes of the native value still to come; -1 = encapsulated. */
  private left = 0;
  /** Encapsulated: bytes of the current fragment to come, and its header while it is incomplete. */
  private fragment = 0;
  private readonly itemHead = Buffer.alloc(8);
  private itemBytes = 0;
  private ended = false;

  /** Bytes of a native value that it has not had yet. */
  get missing(): number {
    return this.left;
  }

  begin(length: number): void {
    this.hash = null;
    this.result = '';
    this.left = length;
    this.fragment = 0;
    this.itemBytes = 0;
    this.ended = false;
  }

  push(buffer: Buffer, start: number, end: number): void {
    if (this.left < 0) return this.pushFragments(buffer, start, end);
    const stop = Math.min(end, start + this.left);
    if (stop <= start) return;
    this.left -= stop - start;
    // A value that came in one piece, as small ones do, costs no hash object.
    if (this.left === 0 && this.hash === null) {
      this.result = hashAtOnce('sha256', buffer.subarray(start, stop), 'hex');
    } else this.update(buffer, start, stop);
  }

  finish(): string {
    if (this.hash !== null) this.result = this.hash.digest('hex');
    this.hash = null;
    return this.result;
  }

  private update(buffer: Buffer, start: number, end: number): void {
    this.hash ??= createHash('sha256');
    this.hash.update(buffer.subarray(start, end));
  }

  private pushFragments(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.ended) {
      if (this.fragment > 0) {
        const stop = Math.min(end, at + this.fragment);
        this.update(buffer, at, stop);
        this.fragment -= stop - at;
        at = stop;
        continue;
      }
      const take = Math.min(8 - this.itemBytes, end - at);
      buffer.copy(this.itemHead, this.itemBytes, at, at + take);
      this.itemBytes += take;
      at += take;
      if (this.itemBytes === 8) this.itemBegins();
    }
  }

  private itemBegins(): void {
    this.itemBytes = 0;
    if (this.itemHead.readUInt32LE(0) !== 0xe000fffe) {
      this.ended = true;
      return;
    }
    this.update(this.itemHead, 0, 8);
    this.fragment = this.itemHead.readUInt32LE(4);
  }
}
