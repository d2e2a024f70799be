// Listens to a data set as it arrives: keeps its header, hashes its pixels, holds nothing else.
import { hash as hashAtOnce } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { Collected, type Room } from '../collected.ts';
import { DatasetWalker, type PixelSink } from '../element/dataset-walker.ts';
import { PixelHash } from '../file/hash.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';
import { KeptFragments } from './kept-fragments.ts';

/**
 * Longest header kept, and longest deflated data set that is inflated to be compared; a data set
 * whose pixels come later is compared, but has no header.
 */
export const MAX_HEADER_BYTES = 16 * 1024 * 1024;

const NO_BYTES = Buffer.alloc(0);

/** A deflated data set that becomes larger is only counted. */
const MAX_INFLATED_BYTES = 256 * 1024 ** 2;

/** Pixels that need no hash, as they are in memory and can be compared: one value at a time. */
export interface KnownValues {
  /**
   * A value of so many bytes (-1: fragments) in words of `word` begins; false when none of those is
   * known.
   */
  begin(length: number, word: number, transferSyntax: string): boolean;
  /** The next bytes; false when no known value goes on like this. */
  push(buffer: Buffer, start: number, end: number): boolean;
  /** What was taken before `push` said false. */
  prefix(): Buffer;
  /** Number of the value, 0 when it is not complete. */
  finish(): number;
}

/** What of a data set is wanted. */
export interface TapWants {
  /** The bytes before the value of the pixel data. */
  readonly header: boolean;
  /** SHA-256 of the value of the pixel data. */
  readonly pixels: boolean;
  readonly known?: KnownValues;
  /** Of this transfer syntax all of a fragmented value, with the header, where there is room. */
  readonly fragmentsOf?: string | undefined;
  /** What such values may take up, with those of others. */
  readonly valueRoom?: Room;
  /** What headers may take up while they arrive, with those of others. */
  readonly room?: Room;
}

/**
 * One per association, used again for each data set: `begin`, `push` for every piece, `finish`.
 * The pieces are not kept; only a header that spans several is copied.
 */
export class DatasetTap implements PixelSink {
  bytes = 0;
  /**
   * After `finish`: the header, of a damaged data set what came of it until it could not be read any
   * more; null when not wanted, or too long.
   */
  header: Buffer | null = null;
  /** After `finish`: hex; '' = there are no pixels, or they could not be found. */
  pixelHash = '';
  /** After `finish`: number of the known pixels that came, instead of a hash; 0 = none. */
  knownPixels = 0;
  /** After `finish`: bytes of a native value, 0 of any other and without any. */
  valueLength = 0;
  /** Of a word of a native value in big endian; 1 where there is no order. */
  word = 1;
  /** After `finish`: the data set was read to its end, and has no pixel data. */
  withoutPixels = false;
  /**
   * After `finish`: the fragments with their headers, where they are wanted and the pixels are not
   * known; null for any other.
   */
  fragments: { readonly header: Buffer; readonly value: Buffer } | null = null;
  /** After `finish`: why the data set is no whole one of its transfer syntax; '' when it is. */
  damage = '';
  readonly #wants: TapWants;
  readonly #walker = new DatasetWalker(encodingOf(TransferSyntax.EXPLICIT_LE), this);
  readonly #pixels = new PixelHash();
  /** The header so far, or all of a deflated data set. */
  readonly #held: Collected;
  #holding = false;
  #tooLong = false;
  #deflated = false;
  #matching = false;
  #transferSyntax = '';
  /** A pixel data element came. */
  #found = false;
  #wantsHeader = false;
  /** It was followed from its beginning to its end. */
  #wasRead = false;
  /** A value that is wanted as it is. */
  #value: KeptFragments | null = null;
  /** The piece that is being read, for the header that ends in it. */
  #piece: Buffer | null = null;
  #pieceStart = 0;

  constructor(wants: TapWants) {
    this.#wants = wants;
    this.#held = new Collected(wants.room ?? null);
  }

  begin(transferSyntax: string): void {
    const encoding = encodingOf(transferSyntax);
    this.#transferSyntax = transferSyntax;
    this.bytes = 0;
    this.header = null;
    this.pixelHash = '';
    this.knownPixels = 0;
    this.damage = '';
    this.valueLength = 0;
    this.word = 1;
    this.withoutPixels = false;
    this.fragments = null;
    this.#found = false;
    this.#matching = false;
    this.#value?.clear();
    const whole = transferSyntax === this.#wants.fragmentsOf && this.#wants.pixels;
    this.#value = whole ? new KeptFragments(this.#wants.valueRoom ?? null) : null;
    this.#wantsHeader = this.#wants.header || whole;
    this.#pixels.clear();
    this.#held.clear();
    this.#tooLong = false;
    this.#deflated = encoding.deflated;
    // why: a deflated header cannot be searched; it is kept whole and inflated when asked for
    this.#holding = this.#wantsHeader || (this.#deflated && this.#wants.pixels);
    this.#walker.begin(encoding);
  }

