// The message model of dcmjs-dimse: every C-FIND, C-MOVE, C-GET and N-* request that is made here is
// one of its `requests.*` objects. The objects become bytes for our own network; its network gives a
// second opinion only (`scu/second-stack.ts`).
import { createRequire } from 'node:module';
import { compileEdits, type EditValue, isTyped } from '../edit/edits.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { deflateDataset } from '../element/deflate.ts';
import type { PlainValue } from '../element/element-value.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';
import { encodeCommand } from './command.ts';
import { Element } from './elements.ts';
import type { NormalizedService } from './services.ts';

/** Values by keyword: strings, numbers, lists, sequences as lists of objects. */
export type Attributes = Readonly<Record<string, unknown>>;

interface ModelDataset {
  getElements(): Record<string, unknown>;
  getDenaturalizedDataset(): Buffer;
}

/** A request as dcmjs-dimse models it. */
export interface ModelRequest {
  getCommandDataset(): ModelDataset;
  getDataset(): ModelDataset | undefined;
  setDataset(dataset: ModelDataset): void;
  setAffectedSopClassUid(uid: string): void;
}

type Make = new (...args: unknown[]) => ModelRequest;

interface DimsePackage {
  readonly requests: Readonly<
    Record<
      | 'CFindRequest'
      | 'CMoveRequest'
      | 'CGetRequest'
      | 'NCreateRequest'
      | 'NSetRequest'
      | 'NGetRequest'
      | 'NActionRequest'
      | 'NEventReportRequest'
      | 'NDeleteRequest',
      Make
    >
  >;
  readonly Dataset: new (elements: Attributes, transferSyntax: string) => ModelDataset;
  readonly log: { setLevel(level: string): void };
}

let loaded: DimsePackage | null = null; // why: a memo of `require`, not state

/** Loaded at the first query: most runs store only, and it costs 40 ms. */
export function dcmjsDimse(): DimsePackage {
  if (loaded === null) {
    loaded = createRequire(import.meta.url)('dcmjs-dimse') as DimsePackage;
    loaded.log.setLevel('silent');
  }
  return loaded;
}

/** Query/retrieve request (PS3.4 Annex C): keys, level and information model as given. */
export function queryRequest(
  service: 'find' | 'move' | 'get',
  sopClass: string,
  keys: Attributes,
  more: { transferSyntax: string; priority?: number; destination?: string },
): ModelRequest {
  const { requests, Dataset } = dcmjsDimse();
  const make = {
    find: requests.CFindRequest,
    move: requests.CMoveRequest,
    get: requests.CGetRequest,
  };
  const request = new make[service](more.priority ?? 0);
  request.setAffectedSopClassUid(sopClass);
  request.setDataset(new Dataset({ ...keys }, more.transferSyntax));
  if (more.destination !== undefined) {
    request.getCommandDataset().getElements()['MoveDestination'] = more.destination;
  }
  return request;
}

/** A normalized service's request (PS3.7 §10). */
export interface NormalizedRequest {
  readonly service: NormalizedService;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly attributes?: Attributes | null;
  /** N-ACTION and N-EVENT-REPORT. */
  readonly typeId?: number;
  /** N-GET: keywords or tags wanted; none = all. */
  readonly wanted?: readonly string[];
}

/** Without its attributes. */
export function normalizedModel(request: NormalizedRequest): ModelRequest {
  const { requests } = dcmjsDimse();
  const { sopClass, sopInstance } = request;
  switch (request.service) {
    case 'N-CREATE':
      return new requests.NCreateRequest(sopClass, sopInstance);
    case 'N-SET':
      return new requests.NSetRequest(sopClass, sopInstance);
    case 'N-GET':
      return new requests.NGetRequest(sopClass, sopInstance, [...(request.wanted ?? [])]);
    case 'N-ACTION':
      return new requests.NActionRequest(sopClass, sopInstance, request.typeId ?? 1);
    case 'N-EVENT-REPORT':
      return new requests.NEventReportRequest(sopClass, sopInstance, request.typeId ?? 1);
    case 'N-DELETE':
      return new requests.NDeleteRequest(sopClass, sopInstance);
  }
}

