// WADO-RS of the archive: instances and frames as parts, written as fast as they are taken.
import type { ServerResponse } from 'node:http';
import { tagHex } from '../../dicom/element/dictionary.ts';
import { DataError } from '../../dicom/element/data-error.ts';
import { findElement, indexDataset, PIXEL_DATA } from '../../dicom/element/element-index.ts';
import { openDataset } from '../../dicom/element/json.ts';
import { encodingOf, TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import { fileMeta } from '../../dicom/file/part10.ts';
import { framesOf, pixelsOf, transcode } from '../../dicom/pixels/transcode.ts';
import { bulkElements, toModel, type Model } from '../../web/json-model.ts';
import { closing, partHead, relatedType } from '../../web/multipart-writer.ts';
import { inSyntax } from './retrieve.ts';
import type { StoredInstance } from './store.ts';

/** What is not offered, as status and words. */
export class NotOffered extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An instance of which everything was kept. */
interface Whole extends StoredInstance {
  readonly dataset: Buffer;
}

/**
 * As they are stored, or in the one transfer syntax that was asked for: converted one at a time, when
 * its turn comes.
 *
 * @throws NotOffered before anything was sent
 */
export function sendInstances(
  response: ServerResponse,
  instances: readonly StoredInstance[],
  { accept, boundary }: { readonly accept: string; readonly boundary: string },
): void {
  const wanted = /transfer-syntax="?([\d.]+)/.exec(accept)?.[1];
  const whole = instances.map(mustBeWhole);
  const [first] = whole;
  if (first !== undefined) convert(first, wanted);
  response.writeHead(200, { 'content-type': relatedType(boundary) });
  void pour(response, parts(whole, wanted, boundary));
}

function mustBeWhole(instance: StoredInstance): Whole {
  const { dataset } = instance;
  if (dataset !== null) return { ...instance, dataset };
  throw new NotOffered(404, "the archive keeps headers only: keep: 'all'");
}

/** @throws NotOffered where it cannot be converted */
function convert({ dataset, header }: Whole, wanted: string | undefined): Buffer {
  const { transferSyntax: kept } = header;
  const bytes = wanted === undefined ? dataset : inSyntax(dataset, kept, wanted);
  if (bytes !== null) return bytes;
  throw new NotOffered(406, 'not in that transfer syntax');
}

function* parts(
  instances: readonly Whole[],
  wanted: string | undefined,
  boundary: string,
): Generator<Buffer> {
  for (const instance of instances) {
    const { sopClass, sopInstance, header } = instance;
    yield partHead(boundary, 'application/dicom');
    yield fileMeta(sopClass, sopInstance, wanted ?? header.transferSyntax);
    yield convert(instance, wanted);
  }
  yield closing(boundary);
}

/** Waits for a slow reader; what goes wrong in the middle breaks the connection off. */
async function pour(response: ServerResponse, pieces: Iterable<Buffer>): Promise<void> {
  try {
    for (const piece of pieces) {
      if (response.destroyed) return;
      if (!response.write(piece)) await drained(response);
    }
    response.end();
  } catch {
    response.destroy();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Media type of a frame by its transfer syntax (PS3.18 Table 8.7.3-2); native ones are bytes. */
const FRAME_TYPES: Readonly<Record<string, string>> = {
  [TransferSyntax.RLE]: 'image/dicom-rle',
  [TransferSyntax.JPEG_BASELINE]: 'image/jpeg',
  [TransferSyntax.JPEG_EXTENDED]: 'image/jpeg',
  [TransferSyntax.JPEG_LOSSLESS]: 'image/jpeg',
  [TransferSyntax.JPEG_LOSSLESS_SV1]: 'image/jpeg',
  [TransferSyntax.JPEG_LS_LOSSLESS]: 'image/jls',
  [TransferSyntax.JPEG_LS_LOSSY]: 'image/jls',
  [TransferSyntax.JPEG_2000_LOSSLESS]: 'image/jp2',
  [TransferSyntax.JPEG_2000]: 'image/jp2',
};

/**
 * Frames from 1, in the order they were asked for (PS3.18 §10.4.1.1.3), as they are stored.
 *
 * @throws NotOffered before anything was sent
 */
export function sendFrames(
  response: ServerResponse,
  instance: StoredInstance,
  { numbers, boundary }: { readonly numbers: readonly number[]; readonly boundary: string },
): void {
  const { type, frames } = framesIn(mustBeWhole(instance));
  const chosen = numbers.map((number) => {
    const frame = frames[number - 1];
    if (frame !== undefined) return frame;
    throw new NotOffered(404, `there is no frame ${number}: the instance has ${frames.length}`);
  });
  response.writeHead(200, { 'content-type': relatedType(boundary, type) });
  void pour(response, partsOf(chosen, type, boundary));
}

function* partsOf(frames: readonly Buffer[], type: string, boundary: string): Generator<Buffer> {
  for (const frame of frames) {
    yield partHead(boundary, type);
    yield frame;
  }
  yield closing(boundary);
}

/** Bulk data of an instance: where it is under the root, and its VR (PS3.18 §10.4.1.1.5). */
export function bulkOf(instance: StoredInstance): readonly Bulk[] {
  if (instance.dataset === null) return [];
  const { study, series, sopInstance, header } = instance;
  const at = `/studies/${study}/series/${series}/instances/${sopInstance}/bulkdata`;
  return bulkElements(openDataset(header.bytes, header.transferSyntax)).map(({ tag, vr }) => {
    const hex = tagHex(tag).toUpperCase();
    return { tag, vr, hex, path: `${at}/${hex}` };
  });
}

interface Bulk {
  readonly tag: number;
  readonly vr: string;
  readonly hex: string;
  readonly path: string;
}

/** Metadata of an instance, with the address of what it leaves out. */
export function metadataOf(instance: StoredInstance, root: string): Model {
  const { bytes, transferSyntax } = instance.header;
  const bulk = bulkOf(instance).map(
    ({ hex, vr, path }) => [hex, { vr, BulkDataURI: `${root}${path}` }] as const,
  );
  return { ...toModel(openDataset(bytes, transferSyntax)), ...Object.fromEntries(bulk) };
}

/**
 * Values that are bulk data, uncompressed ones little endian, one part a value; of compressed pixel
 * data one part a frame.
 *
 * @param tag eight digits; undefined = all there is
 * @throws NotOffered before anything was sent
 */
export function sendBulk(
  response: ServerResponse,
  instances: readonly StoredInstance[],
  {
    tag,
    root,
    boundary,
  }: { readonly tag?: string; readonly root: string; readonly boundary: string },
): void {
  const wanted = instances.map(mustBeWhole).map((instance) => {
    const bulk = bulkOf(instance).filter(
      ({ hex }) => tag === undefined || hex === tag.toUpperCase(),
    );
    return { instance, bulk };
  });
  if (wanted.every(({ bulk }) => bulk.length === 0))
    throw new NotOffered(404, 'there is no such bulk data');
  response.writeHead(200, { 'content-type': relatedType(boundary, OCTETS) });
  const pieces = function* (): Generator<Buffer> {
    for (const { instance, bulk } of wanted) {
      for (const { tag: which, path } of bulk) {
        const { type, values } = valuesOf(instance, which);
        for (const value of values) {
          yield partHead(boundary, type, `${root}${path}`);
          yield value;
        }
      }
    }
    yield closing(boundary);
  };
  void pour(response, pieces());
}

const OCTETS = 'application/octet-stream';

function valuesOf(instance: Whole, tag: number): { type: string; values: readonly Buffer[] } {
  const { dataset, header } = instance;
  const { encapsulated } = encodingOf(header.transferSyntax);
  if (encapsulated && tag === PIXEL_DATA) {
    const { type, frames } = framesIn(instance);
    return { type, values: frames };
  }
  const syntax = encapsulated ? header.transferSyntax : TransferSyntax.EXPLICIT_LE;
  const bytes = encapsulated ? dataset : transcode(dataset, header.transferSyntax, syntax).dataset;
  const element = findElement(indexDataset(bytes, encodingOf(syntax)).elements, tag);
  if (element === null) throw new NotOffered(404, 'there is no such bulk data');
  const { valueOffset, length } = element;
  return { type: OCTETS, values: [bytes.subarray(valueOffset, valueOffset + length)] };
}

function framesIn({ dataset, header }: Whole): { type: string; frames: readonly Buffer[] } {
  try {
    return cutFrames(dataset, header.transferSyntax);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new NotOffered(406, `its frames cannot be told apart: ${error.message}`);
  }
}

/** Little endian and not deflated: what a frame is made of has no other form on the web. */
function cutFrames(kept: Buffer, syntax: string): { type: string; frames: readonly Buffer[] } {
  const { encapsulated } = encodingOf(syntax);
  const native = TransferSyntax.EXPLICIT_LE;
  const dataset = encapsulated ? kept : transcode(kept, syntax, native).dataset;
  const { elements } = indexDataset(dataset, encodingOf(encapsulated ? syntax : native));
  const pixel = findElement(elements, PIXEL_DATA);
  if (pixel === null) throw new NotOffered(404, 'the instance has no pixel data');
  const value = dataset.subarray(pixel.valueOffset, pixel.valueOffset + pixel.length);
  const { rows, columns, frames, samples, bitsAllocated } = pixelsOf(
    dataset,
    encapsulated ? syntax : native,
  ).shape;
  if (pixel.undefinedLength) {
    const type = FRAME_TYPES[syntax] ?? 'application/octet-stream';
    return { type, frames: framesOf(value, frames) };
  }
  const size = (rows * columns * samples * bitsAllocated) / 8;
  if (!Number.isInteger(size)) throw new NotOffered(406, 'a frame does not end with a byte');
  const cut = Array.from({ length: frames }, (_, i) => value.subarray(i * size, (i + 1) * size));
  return { type: 'application/octet-stream', frames: cut };
}
