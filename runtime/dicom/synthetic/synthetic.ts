// Synthetic instances: valid per IOD, seeded and reproducible, of a given shape or size.
import { createHash } from 'node:crypto';
import { DataError } from '../element/data-error.ts';
import { edgeCase } from './edge-cases.ts';
import { type Edits, compileEdits } from '../edit/edits.ts';
import { PIXEL_DATA, UNDEFINED_LENGTH } from '../element/element-index.ts';
import { encapsulate, OFFSET_TABLES, type OffsetTable } from '../pixels/encapsulate.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { elementHeader } from '../element/element-header.ts';
import { deflateDataset } from '../element/deflate.ts';
import { type Fill, FILLS, fillNoise, makePixels } from './pixels.ts';
import { frameBytes, type PixelShape } from '../pixels/pixel-shape.ts';
import { PoolBuilder } from '../pool/pool-builder.ts';
import { reencode } from '../element/reencode.ts';
import { type PoolShare } from '../pool/share.ts';
import { makeHeader } from './synthetic-header.ts';
import { type Iod } from './synthetic-iods.ts';
import { ALL_IODS } from './synthetic-kinds.ts';
import {
  encodingOf,
  TRANSFER_SYNTAX_NAMES,
  TransferSyntax,
  transferSyntaxUid,
} from '../element/transfer-syntax.ts';

/** What to make. Everything has a default; `bytes` is the length of the data set. */
export interface SyntheticSpec {
  /** `CT`, `MR`, …: see {@link SYNTHETIC_MODALITIES}. Default CT, or that of the preset. */
  readonly modality?: string;
  /** `KB005` … `MB10`. */
  readonly preset?: string;
  readonly rows?: number;
  readonly columns?: number;
  readonly frames?: number;
  /** Length of the data set, to the byte (even). */
  readonly bytes?: number;
  /** UID or short name; default explicit VR little endian. */
  readonly transferSyntax?: string;
  /** Of encapsulated pixel data; default 'basic'. */
  readonly offsetTable?: OffsetTable;
  readonly fill?: Fill;
  readonly seed?: number;
  /** How many different instances, default 1; their numbers are drawn into test patterns. */
  readonly instances?: number;
  /** DA, default 20260101. */
  readonly date?: string;
  /** Values to set beyond the IOD's. */
  readonly edits?: Edits;
  /** Rare but legal values by name, see `edge-cases.ts`. */
  readonly edge?: string | readonly string[];
}

/** Sizes of a well-known set of test images (bytes of the data set). */
export const PRESETS: Readonly<
  Record<string, { readonly modality: string; readonly bytes: number }>
> = {
  KB005: { modality: 'SR', bytes: 4_228 },
  KB032: { modality: 'MR', bytes: 39_106 },
  KB128: { modality: 'MR', bytes: 132_696 },
  KB256: { modality: 'RF', bytes: 264_168 },
  KB512: { modality: 'MR', bytes: 525_838 },
  MB01: { modality: 'US', bytes: 1_167_374 },
  MB04: { modality: 'CR', bytes: 4_194_304 },
  MB10: { modality: 'DX', bytes: 10_485_760 },
};

/** Kinds of instances that can be made. */
export const SYNTHETIC_MODALITIES: readonly string[] = Object.keys(ALL_IODS);

/** The kind of instances that a SOP class is made for; null when it cannot be made. */
export function modalityOf(sopClass: string): string | null {
  return SYNTHETIC_MODALITIES.find((name) => ALL_IODS[name]?.sopClass === sopClass) ?? null;
}

/** Those of them that may have several frames. */
export const MULTI_FRAME: readonly string[] = SYNTHETIC_MODALITIES.filter(
  (name) => ALL_IODS[name]?.manyFrames === true,
);

/** Native pixel data above this is not held in memory but repeats a tile. */
const TILED_ABOVE_BYTES = 64 * 1024 ** 2;
const TILE_BYTES = 8 * 1024 ** 2;

/** Everything decided: what one instance is made of. */
interface Plan {
  readonly iod: Iod;
  readonly shape: PixelShape | null;
  readonly transferSyntax: string;
  readonly bytes: number | null;
  readonly fill: Fill;
  readonly seed: number;
  readonly spec: SyntheticSpec;
}

/** One made instance: header, then value bytes; `tile` repeats to `valueBytes`. */
export interface SyntheticInstance {
  readonly transferSyntax: string;
  /** The whole data set; null when it is tiled. */
  readonly dataset: Buffer | null;
  readonly header: Buffer;
  readonly tile: Buffer | null;
  readonly valueBytes: number;
  readonly origin: string;
}

