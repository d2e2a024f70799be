// One request as dcmjs-dimse has it, or by name why it cannot be sent so: what dcmjs-dimse cannot do,
// or would alter, is never sent changed.
import { DataError } from '../element/data-error.ts';
import { tagOf, vrOf } from '../element/dictionary.ts';
import { diffDatasets, diffElements, type Difference } from '../file/diff.ts';
import {
  type Attributes,
  encodeAttributes,
  normalizedModel,
  type NormalizedRequest,
} from '../dimse/model.ts';
import { DicomError } from '../errors.ts';

export const SECOND_STACK = 'dcmjs-dimse';

/** What is asked. */
export type SecondRequest =
  | { readonly kind: 'echo' }
  | { readonly kind: 'store'; readonly dataset: Buffer; readonly transferSyntax: string }
  | {
      readonly kind: 'find' | 'move' | 'get';
      readonly sopClass: string;
      readonly keys: Attributes;
      /** C-MOVE. */
      readonly destination?: string;
      /** C-FIND: C-CANCEL after so many matches. */
      readonly limit?: number;
    }
  | { readonly kind: 'normalized'; readonly request: NormalizedRequest };

export interface StackDataset {
  getElements(): Record<string, unknown>;
  getDenaturalizedDataset(): Buffer;
}

export interface StackMessage {
  on(event: string, listener: (...args: never[]) => void): void;
  getCommandDataset(): StackDataset;
  getDataset(): StackDataset | undefined;
  setDataset(dataset: StackDataset): void;
  setAffectedSopClassUid(uid: string): void;
}

/** What of the package a request is made of. */
export interface MessageStack {
  readonly Dataset: new (from: Buffer | Attributes, transferSyntax: string) => StackDataset;
  readonly requests: Readonly<Record<string, new (...args: unknown[]) => StackMessage>>;
}

const IMPLICIT_LE = '1.2.840.10008.1.2';

/** @throws DicomError `STACK_CANNOT` */
export function messageOf(stack: MessageStack, request: SecondRequest): StackMessage {
  const { requests, Dataset } = stack;
  const make = (name: string, ...args: unknown[]): StackMessage => {
    const Message = requests[name];
    if (Message === undefined) throw cannot(`has no ${name}`);
    return new Message(...args);
  };
  if (request.kind === 'echo') return make('CEchoRequest');
  if (request.kind === 'store') {
    return make(
      'CStoreRequest',
      unaltered(new Dataset(request.dataset, request.transferSyntax), request),
    );
  }
  if (request.kind === 'normalized') {
    const { attributes, ...rest } = request.request;
    const message = normalizedModel(rest) as unknown as StackMessage;
    if (attributes) message.setDataset(unalteredKeys(stack, attributes));
    return message;
  }
  const name = { find: 'CFindRequest', move: 'CMoveRequest', get: 'CGetRequest' }[request.kind];
  const message = make(name);
  message.setAffectedSopClassUid(request.sopClass);
  message.setDataset(unalteredKeys(stack, request.keys));
  if (request.destination !== undefined) {
    message.getCommandDataset().getElements()['MoveDestination'] = request.destination;
  }
  return message;
}

/** Attributes that dcmjs writes as our own encoder does. */
function unalteredKeys({ Dataset }: MessageStack, attributes: Attributes): StackDataset {
  mustBePlain(attributes);
  const ours = { dataset: encodeAttributes(attributes, IMPLICIT_LE), transferSyntax: IMPLICIT_LE };
  const dataset = new Dataset({ ...attributes }, IMPLICIT_LE);
  let written: Buffer;
  try {
    written = dataset.getDenaturalizedDataset();
  } catch (error) {
    throw cannot(`cannot write these attributes: ${error instanceof Error ? error.message : ''}`);
  }
  const [first] = diffElements(ours, { dataset: written, transferSyntax: IMPLICIT_LE });
  if (first === undefined) return dataset;
  throw cannot(`would send these attributes changed: ${first.path} ${first.kind}`);
}

/** dcmjs writes UTF-8 whatever the character set says, and no bytes. */
function mustBePlain(keys: Attributes): void {
  const text = JSON.stringify(keys);
  if (/[^\x00-\x7f]/.test(text))
    throw cannot('cannot send keys beyond ASCII in the character set they say');
}

/** @throws DicomError when dcmjs would send other values than there are */
function unaltered(
  dataset: StackDataset,
  original: { readonly dataset: Buffer; readonly transferSyntax: string },
): StackDataset {
  let written: Buffer;
  try {
    written = dataset.getDenaturalizedDataset();
  } catch (error) {
    throw cannot(`cannot write this data set: ${error instanceof Error ? error.message : ''}`);
  }
  const { transferSyntax } = original;
  try {
    const diff = diffDatasets(original, { dataset: written, transferSyntax });
    const first = diff.differences.find((one) => !isSameNumber(one));
    if (first !== undefined)
      throw cannot(`would send this instance changed: ${first.path} ${first.kind}`);
    if (diff.pixels !== 'same') throw cannot('would send this instance with other pixel data');
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw cannot(`would send a data set that cannot be read: ${error.message}`);
  }
  return dataset;
}

/** IS and DS are numbers as text: `01` and `1` are the same value. */
function isSameNumber({ path, before, after }: Difference): boolean {
  const keyword = /[^.]*$/.exec(path)?.[0] ?? '';
  if (!/^(IS|DS)$/.test(vrOf(tagOf(keyword)))) return false;
  const [a, b] = [before.split('\\'), after.split('\\')];
  return a.length === b.length && a.every((one, i) => Number(one) === Number(b[i]));
}

/** What dcmjs-dimse does not do, by name. */
export function cannot(what: string): DicomError {
  return new DicomError('STACK_CANNOT', `${SECOND_STACK} ${what}`, {
    hint: 'ask without --stack: our own stack sends it as it is',
  });
}
