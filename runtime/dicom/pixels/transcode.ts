// Another transfer syntax for a whole data set, explicitly and off the hot path.
import { decodeFrame, needsCodecs } from './codecs.ts';
import { DataError } from '../element/data-error.ts';
import { compileEdits, type Edits } from '../edit/edits.ts';
import {
  findElement,
  indexDataset,
  PIXEL_DATA,
  UNDEFINED_LENGTH,
} from '../element/element-index.ts';
import { fragmentsOf } from './fragments.ts';
import { encapsulate, type OffsetTable } from './encapsulate.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { elementHeader } from '../element/element-header.ts';
import { deflateDataset, inflateDataset } from '../element/deflate.ts';
import { getValue, openDataset } from '../element/json.ts';
import { frameBytes, type PixelShape } from './pixel-shape.ts';
import { reencode } from '../element/reencode.ts';
import { decodeRle } from './rle.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

/** Whether pixel data of a transfer syntax is compressed. */
export function isCompressed(transferSyntax: string): boolean {
  return encodingOf(transferSyntax).encapsulated;
}

/** A data set and the transfer syntax it is in. */
export interface Transcoded {
  readonly dataset: Buffer;
  readonly transferSyntax: string;
}

/**
 * A data set in another transfer syntax. Compression to a lossy one gives a new SOP Instance UID
 * no thought: set it with edits.
 *
 * @throws DataError `DATA_UNSUPPORTED`, `DATA_CODECS_NOT_LOADED`, `DATA_MALFORMED`
 */
export function transcode(
  dataset: Buffer,
  from: string,
  to: string,
  offsetTable: OffsetTable = 'basic',
): Transcoded {
  if (from === to) return { dataset, transferSyntax: to };
  const explicit = toExplicit(dataset, from);
  return { dataset: fromExplicit(explicit, to, offsetTable), transferSyntax: to };
}

/** Native explicit VR little endian. */
function toExplicit(dataset: Buffer, from: string): Buffer {
  const encoding = encodingOf(from);
  if (encoding.deflated) return inflateDataset(dataset);
  if (from === TransferSyntax.EXPLICIT_LE) return dataset;
  if (encoding.encapsulated) return decompress(dataset, from);
  return reencode(dataset, encoding, encodingOf(TransferSyntax.EXPLICIT_LE));
}

function fromExplicit(dataset: Buffer, to: string, offsetTable: OffsetTable): Buffer {
  const encoding = encodingOf(to);
  if (to === TransferSyntax.EXPLICIT_LE) return dataset;
  if (encoding.deflated) return deflateDataset(dataset);
  if (encoding.encapsulated) return compress(dataset, to, offsetTable);
  return reencode(dataset, encodingOf(TransferSyntax.EXPLICIT_LE), encoding);
}

/** What a header says about its pixels. */
export interface Pixels {
  readonly shape: PixelShape;
  readonly photometric: string;
  readonly planar: boolean;
}

/**
 * What a data set, or its header, says about its pixels.
 *
 * @throws DataError `DATA_UNSUPPORTED` where it does not say how many there are
 */
export function pixelsOf(
  dataset: Buffer,
  transferSyntax: string = TransferSyntax.EXPLICIT_LE,
): Pixels {
  const open = openDataset(dataset, transferSyntax);
  const number = (name: string): number => Number(getValue(open, name) ?? 0);
  const shape = {
    rows: number('Rows'),
    columns: number('Columns'),
    frames: number('NumberOfFrames') || 1,
    samples: number('SamplesPerPixel') === 3 ? 3 : 1,
    bitsAllocated: number('BitsAllocated') as PixelShape['bitsAllocated'],
    bitsStored: number('BitsStored'),
  } as const;
  if (shape.rows === 0 || shape.columns === 0 || !(shape.bitsAllocated > 0)) {
    throw new DataError(
      'DATA_UNSUPPORTED',
      'transcoding: Rows, Columns or BitsAllocated are missing',
    );
  }
  const photometric = String(getValue(open, 'PhotometricInterpretation') ?? '');
  return { shape, photometric, planar: number('PlanarConfiguration') === 1 };
}

function decompress(dataset: Buffer, from: string): Buffer {
  const { elements } = indexDataset(dataset, encodingOf(from));
  const pixel = findElement(elements, PIXEL_DATA);
  if (pixel === null || !pixel.undefinedLength) return dataset;
  const { shape, photometric } = pixelsOf(dataset);
  const value = dataset.subarray(pixel.valueOffset, pixel.valueOffset + pixel.length);
  let edits: Edits = {};
  const frames = framesOf(value, shape.frames).map((frame) => {
    if (from === TransferSyntax.RLE) return rleFrame(frame, shape);
    const decoded = decodeFrame(frame, shape, { transferSyntax: from, photometric });
    edits = { PhotometricInterpretation: decoded.photometric };
    return decoded.bytes;
  });
  if (shape.samples === 3) edits = { ...edits, PlanarConfiguration: 0 };
  const header = patchHeader(dataset.subarray(0, pixel.offset), from, compileEdits(edits));
  const native = Buffer.concat(frames);
  const padded = native.length % 2 === 0 ? native : Buffer.concat([native, Buffer.of(0)]);
  const vr = shape.bitsAllocated > 8 ? 'OW' : 'OB';
  const encoding = encodingOf(TransferSyntax.EXPLICIT_LE);
  const head = elementHeader(PIXEL_DATA, vr, padded.length, encoding);
  return Buffer.concat([withoutExtendedTable(header), head, padded, dataset.subarray(pixel.end)]);
}

