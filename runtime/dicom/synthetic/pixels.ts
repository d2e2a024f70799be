// Pixels of synthetic instances: seeded, reproducible, little endian.
import { frameBytes, type PixelShape } from '../pixels/pixel-shape.ts';

export type Fill = 'noise' | 'flat' | 'pattern';
export const FILLS: readonly string[] = ['noise', 'flat', 'pattern'];

/** Fills `target` with incompressible bytes that depend on `seed` only (xorshift32). */
export function fillNoise(target: Buffer, seed: number): void {
  let state = (seed * 2654435761 + 0x9e3779b9) >>> 0 || 1;
  // why: a word at a time through a view is ten times faster than writeInt32LE
  const words = new Int32Array(target.length >>> 2);
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  Buffer.from(words.buffer).copy(target);
  for (let i = words.length * 4; i < target.length; i++) {
    target[i] = (state >>> ((i & 3) * 8)) & 0xff;
  }
}

/** Clears the bits above `bitsStored` of 16-bit samples. */
function maskSamples(target: Buffer, bitsStored: number): void {
  const highMask = ((1 << bitsStored) - 1) >>> 8;
  for (let i = 1; i < target.length; i += 2) target[i] = (target[i] ?? 0) & highMask;
}

/** What is drawn. */
export interface FillSpec {
  readonly fill: Fill;
  readonly seed: number;
  /** Drawn into the test pattern. */
  readonly label: string;
}

/** Pixel data of all frames, padded to even length. */
export function makePixels(shape: PixelShape, spec: FillSpec): Buffer {
  const one = frameBytes(shape);
  const total = one * shape.frames;
  const bytes = Buffer.alloc(total + (total % 2));
  const used = bytes.subarray(0, total);
  if (spec.fill === 'noise') {
    fillNoise(used, spec.seed);
    if (shape.bitsAllocated === 16 && shape.bitsStored < 16) maskSamples(used, shape.bitsStored);
    if (shape.bitsAllocated === 32) for (let i = 3; i < total; i += 4) used[i] = 0;
    return bytes;
  }
  for (let frame = 0; frame < shape.frames; frame++) {
    const target = used.subarray(frame * one, (frame + 1) * one);
    const text = shape.frames > 1 ? `${spec.label}/${frame + 1}` : spec.label;
    paintFrame(target, shape, spec.fill === 'flat' ? null : text);
  }
  return bytes;
}

/** A grey ramp with a grid, and `label` in the middle; mid grey when there is none. */
function paintFrame(target: Buffer, shape: PixelShape, label: string | null): void {
  const { rows, columns, samples, bitsAllocated } = shape;
  const top = 2 ** shape.bitsStored - 1;
  const glyphs = label === null ? null : layOut(label, rows, columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const level = glyphs === null ? 0.5 : levelAt(x, y, shape, glyphs);
      const at = (y * columns + x) * samples;
      for (let s = 0; s < samples; s++) {
        putSample(target, at + s, Math.round(level * top * (s === 0 ? 1 : 0.92)), bitsAllocated);
      }
    }
  }
}

function putSample(target: Buffer, index: number, value: number, bits: number): void {
  if (bits === 8) target[index] = value;
  else if (bits === 16) target.writeUInt16LE(value, index * 2);
  else if (bits === 32) target.writeUInt32LE(value, index * 4);
  else if (value > 0) target[index >>> 3] = (target[index >>> 3] ?? 0) | (1 << (index & 7));
}

interface Glyphs {
  readonly text: string;
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

const GLYPH_WIDTH = 6;

function layOut(text: string, rows: number, columns: number): Glyphs {
  const fit = Math.floor(Math.min((columns * 0.8) / (text.length * GLYPH_WIDTH), (rows * 0.5) / 7));
  const scale = Math.max(1, fit);
  return {
    text,
    scale,
    left: Math.floor((columns - text.length * GLYPH_WIDTH * scale) / 2),
    top: Math.floor((rows - 7 * scale) / 2),
  };
}

function levelAt(x: number, y: number, shape: PixelShape, glyphs: Glyphs): number {
  if (inGlyph(x, y, glyphs)) return 1;
  if (x % 64 === 0 || y % 64 === 0) return 0.55;
  return 0.05 + (0.45 * (x + y)) / (shape.rows + shape.columns);
}

/** 5 x 7 digits and slash, a row per number, the left column in bit 4. */
const FONT: Readonly<Record<string, readonly number[]>> = {
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 2, 12],
  '/': [1, 1, 2, 4, 8, 16, 16],
};

function inGlyph(x: number, y: number, glyphs: Glyphs): boolean {
  const column = Math.floor((x - glyphs.left) / glyphs.scale);
  const row = Math.floor((y - glyphs.top) / glyphs.scale);
  if (row < 0 || row > 6 || column < 0) return false;
  const within = column % GLYPH_WIDTH;
  const glyph = FONT[glyphs.text[Math.floor(column / GLYPH_WIDTH)] ?? ''];
  return glyph !== undefined && within < 5 && (((glyph[row] ?? 0) >> (4 - within)) & 1) === 1;
}
