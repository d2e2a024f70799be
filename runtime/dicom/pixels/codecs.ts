// JPEG, JPEG-LS and JPEG 2000 frames through dcmjs-codecs (WebAssembly), off the hot path.
import { createRequire } from 'node:module';
import { DataError } from '../element/data-error.ts';
import type { Edits } from '../edit/edits.ts';
import { frameBytes, type PixelShape } from './pixel-shape.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';

interface CodecContext {
  getEncodedBuffer(): Uint8Array | undefined;
  getDecodedBuffer(): Uint8Array | undefined;
  getPhotometricInterpretation(): string | undefined;
}
type CodecCall = (
  context: CodecContext,
  parameters: Readonly<Record<string, unknown>>,
) => CodecContext;

interface Codecs {
  readonly NativeCodecs: {
    initializeAsync(options: Readonly<Record<string, unknown>>): Promise<void>;
    isInitialized(): boolean;
    readonly encodeJpeg: CodecCall;
    readonly encodeJpegLs: CodecCall;
    readonly encodeJpeg2000: CodecCall;
    readonly decodeJpeg: CodecCall;
    readonly decodeJpegLs: CodecCall;
    readonly decodeJpeg2000: CodecCall;
  };
  readonly Context: new (attributes: Readonly<Record<string, unknown>>) => CodecContext;
  readonly log?: { setLevel?: (level: string) => void };
}

let codecs: Codecs | null = null; // why: a memo of `require`, not state

/**
 * Loads the codecs (about 80 ms, once a thread). Needed before any transfer syntax of the JPEG
 * family is made or decoded.
 */
export async function initializeCodecs(): Promise<void> {
  if (codecs === null) {
    const loaded = createRequire(import.meta.url)('dcmjs-codecs') as Codecs;
    loaded.log?.setLevel?.('silent');
    await loaded.NativeCodecs.initializeAsync({ logCodecsInfo: false });
    codecs = loaded;
  }
}

/** Whether {@link initializeCodecs} has ended. */
export function codecsLoaded(): boolean {
  return codecs !== null;
}

interface Method {
  readonly encode: 'encodeJpeg' | 'encodeJpegLs' | 'encodeJpeg2000';
  readonly decode: 'decodeJpeg' | 'decodeJpegLs' | 'decodeJpeg2000';
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Lossy: the method named by (0028,2114). */
  readonly lossy: string | null;
  readonly maxBits: number;
  /** Photometric interpretation of compressed RGB (PS3.5 §8.2). */
  readonly colour: string;
}

const JPEG = { encode: 'encodeJpeg', decode: 'decodeJpeg' } as const;
const JPEG_LS = { encode: 'encodeJpegLs', decode: 'decodeJpegLs' } as const;
const JPEG_2000 = { encode: 'encodeJpeg2000', decode: 'decodeJpeg2000' } as const;
const LOSSLESS: Method = {
  ...JPEG,
  parameters: { lossy: false, predictor: 1, pointTransform: 0 },
  lossy: null,
  maxBits: 16,
  colour: 'RGB',
};

const METHODS: Readonly<Record<string, Method>> = {
  [TransferSyntax.JPEG_BASELINE]: {
    ...JPEG,
    parameters: { lossy: true, quality: 90, sampleFactor: 1 },
    lossy: 'ISO_10918_1',
    maxBits: 8,
    colour: 'YBR_FULL_422',
  },
  [TransferSyntax.JPEG_EXTENDED]: {
    ...JPEG,
    parameters: { lossy: true, quality: 90, sampleFactor: 1 },
    lossy: 'ISO_10918_1',
    maxBits: 8,
    colour: 'YBR_FULL_422',
  },
  [TransferSyntax.JPEG_LOSSLESS]: LOSSLESS,
  [TransferSyntax.JPEG_LOSSLESS_SV1]: LOSSLESS,
  [TransferSyntax.JPEG_LS_LOSSLESS]: {
    ...JPEG_LS,
    parameters: { lossy: false },
    lossy: null,
    maxBits: 16,
    colour: 'RGB',
  },
  [TransferSyntax.JPEG_LS_LOSSY]: {
    ...JPEG_LS,
    parameters: { lossy: true, allowedLossyError: 2 },
    lossy: 'ISO_14495_1',
    maxBits: 16,
    colour: 'RGB',
  },
  [TransferSyntax.JPEG_2000_LOSSLESS]: {
    ...JPEG_2000,
    parameters: { lossy: false },
    lossy: null,
    maxBits: 16,
    colour: 'YBR_RCT',
  },
  [TransferSyntax.JPEG_2000]: {
    ...JPEG_2000,
    parameters: { lossy: true, rate: 10 },
    lossy: 'ISO_15444_1',
    maxBits: 16,
    colour: 'YBR_ICT',
  },
};

/** Whether frames of a transfer syntax need {@link initializeCodecs} first. */
export function needsCodecs(transferSyntax: string): boolean {
  return METHODS[transferSyntax] !== undefined;
}

/** Whether pixels of a transfer syntax are not those that were compressed, as far as we know it. */
export function isLossy(transferSyntax: string): boolean {
  return typeof METHODS[transferSyntax]?.lossy === 'string';
}