/** The Extended Offset Table goes with the fragments it is about. */
function withoutExtendedTable(header: Buffer): Buffer {
  const { elements } = indexDataset(header, encodingOf(TransferSyntax.EXPLICIT_LE));
  const first = elements.find((one) => one.tag === 0x7fe00001 || one.tag === 0x7fe00002);
  return first === undefined ? header : header.subarray(0, first.offset);
}

function rleFrame(frame: Buffer, shape: PixelShape): Buffer {
  try {
    return decodeRle(frame, shape.samples, shape.bitsAllocated / 8, frameBytes(shape));
  } catch (cause) {
    throw new DataError('DATA_MALFORMED', cause instanceof Error ? cause.message : 'RLE frame');
  }
}

/**
 * The frames in a value of fragments: by the Basic Offset Table, else one fragment a frame, else
 * (one frame) all of them.
 */
export function framesOf(value: Buffer, frames: number): Buffer[] {
  const [table, ...rest] = fragmentsOf(value);
  if (table === undefined) return [];
  if (frames <= 1) return [Buffer.concat(rest.map((one) => one.bytes))];
  if (rest.length === frames) return rest.map((one) => one.bytes);
  const base = rest[0]?.at ?? 0;
  const starts = new Set<number>();
  for (let i = 0; i + 4 <= table.bytes.length; i += 4)
    starts.add(table.bytes.readUInt32LE(i) + base);
  if (starts.size !== frames) {
    throw new DataError(
      'DATA_UNSUPPORTED',
      `${rest.length} fragments and no offset table for ${frames} frames`,
    );
  }
  const groups: Buffer[][] = [];
  for (const one of rest) {
    if (starts.has(one.at)) groups.push([]);
    groups[groups.length - 1]?.push(one.bytes);
  }
  return groups.map((group) => Buffer.concat(group));
}

function compress(dataset: Buffer, to: string, offsetTable: OffsetTable): Buffer {
  const { elements } = indexDataset(dataset, encodingOf(TransferSyntax.EXPLICIT_LE));
  const pixel = findElement(elements, PIXEL_DATA);
  if (pixel === null) return dataset;
  if (!needsCodecs(to) && to !== TransferSyntax.RLE) {
    throw new DataError('DATA_UNSUPPORTED', `transfer syntax ${to}: no encoder for it`);
  }
  const { shape, photometric, planar } = pixelsOf(dataset);
  const native = dataset.subarray(pixel.valueOffset, pixel.valueOffset + pixel.length);
  const pixels = planar ? byPixel(native, shape) : native;
  const result = encapsulate(pixels, shape, { transferSyntax: to, photometric, offsetTable });
  const edits = compileEdits({ ...result.edits, ...(planar ? { PlanarConfiguration: 0 } : {}) });
  const before = dataset.subarray(0, pixel.offset);
  return Buffer.concat([
    patchHeader(before, TransferSyntax.EXPLICIT_LE, edits),
    ...result.tables,
    elementHeader(PIXEL_DATA, 'OB', UNDEFINED_LENGTH, encodingOf(to)),
    ...result.value,
    dataset.subarray(pixel.end),
  ]);
}

/** Colour by plane -> colour by pixel; anything else is as it was. */
export function byPixel(native: Buffer, shape: PixelShape): Buffer {
  return rearranged(native, shape, { to: BY_PIXEL, from: byPlanes(shape) });
}

/** Colour by pixel -> colour by plane; anything else is as it was. */
export function byPlane(native: Buffer, shape: PixelShape): Buffer {
  return rearranged(native, shape, { to: byPlanes(shape), from: BY_PIXEL });
}

/** How many samples it is from one to the next. */
interface Steps {
  readonly plane: number;
  readonly pixel: number;
}

const BY_PIXEL: Steps = { plane: 1, pixel: 3 };
const byPlanes = ({ rows, columns }: PixelShape): Steps => ({ plane: rows * columns, pixel: 1 });

function rearranged(
  native: Buffer,
  shape: PixelShape,
  { to, from }: { readonly to: Steps; readonly from: Steps },
): Buffer {
  const frame = frameBytes(shape);
  if (shape.samples !== 3 || native.length < frame * shape.frames) return native;
  const bytes = Math.max(1, shape.bitsAllocated / 8);
  const out = Buffer.alloc(native.length);
  for (let base = 0; base < frame * shape.frames; base += frame) {
    // One byte of each sample of a plane after the other.
    for (let i = 0; i < 3 * bytes; i++) {
      const [plane, byte] = [Math.floor(i / bytes), i % bytes];
      let at = base + to.plane * plane * bytes + byte;
      let source = base + from.plane * plane * bytes + byte;
      for (let left = shape.rows * shape.columns; left > 0; left--) {
        out[at] = native[source] ?? 0;
        at += to.pixel * bytes;
        source += from.pixel * bytes;
      }
    }
  }
  return out;
}