export function normalizedRequest(
  request: NormalizedRequest,
  transferSyntax: string,
): ModelRequest {
  const model = normalizedModel(request);
  const { attributes } = request;
  if (attributes !== undefined && attributes !== null) {
    model.setDataset(new (dcmjsDimse().Dataset)({ ...attributes }, transferSyntax));
  }
  return model;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const number = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** The command set of a model request, message ID 0. */
export function modelCommand(request: ModelRequest): Buffer {
  const from = request.getCommandDataset().getElements();
  const tags = from['AttributeIdentifierList'];
  return encodeCommand({
    [Element.AFFECTED_SOP_CLASS]: text(from['AffectedSOPClassUID']),
    [Element.REQUESTED_SOP_CLASS]: text(from['RequestedSOPClassUID']),
    [Element.COMMAND_FIELD]: number(from['CommandField']),
    [Element.MESSAGE_ID]: 0,
    [Element.MOVE_DESTINATION]: text(from['MoveDestination']),
    [Element.PRIORITY]: number(from['Priority']),
    [Element.DATA_SET_TYPE]: number(from['CommandDataSetType']),
    [Element.AFFECTED_SOP_INSTANCE]: text(from['AffectedSOPInstanceUID']),
    [Element.REQUESTED_SOP_INSTANCE]: text(from['RequestedSOPInstanceUID']),
    [Element.EVENT_TYPE_ID]: number(from['EventTypeID']),
    [Element.ATTRIBUTE_IDENTIFIER_LIST]:
      Array.isArray(tags) && tags.length > 0 ? (tags as number[]) : undefined,
    [Element.ACTION_TYPE_ID]: number(from['ActionTypeID']),
  });
}

const BEYOND_ASCII = /[^\x00-\x7f]/;

function hasWideText(value: unknown): boolean {
  if (typeof value === 'string') return BEYOND_ASCII.test(value);
  if (Array.isArray(value)) return value.some(hasWideText);
  if (value instanceof Uint8Array) return false;
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasWideText);
  return false;
}

/**
 * The identifier of a model request, null when it has none. It is encoded by our own encoder: that
 * of dcmjs writes UTF-8 whatever the character set says, and has no binary values. Text beyond ASCII
 * is declared as ISO_IR 192 where no set was asked for.
 *
 * @throws DataError `DATA_UNKNOWN_TAG`, `DATA_BAD_VALUE`; keys of a query are not checked, since
 *   they may be patterns and ranges
 */
export function modelDataset(request: ModelRequest, transferSyntax: string): Buffer | null {
  const dataset = request.getDataset();
  if (dataset === undefined) return null;
  const values = plainValues(dataset.getElements());
  const charset = values['SpecificCharacterSet'] ?? '';
  if (charset === '' && hasWideText(values)) values['SpecificCharacterSet'] = 'ISO_IR 192';
  const lenient = !isNormalized(request);
  const encode = (syntax: string): Buffer =>
    patchHeader(Buffer.alloc(0), syntax, compileEdits(values, { pixels: true }), { lenient });
  if (!encodingOf(transferSyntax).deflated) return encode(transferSyntax);
  return deflateDataset(encode(TransferSyntax.EXPLICIT_LE));
}

/** N-* have attributes, C-* keys (PS3.7 Annex E: command fields 0100 and above are N-*). */
function isNormalized(request: ModelRequest): boolean {
  return (number(request.getCommandDataset().getElements()['CommandField']) ?? 0) >= 0x0100;
}

/**
 * Values as edits: null empties, a person name may come by its groups, bytes and long integers as
 * a script's crossed to the host (`api/sandbox/calls.ts`).
 */
function plainValues(attributes: Attributes): Record<string, EditValue> {
  const values: Record<string, EditValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) values[name] = plainValue(value);
  }
  return values;
}

function plainValue(value: unknown): EditValue {
  if (value === null) return '';
  if (Array.isArray(value)) {
    const bytes = value.every((one) => one instanceof Uint8Array) && value.length > 0;
    if (bytes) return Buffer.concat(value as Uint8Array[]);
    return value.map(plainValue) as unknown as EditValue;
  }
  if (value instanceof Uint8Array || typeof value !== 'object') return value as EditValue;
  const fields = value as Attributes;
  const { $bytes, $integer } = fields;
  if (typeof $bytes === 'string') return Buffer.from($bytes, 'hex');
  if (typeof $integer === 'string') return BigInt($integer);
  if (isTyped(value)) return { ...value, value: plainValue(value.value) as PlainValue };
  if ('Alphabetic' in fields) {
    const { Alphabetic = '', Ideographic = '', Phonetic = '' } = fields;
    return [Alphabetic, Ideographic, Phonetic].map(String).join('=').replace(/=+$/, '');
  }
  return plainValues(fields) as unknown as EditValue;
}

/** An attribute set encoded by itself. */
export function encodeAttributes(attributes: Attributes, transferSyntax: string): Buffer {
  const { Dataset, requests } = dcmjsDimse();
  const carrier = new requests.CFindRequest();
  carrier.setDataset(new Dataset({ ...attributes }, transferSyntax));
  return modelDataset(carrier, transferSyntax) ?? Buffer.alloc(0);
}