/**
 * A pool of synthetic instances.
 *
 * @param what a preset's name, one request or several
 * @param hash which hashes to take; those of 2 GB cost more than a second
 * @throws DataError `DATA_BAD_OPTION`
 */
export function syntheticPool(
  what: string | SyntheticSpec | readonly SyntheticSpec[],
  pool: { readonly id: number; readonly key: string },
  hash: 'pixels' | 'full' | 'none' = 'pixels',
): PoolShare {
  const specs = typeof what === 'string' ? [{ preset: what }] : Array.isArray(what) ? what : [what];
  const made = (specs as readonly SyntheticSpec[]).flatMap((spec) => makeInstances(spec));
  const expectedBytes = made.reduce(
    (sum, one) => sum + (one.dataset?.length ?? one.header.length + (one.tile?.length ?? 0)),
    0,
  );
  const builder = new PoolBuilder({ ...pool, expectedBytes, hash });
  for (const one of made) {
    const { transferSyntax, origin } = one;
    if (one.dataset !== null) builder.addDataset(one.dataset, { transferSyntax, origin });
    else if (one.tile !== null) {
      const pixelHash = hash === 'none' ? '' : hashTiled(one.tile, one.valueBytes);
      builder.addTiled(one.header, one.tile, one.valueBytes, { transferSyntax, origin, pixelHash });
    }
  }
  return builder.share();
}

function hashTiled(tile: Buffer, bytes: number): string {
  const hash = createHash('sha256');
  for (let left = bytes; left > 0; left -= tile.length) {
    hash.update(left >= tile.length ? tile : tile.subarray(0, left));
  }
  return hash.digest('hex');
}

/** The instances a request asks for. */
export function makeInstances(spec: SyntheticSpec): SyntheticInstance[] {
  const plan = planOf(spec);
  const count = integer('instances', spec.instances ?? 1, 1, 100_000);
  return Array.from({ length: count }, (_, i) => makeInstance(plan, i + 1));
}

function bad(message: string, hint?: string): DataError {
  return new DataError('DATA_BAD_OPTION', `synthetic ${message}`, hint);
}

function integer(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw bad(`${name}: must be an integer from ${min} to ${max}, got "${value}"`);
}

function presetOf(
  spec: SyntheticSpec,
): { readonly modality: string; readonly bytes: number } | null {
  if (spec.preset === undefined) return null;
  const preset = PRESETS[spec.preset.toUpperCase()];
  if (preset !== undefined) return preset;
  throw bad(`preset: unknown "${spec.preset}"`, `one of ${Object.keys(PRESETS).join(', ')}`);
}

function iodOf(name: string): Iod {
  const iod = ALL_IODS[name.toUpperCase()];
  if (iod !== undefined) return iod;
  throw bad(`modality: unknown "${name}"`, `one of ${SYNTHETIC_MODALITIES.join(', ')}`);
}

function syntaxOf(spec: SyntheticSpec): string {
  const uid = transferSyntaxUid(spec.transferSyntax ?? 'explicit');
  if (uid !== null) return uid;
  const names = TRANSFER_SYNTAX_NAMES.join(', ');
  throw bad(`transferSyntax: unknown "${spec.transferSyntax}"`, `a UID, or one of ${names}`);
}

function oneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw bad(`${name}: unknown "${value}"`, `one of ${allowed.join(', ')}`);
}

function planOf(spec: SyntheticSpec): Plan {
  oneOf('fill', spec.fill, FILLS);
  oneOf('offsetTable', spec.offsetTable, OFFSET_TABLES);
  const preset = presetOf(spec);
  const iod = iodOf(spec.modality ?? preset?.modality ?? 'CT');
  const transferSyntax = syntaxOf(spec);
  const wanted = spec.bytes ?? (spec.rows === undefined ? preset?.bytes : undefined);
  const bytes = wanted === undefined ? null : integer('bytes', wanted, 1, Number.MAX_SAFE_INTEGER);
  if (bytes !== null && bytes % 2 === 1) throw bad(`bytes: must be even, got ${bytes}`);
  const { fill = 'noise', seed = 1 } = spec;
  const plan = { iod, transferSyntax, bytes, fill, seed, spec, shape: shapeOf(iod, spec) };
  mustFit(plan.shape);
  if (bytes === null || plan.shape === null) return plan;
  const encoding = encodingOf(transferSyntax);
  if (encoding.encapsulated || encoding.deflated) {
    throw bad('bytes: the size of compressed data cannot be chosen', 'give rows and columns');
  }
  return { ...plan, shape: fitShape(plan, plan.shape, bytes) };
}