  push(buffer: Buffer, start: number, end: number): void {
    if (!this.#deflated) {
      this.#piece = buffer;
      this.#pieceStart = start;
      this.#walker.write(buffer, start, end);
      this.#piece = null;
    }
    if (this.#holding) this.#hold(buffer, start, end);
    // why: of what cannot be read, the part that shows why is enough
    if (this.#walker.malformed) this.#holding = false;
    this.bytes += end - start;
  }

  finish(): void {
    this.#wasRead = !this.#walker.malformed && this.#walker.complete;
    if (this.#deflated) this.#finishDeflated();
    else if (this.#walker.malformed) this.damage = 'cannot be read in its transfer syntax';
    else if (this.#pixels.open || !this.#walker.complete) this.damage = 'is cut off';
    if (this.#wantsHeader && !this.#tooLong) this.header ??= Buffer.from(this.#held.take());
    this.#held.clear();
    this.#holding = false;
    if (this.#matching) this.knownPixels = this.#wants.known?.finish() ?? 0;
    if (this.knownPixels === 0) this.pixelHash ||= this.#hashOfPixels();
    this.#matching = false;
    this.withoutPixels = this.#wants.pixels && this.#wasRead && !this.#found;
    if (this.#value !== null) this.#finishValue(this.#value);
  }

  #finishValue(kept: KeptFragments): void {
    const { header } = this;
    const value = kept.take();
    if (value !== null && header !== null && this.#found) this.fragments = { header, value };
    this.#dropValue();
  }

  /** Gives up what it holds of a data set that will not come to its end: others need the room. */
  drop(): void {
    this.#held.clear();
    this.#dropValue();
    this.#holding = false;
  }

  /** Called by the walker, as is {@link pixelBytes}. */
  pixelsBegin(length: number, offset: number, word: number): void {
    this.#found = true;
    this.valueLength = Math.max(0, length);
    this.word = word;
    this.#pixels.begin();
    const { known } = this.#wants;
    this.#matching = length !== 0 && (known?.begin(length, word, this.#transferSyntax) ?? false);
    if (!this.#matching) this.#differ(NO_BYTES);
    if (!this.#wantsHeader || this.#piece === null || !this.#holding) return;
    const { length: held } = this.#held;
    const rest = this.#piece.subarray(this.#pieceStart, this.#pieceStart + offset - held);
    this.header = held === 0 ? Buffer.from(rest) : Buffer.concat([this.#held.take(), rest]);
    this.#held.clear();
    this.#holding = false;
  }

  pixelFraming(bytes: Buffer, start: number, end: number): void {
    if (this.#value !== null && !this.#value.frame(bytes, start, end)) this.#dropValue();
  }

  /** Compares while it matches; from the first difference on it hashes, what was equal included. */
  pixelBytes(bytes: Buffer, start: number, end: number, last: boolean): void {
    if (!this.#wants.pixels) {
      this.#pixels.open = !last;
      return;
    }
    const { known } = this.#wants;
    if (this.#matching && known !== undefined) {
      if (end === start || known.push(bytes, start, end)) {
        this.#value?.same(end - start);
        this.#pixels.open = !last;
        return;
      }
      this.#matching = false;
      const prefix = known.prefix();
      this.#differ(prefix);
      if (prefix.length > 0) this.#pixels.push(prefix, 0, prefix.length, false);
    }
    if (this.#value !== null && !this.#value.add(bytes, start, end)) this.#dropValue();
    this.#pixels.push(bytes, start, end, last);
  }

  #differ(contents: Buffer): void {
    if (this.#value !== null && !this.#value.differ(contents)) this.#dropValue();
  }

  /** Where there was no room for it, it is hashed as it is. */
  #dropValue(): void {
    this.#value?.clear();
    this.#value = null;
  }

  /** Also of a value that was cut off: it is not what was sent, and that has to show. */
  #hashOfPixels(): string {
    if (!this.#wants.pixels) return '';
    if (this.#matching) {
      const prefix = this.#wants.known?.prefix() ?? NO_BYTES;
      this.#differ(prefix);
      this.#pixels.push(prefix, 0, prefix.length, false);
    }
    return this.#pixels.finish();
  }

  #hold(buffer: Buffer, start: number, end: number): void {
    const tooLong = this.#held.length + end - start > MAX_HEADER_BYTES;
    if (!tooLong && this.#held.add(buffer, start, end)) return;
    this.#held.clear();
    this.#holding = false;
    this.#tooLong = true;
  }

  /** A deflated data set is compared once it is whole: inflating piece by piece is asynchronous. */
  #finishDeflated(): void {
    this.#wasRead = false;
    if (!this.#holding) return;
    const whole = this.#held.take();
    if (this.#wants.header) this.header = Buffer.from(whole);
    this.#holding = false;
    try {
      const plain = inflateRawSync(whole, { maxOutputLength: MAX_INFLATED_BYTES });
      this.#walker.begin(encodingOf(TransferSyntax.EXPLICIT_LE));
      this.#walker.write(plain);
      if (this.#walker.malformed) this.damage = 'cannot be read once it is inflated';
      else this.#wasRead = this.#walker.complete;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return;
      this.damage = 'does not inflate';
      // why: what does not inflate came to harm on its way, which a hash of its own says
      if (this.#wants.pixels) this.pixelHash = hashAtOnce('sha256', whole, 'hex');
    }
  }
}