function methodOf(transferSyntax: string): { method: Method; codecs: Codecs } {
  const method = METHODS[transferSyntax];
  if (method === undefined) {
    throw new DataError('DATA_UNSUPPORTED', `transfer syntax ${transferSyntax}: no codec for it`);
  }
  if (codecs === null) {
    throw new DataError(
      'DATA_CODECS_NOT_LOADED',
      `transfer syntax ${transferSyntax}: its codec is not loaded`,
    );
  }
  return { method, codecs };
}

/**
 * Compresses one frame.
 *
 * @throws DataError `DATA_UNSUPPORTED`, `DATA_CODECS_NOT_LOADED`
 */
export function encodeFrame(
  frame: Buffer,
  shape: PixelShape,
  options: { readonly transferSyntax: string; readonly photometric: string },
): { bytes: Buffer; edits: Edits } {
  const { method, codecs: loaded } = methodOf(options.transferSyntax);
  if (shape.bitsStored > method.maxBits || shape.bitsAllocated === 1 || shape.bitsAllocated > 16) {
    throw new DataError(
      'DATA_UNSUPPORTED',
      `transfer syntax ${options.transferSyntax}: takes up to ${method.maxBits} bits, not ${shape.bitsStored}`,
      'choose rle, jpeg-lossless, jpeg-ls or jpeg2000 for more bits',
    );
  }
  const context = new loaded.Context({
    ...contextOf(shape, options.photometric),
    decodedBuffer: frame,
  });
  const result = loaded.NativeCodecs[method.encode](context, method.parameters);
  const bytes = Buffer.from(result.getEncodedBuffer() ?? []);
  const photometric = options.photometric === 'RGB' ? method.colour : options.photometric;
  return { bytes, edits: compressionEdits(method, photometric, frame.length / bytes.length) };
}

function compressionEdits(method: Method, photometric: string, ratio: number): Edits {
  const colour = { PhotometricInterpretation: photometric };
  if (method.lossy === null) return colour;
  return {
    ...colour,
    LossyImageCompression: '01',
    LossyImageCompressionRatio: ratio.toFixed(2),
    LossyImageCompressionMethod: method.lossy,
  };
}

function contextOf(shape: PixelShape, photometric: string): Record<string, unknown> {
  return {
    width: shape.columns,
    height: shape.rows,
    bitsAllocated: shape.bitsAllocated,
    bitsStored: shape.bitsStored,
    samplesPerPixel: shape.samples,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: photometric,
  };
}

const APP0 = 0xffe0;
const APP14 = 0xffee;
const START_OF_SCAN = 0xffda;

/** Whether a JPEG image has a JFIF or Adobe marker, which tell decoders its colours. */
function saysItsColours(jpeg: Buffer): boolean {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== 0xffd8) return true;
  for (let at = 2; at + 4 <= jpeg.length;) {
    const marker = jpeg.readUInt16BE(at);
    if (marker < 0xff00 || marker === START_OF_SCAN) return false;
    const name = jpeg.toString('latin1', at + 4, at + 9);
    if ((marker === APP0 && name === 'JFIF\0') || (marker === APP14 && name === 'Adobe'))
      return true;
    // why: fill bytes may stand before a marker
    at += marker === 0xffff ? 1 : 2 + jpeg.readUInt16BE(at + 2);
  }
  return false;
}

/** Bits of a sample by the frame header of a DCT-based JPEG image; 0 for any other stream. */
function dctPrecision(jpeg: Buffer): number {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== 0xffd8) return 0;
  for (let at = 2; at + 5 <= jpeg.length;) {
    const marker = jpeg.readUInt16BE(at);
    if (marker < 0xff00 || marker === START_OF_SCAN) return 0;
    // Baseline, extended sequential, progressive (ISO/IEC 10918-1 Table B.1).
    if (marker >= 0xffc0 && marker <= 0xffc2) return jpeg[at + 4] ?? 0;
    at += marker === 0xffff ? 1 : 2 + jpeg.readUInt16BE(at + 2);
  }
  return 0;
}

/** A decoder of 12 bits makes other pixels of 16, and says nothing. */
function mustBeDecodable(jpeg: Buffer): void {
  const bits = dctPrecision(jpeg);
  if (bits === 0 || bits === 8 || bits === 12) return;
  throw new DataError(
    'DATA_UNSUPPORTED',
    `compressed frame: lossy JPEG has 8 or 12 bits (ISO/IEC 10918-1), this says ${bits}`,
  );
}

/** Decompresses one frame to little-endian samples; the photometric interpretation may change. */
export function decodeFrame(
  encoded: Buffer,
  shape: PixelShape,
  options: { readonly transferSyntax: string; readonly photometric: string },
): { bytes: Buffer; photometric: string } {
  const { method, codecs: loaded } = methodOf(options.transferSyntax);
  mustBeDecodable(encoded);
  const context = new loaded.Context({
    ...contextOf(shape, options.photometric),
    encodedBuffer: encoded,
  });
  // why: a JPEG decoder takes three components for YCbCr unless a marker says otherwise
  const isRgb = shape.samples === 3 && options.photometric === 'RGB' && !saysItsColours(encoded);
  const result = loaded.NativeCodecs[method.decode](context, { convertColorspaceToRgb: !isRgb });
  const bytes = Buffer.from(result.getDecodedBuffer() ?? []);
  if (bytes.length !== frameBytes(shape)) {
    throw new DataError(
      'DATA_MALFORMED',
      `compressed frame: gives ${bytes.length} bytes, its header says ${frameBytes(shape)}`,
    );
  }
  return { bytes, photometric: shape.samples === 3 ? 'RGB' : options.photometric };
}