function shapeOf(iod: Iod, spec: SyntheticSpec): PixelShape | null {
  if (spec.frames !== undefined && spec.frames !== 1) mayHaveFrames(iod, spec);
  if (iod.pixels === null) return null;
  return {
    ...iod.pixels,
    rows: integer('rows', spec.rows ?? iod.pixels.rows, 1, 65535),
    columns: integer('columns', spec.columns ?? iod.pixels.columns, 1, 65535),
    frames: integer('frames', spec.frames ?? iod.pixels.frames, 1, 1_000_000),
  };
}

function mayHaveFrames(iod: Iod, spec: SyntheticSpec): void {
  if (iod.manyFrames === true) return;
  const asked = spec.modality ?? spec.preset ?? iod.modality;
  const has = iod.pixels === null ? 'no pixels' : 'one frame';
  throw bad(
    `frames: ${asked.toUpperCase()} (${iod.sopClass}) has ${has} by its IOD, asked for ${spec.frames}`,
    `several frames have ${MULTI_FRAME.join(', ')}; a series of single ones: more instances`,
  );
}

/** A native pixel data value has a 32-bit length (PS3.5 §7.1.2). */
function mustFit(shape: PixelShape | null): void {
  if (shape === null || frameBytes(shape) * shape.frames < UNDEFINED_LENGTH) return;
  const bytes = frameBytes(shape) * shape.frames;
  throw bad(
    `rows × columns × frames: ${bytes} bytes of pixels, a native value holds less than 4 GiB`,
    'fewer frames, or a compressed transfer syntax',
  );
}

/** The largest shape of about the IOD's proportions whose data set is not above `bytes`. */
function fitShape(plan: Plan, shape: PixelShape, bytes: number): PixelShape {
  const header = headerOf({ ...plan, shape }, 1).length + FILLER_BYTES;
  const room = bytes - header - 12;
  const perPixel = (shape.samples * shape.bitsAllocated) / 8;
  const { manyFrames } = plan.iod;
  const asShaped =
    manyFrames === true && plan.spec.frames === undefined && room > TILED_ABOVE_BYTES;
  if (plan.spec.rows !== undefined || asShaped) {
    const most = manyFrames === true ? Math.max(1, Math.floor(room / frameBytes(shape))) : 1;
    const frames = plan.spec.frames ?? most;
    const fitted = { ...shape, frames };
    // why: NumberOfFrames may have grown by some digits
    if (frameBytes(fitted) * frames <= room - 16) return fitted;
  }
  const frames = plan.spec.frames ?? 1;
  const pixels = Math.floor(room / (perPixel * frames));
  const columns = Math.floor(Math.sqrt((pixels * shape.columns) / shape.rows)) & ~1;
  const rows = columns === 0 ? 0 : Math.floor(pixels / columns);
  if (rows < 1) {
    throw bad(
      `bytes: ${plan.iod.modality} needs more than ${header + 12} bytes, got ${bytes}`,
      'ask for more bytes or another modality (SR is the smallest)',
    );
  }
  return { ...shape, frames, rows: Math.min(rows, 65535), columns: Math.min(columns, 65535) };
}

/** Private creator and the header of the block that makes the size right to the byte. */
const FILLER_BYTES = 16 + 12;

function headerOf(plan: Plan, instance: number): Buffer {
  const { iod, shape, spec, seed } = plan;
  const photometric = iod.photometric;
  const header = makeHeader({
    iod,
    shape,
    photometric,
    instance,
    seed: `${iod.modality}/${seed}`,
    date: spec.date ?? '20260101',
    edits: {},
  });
  if (spec.edits === undefined && spec.edge === undefined) return header;
  const edits = compileEdits({ ...edgeCase(spec.edge ?? []), ...spec.edits });
  return patchHeader(header, TransferSyntax.EXPLICIT_LE, edits);
}

