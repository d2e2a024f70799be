// The message model of dcmjs-dimse: every C-FIND, C-MOVE, C-GET and N-* request that is made here is
// one of its `requests.*` objects. Its network is not used; the objects become bytes for our own.
import { createRequire } from 'node:module';
import { compileEdits, type Edits } from '../edit/edits.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { encodeCommand } from './command.ts';
import { Element } from './elements.ts';

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
function dimse(): DimsePackage {
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
  const { requests, Dataset } = dimse();
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
  readonly service: 'N-CREATE' | 'N-SET' | 'N-GET' | 'N-ACTION' | 'N-EVENT-REPORT' | 'N-DELETE';
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly attributes?: Attributes | null;
  /** N-ACTION and N-EVENT-REPORT. */
  readonly typeId?: number;
  /** N-GET: keywords or tags wanted; none = all. */
  readonly wanted?: readonly string[];
}

function normalizedModel(request: NormalizedRequest): ModelRequest {
  const { requests } = dimse();
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
    model.setDataset(new (dimse().Dataset)({ ...attributes }, transferSyntax));
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
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasWideText);
  return false;
}

/**
 * The identifier of a model request, encoded by dcmjs; null when it has none. dcmjs writes UTF-8
 * whatever the character set says, so text beyond ASCII is written again in the set that was asked
 * for, or declared as ISO_IR 192.
 */
export function modelDataset(request: ModelRequest, transferSyntax: string): Buffer | null {
  const dataset = request.getDataset();
  if (dataset === undefined) return null;
  const elements = dataset.getElements();
  if (!hasWideText(elements)) return dataset.getDenaturalizedDataset();
  const charset = elements['SpecificCharacterSet'];
  if (charset === undefined || charset === '') elements['SpecificCharacterSet'] = 'ISO_IR 192';
  const bytes = dataset.getDenaturalizedDataset();
  if (charset === undefined || charset === '' || charset === 'ISO_IR 192') return bytes;
  const wide = Object.entries(elements).filter(([, value]) => hasWideText(value));
  return patchHeader(bytes, transferSyntax, compileEdits(Object.fromEntries(wide) as Edits));
}

/** An attribute set encoded by dcmjs, for responses of our own services. */
export function encodeAttributes(attributes: Attributes, transferSyntax: string): Buffer {
  const { Dataset, requests } = dimse();
  const carrier = new requests.CFindRequest();
  carrier.setDataset(new Dataset({ ...attributes }, transferSyntax));
  return modelDataset(carrier, transferSyntax) ?? Buffer.alloc(0);
}
