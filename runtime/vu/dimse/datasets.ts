// Questions of scripts about their data sets: a recipe becomes a header, and the header answers.
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { anonymiseEdits, type AnonymiseOptions } from '../../dicom/deidentify/anonymise.ts';
import { tagOf } from '../../dicom/element/dictionary.ts';
import { diffDatasets, type DiffOptions } from '../../dicom/file/diff.ts';
import type { Comparable } from '../../dicom/pixels/native-pixels.ts';
import { dumpDataset } from '../../dicom/file/dump.ts';
import { compileEdits, type Edits } from '../../dicom/edit/edits.ts';
import { isPixelData } from '../../dicom/element/element-index.ts';
import { memberNumber } from '../../dicom/pool/identity.ts';
import { PREAMBLE_BYTES, readMeta } from '../../dicom/file/part10.ts';
import { getValue, openDataset, type OpenDataset } from '../../dicom/element/json.ts';
import { type Prototype, putSlot, type Template } from '../../dicom/pool/prototype.ts';
import { encodingOf, TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import type { Asks } from '../sandbox/asks.ts';
import { badArgument } from '../sandbox/host.ts';

/** What a data set of the sandbox is made of (api/dicom/data.ts, Dataset.recipe). */

export interface Recipe {
  readonly prototype: number;
  readonly study: number;
  readonly series: number;
  readonly instance: number;
  readonly fresh: boolean;
  readonly edits?: Edits;
}

export interface DatasetParts {
  prototype(number: number): Prototype;
  /** Root of this run's UIDs. */
  runNumber(): string;
}

/** The header that a recipe stands for, as it would be sent; of deflated ones inflated. */
function renderHeader(parts: DatasetParts, recipe: Recipe): Comparable {
  const prototype = parts.prototype(recipe.prototype);
  const stored = prototype.share.transferSyntax;
  const edits = recipe.edits === undefined ? null : compileEdits(recipe.edits);
  const as = (dataset: Buffer, transferSyntax: string): Comparable => ({ dataset, transferSyntax });
  if (!recipe.fresh && edits === null) return as(prototype.header, stored);
  const syntax = encodingOf(stored).deflated ? TransferSyntax.EXPLICIT_LE : stored;
  if (!recipe.fresh && edits !== null) return as(prototype.editedHeader(edits), syntax);
  const run = parts.runNumber();
  const template = edits === null ? prototype.template(run) : prototype.editedTemplate(run, edits);
  return as(filled(template, recipe), syntax);
}

function opened(parts: DatasetParts, recipe: Recipe): OpenDataset {
  const { dataset, transferSyntax } = renderHeader(parts, recipe);
  return openDataset(dataset, transferSyntax);
}

/** The whole data set that a recipe stands for. */
export function renderDataset(parts: DatasetParts, recipe: Recipe): Comparable {
  const prototype = parts.prototype(recipe.prototype);
  const { dataset, transferSyntax } = renderHeader(parts, recipe);
  const { headerBytes, datasetBytes } = prototype.share;
  if (headerBytes === datasetBytes) return { dataset, transferSyntax };
  const value = prototype.read().subarray(headerBytes);
  return { dataset: Buffer.concat([dataset, value]), transferSyntax };
}

/** A copy of a template with the digits of one identity. */
function filled(template: Template, recipe: Recipe): Buffer {
  const header = Buffer.from(template.header);
  const { study, series, instance } = recipe;
  const identity = { study, member: memberNumber(series, instance) };
  const { slots } = template;
  for (let i = 0; i + 2 < slots.length; i += 3) {
    putSlot(header, slots[i + 1] ?? 0, slots[i] ?? -1, identity);
  }
  return header;
}

/** Numbers beyond 2^53 as text; opaque values as hex. */
function forScript(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(forScript);
  return value;
}

function attribute(parts: DatasetParts, recipe: Recipe, name: string): unknown {
  const { share } = parts.prototype(recipe.prototype);
  if (/^[\w(),]+$/.test(name) && isPixelData(tagOf(name))) {
    const bytes = share.datasetBytes - share.headerBytes;
    return bytes > 0 ? `(${bytes} bytes)` : undefined;
  }
  return forScript(getValue(opened(parts, recipe), name));
}

interface ScriptDifference {
  readonly attribute: string;
  readonly kind: string;
  readonly before: string;
  readonly after: string;
}

/** Differences that were not announced; changed pixels as one of them. */
function differences(
  parts: DatasetParts,
  [a, b]: readonly [Recipe, Recipe],
  options: DiffOptions,
): ScriptDifference[] {
  const diff = diffDatasets(renderDataset(parts, a), renderDataset(parts, b), options);
  const found = diff.differences
    .filter((one) => !one.expected)
    .map(({ path: attribute, kind, before, after }) => ({ attribute, kind, before, after }));
  const pixels = { attribute: 'PixelData', kind: 'changed', before: '', after: '' };
  return diff.pixels === 'changed' ? [...found, pixels] : found;
}

/** The identity of a fresh instance is nobody's, and what a run knows its own by: it stays. */
function anonymised(parts: DatasetParts, recipe: Recipe, options: AnonymiseOptions): Edits {
  return anonymiseEdits(opened(parts, recipe), { ...options, keepIdentity: recipe.fresh });
}

/** What `Dataset.file()` gives (api/dicom/types.ts, FileFacts). */
function fileFacts(parts: DatasetParts, { prototype }: Recipe): object {
  const { origin, location } = parts.prototype(prototype).share;
  const made = location.kind === 'tiled' || !existsSync(origin);
  if (made) {
    throw badArgument(
      `file(): ${origin} is no file any more, or never was one`,
      'ask an instance of dicom.files(…)',
    );
  }
  const bytes = readFileSync(origin);
  const { datasetOffset, ...meta } = readMeta(bytes);
  return {
    bytes: bytes.length,
    hash: sha256(bytes),
    datasetHash: sha256(bytes.subarray(datasetOffset)),
    preamble: bytes.toString('hex', 0, PREAMBLE_BYTES),
    ...meta,
  };
}

const sha256 = (bytes: Buffer): string => hash('sha256', bytes, 'hex');

/** Registers `get`, `dump`, `diff`, `anonymise`, `pixelHash`, `file`. They answer in init code, too. */
export function wireDatasets(asks: Asks, parts: DatasetParts): void {
  const recipe = (request: unknown): Recipe => request as Recipe;
  asks.on('get', (request) => attribute(parts, recipe(request), String(request['attribute'])));
  asks.on('dump', (request) => {
    const { dataset, transferSyntax } = renderDataset(parts, recipe(request));
    return dumpDataset(dataset, transferSyntax).join('\n');
  });
  asks.on('diff', ({ a, b, expected }) => {
    const options = expected === undefined ? {} : { expected: expected as string[] };
    return differences(parts, [recipe(a), recipe(b)], options);
  });
  asks.on('pixelHash', (request) => parts.prototype(recipe(request).prototype).share.pixelHash);
  asks.on('file', (request) => fileFacts(parts, recipe(request)));
  asks.on('anonymise', (request) =>
    anonymised(parts, recipe(request), (request['options'] ?? {}) as AnonymiseOptions),
  );
}