function makeInstance(plan: Plan, instance: number): SyntheticInstance {
  const { iod, shape, transferSyntax } = plan;
  const origin = `synthetic ${plan.spec.preset ?? iod.modality} #${instance}`;
  const plain = headerOf(plan, instance);
  const encoding = encodingOf(transferSyntax);
  if (encoding.encapsulated && shape !== null) return compressed(plan, plain, origin, instance);
  const native = shape === null ? 0 : frameBytes(shape) * shape.frames;
  const valueBytes = native + (native % 2);
  const filled = fillHeader(plan, plain, valueBytes);
  const header =
    encoding.explicit && !encoding.bigEndian
      ? filled
      : reencode(filled, encodingOf(TransferSyntax.EXPLICIT_LE), encoding);
  if (shape === null) {
    const dataset = encoding.deflated ? deflateDataset(header) : header;
    return { transferSyntax, dataset, header, tile: null, valueBytes: 0, origin };
  }
  const vr = shape.bitsAllocated > 8 || !encoding.explicit ? 'OW' : 'OB';
  const lead = Buffer.concat([header, elementHeader(PIXEL_DATA, vr, valueBytes, encoding)]);
  if (valueBytes > TILED_ABOVE_BYTES && !encoding.deflated) {
    const tile = tileOf(plan, shape);
    return { transferSyntax, dataset: null, header: lead, tile, valueBytes, origin };
  }
  const pixels = makePixels(shape, {
    fill: plan.fill,
    seed: plan.seed + instance,
    label: String(instance),
  });
  if (encoding.bigEndian && shape.bitsAllocated === 16) pixels.swap16();
  const whole = Buffer.concat([lead, pixels]);
  const dataset = encoding.deflated ? deflateDataset(whole) : whole;
  return { transferSyntax, dataset, header: lead, tile: null, valueBytes, origin };
}

/** What huge pixel data repeats: one frame of a picture, or 8 MB of noise. */
function tileOf(plan: Plan, shape: PixelShape): Buffer {
  if (plan.fill !== 'noise') {
    const one = { ...shape, frames: 1 };
    return makePixels(one, { fill: plan.fill, seed: plan.seed, label: '1' });
  }
  const tile = Buffer.alloc(TILE_BYTES);
  fillNoise(tile, plan.seed);
  return tile;
}

/** Adds the private block that makes the data set `plan.bytes` long. */
function fillHeader(plan: Plan, header: Buffer, valueBytes: number): Buffer {
  if (plan.bytes === null) return header;
  const encoding = encodingOf(plan.transferSyntax);
  const explicit = encodingOf(TransferSyntax.EXPLICIT_LE);
  const withBlock = (bytes: number): Buffer =>
    patchHeader(
      header,
      TransferSyntax.EXPLICIT_LE,
      compileEdits({
        '0009,0010': { vr: 'LO', value: 'DICOMRUN' },
        '0009,1001': { vr: 'OB', value: new Uint8Array(bytes) },
      }),
    );
  const base = withBlock(0);
  const length = encoding.explicit ? base.length : reencode(base, explicit, encoding).length;
  const pixelHeader = plan.shape === null ? 0 : encoding.explicit ? 12 : 8;
  const missing = plan.bytes - length - pixelHeader - valueBytes;
  if (missing < 0) {
    throw bad(
      `bytes: ${plan.iod.modality} needs at least ${plan.bytes - missing}, got ${plan.bytes}`,
    );
  }
  if (missing > TILED_ABOVE_BYTES) {
    throw bad(
      `bytes: the shape makes ${plan.bytes - missing} bytes, ${plan.bytes} are asked for`,
      'leave out rows and columns, or frames: what is left out is chosen',
    );
  }
  return withBlock(missing);
}

function compressed(
  plan: Plan,
  plain: Buffer,
  origin: string,
  instance: number,
): SyntheticInstance {
  const { shape, transferSyntax, spec } = plan;
  if (shape === null) throw bad('transferSyntax: there are no pixels to compress');
  const pixels = makePixels(shape, {
    fill: plan.fill,
    seed: plan.seed + instance,
    label: String(instance),
  });
  const result = encapsulate(pixels, shape, {
    transferSyntax,
    photometric: plan.iod.photometric,
    offsetTable: spec.offsetTable ?? 'basic',
  });
  const edits = compileEdits(result.edits);
  const header = Buffer.concat([
    patchHeader(plain, TransferSyntax.EXPLICIT_LE, edits),
    ...result.tables,
    elementHeader(PIXEL_DATA, 'OB', UNDEFINED_LENGTH, encodingOf(transferSyntax)),
  ]);
  const dataset = Buffer.concat([header, ...result.value]);
  const valueBytes = dataset.length - header.length;
  return { transferSyntax, dataset, header, tile: null, valueBytes, origin };
}
