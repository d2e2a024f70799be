// A data set as what is framed: header from a template, pixel data from memory, a tile or a file.
import type { Prototype, Template } from '../pool/prototype.ts';
import type { PayloadSource } from '../ul/outgoing.ts';
import { FileSource, type PayloadPlan, SliceSource } from './payload-sources.ts';
import { type Framable, MAX_IMAGE_BYTES } from './wire-image.ts';

/** An image that is not kept is copied only up to that (bytes). */
export const MAX_ONE_TIME_BYTES = 64 * 1024;

/** All but the bytes; data sets above `copyLimit` are not copied into the image. */
export type FramableBase = Omit<Framable, 'parts' | 'slots'> & { readonly copyLimit: number };

/** Whether the data set has an odd number of bytes. */
export function oddBytes(framable: Framable): boolean {
  const bytes = framable.parts.reduce((sum, part) => sum + part.length, 0);
  return (bytes + framable.restBytes) % 2 === 1;
}

/** Header, and the pixel data value from wherever it is. */
export function withTemplate(
  prototype: Prototype,
  template: Template,
  base: FramableBase,
): Framable {
  const { share, dataset, tile } = prototype;
  const { header, slots } = template;
  const valueBytes = share.datasetBytes - share.headerBytes;
  const { location } = share;
  if (dataset !== null && valueBytes === 0) return withoutValue(base, header, slots);
  if (dataset !== null) {
    const value = dataset.subarray(share.headerBytes);
    if (header.length + value.length <= base.copyLimit) {
      return { ...base, parts: [header, value], slots };
    }
    // why: a fragment must be even, so an odd header takes the first byte of the value with it
    const borrowed = header.length % 2;
    const parts = [header, value.subarray(0, borrowed)];
    const rest = (plan: PayloadPlan): PayloadSource => new SliceSource(value, borrowed, plan);
    return { ...base, parts, slots, rest, restBytes: value.length - borrowed };
  }
  const borrowed = header.length % 2;
  if (location.kind === 'file') {
    const first = prototype.firstValueByte();
    const offset = location.fileOffset + share.headerBytes + borrowed;
    const rest = (plan: PayloadPlan): PayloadSource =>
      new FileSource({ path: location.path, offset }, plan);
    const parts = [header, first.subarray(0, borrowed)];
    return { ...base, parts, slots, rest, restBytes: valueBytes - borrowed };
  }
  if (tile === null) throw new RangeError(`${share.origin}: has no bytes`);
  const rest = (plan: PayloadPlan): PayloadSource => new SliceSource(tile, borrowed, plan);
  const parts = [header, tile.subarray(0, borrowed)];
  return { ...base, parts, slots, rest, restBytes: valueBytes - borrowed };
}

/** No pixel data, or deflated: the header is all there is. */
function withoutValue(base: FramableBase, header: Buffer, slots: readonly number[]): Framable {
  if (header.length <= MAX_IMAGE_BYTES || slots.length > 0)
    return { ...base, parts: [header], slots };
  const rest = (plan: PayloadPlan): PayloadSource => new SliceSource(header, 0, plan);
  return { ...base, parts: [], slots, rest, restBytes: header.length };
}
