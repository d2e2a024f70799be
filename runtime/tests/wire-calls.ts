// The callback API of the wire as promises, for tests; and small instances to send.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonDataset } from '../dicom/element/json.ts';
import { compileEdits, type Edits } from '../dicom/edit/edits.ts';
import { patchHeader } from '../dicom/edit/header-patch.ts';
import { fileMeta } from '../dicom/file/part10.ts';
import type { Attributes } from '../dicom/dimse/model.ts';
import { SopClass } from '../dicom/dimse/uids.ts';
import { find, type FindOptions, type FindResult } from '../dicom/scu/find.ts';
import {
  normalized,
  type NormalizedOptions,
  type NormalizedResult,
} from '../dicom/scu/normalized.ts';
import { storeRequest } from '../dicom/scu/requests.ts';
import { retrieve, type RetrieveOptions, type RetrieveResult } from '../dicom/scu/retrieve.ts';
import { type AssociateOutcome, associate } from '../dicom/ul/associate.ts';
import type { AssociateRequest } from '../dicom/ul/associate-request.ts';
import type { Association } from '../dicom/ul/association.ts';
import { Call, EXPLICIT, IMPLICIT } from './wire-fixture.ts';

export const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

export interface Place {
  readonly host: string;
  readonly port: number;
  readonly aet: string;
}

export const propose = (...classes: string[]): AssociateRequest['contexts'] =>
  classes.map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: [EXPLICIT, IMPLICIT] }));

export function negotiate(
  peer: Place,
  contexts: AssociateRequest['contexts'],
  more: Partial<AssociateRequest> = {},
): Promise<AssociateOutcome> {
  return new Promise((resolve) => {
    const { host, port, aet } = peer;
    associate({ host, port, calledAET: aet, callingAET: 'WIRE', contexts, ...more }, resolve);
  });
}

export async function connected(
  peer: Place,
  contexts: AssociateRequest['contexts'],
  more: Partial<AssociateRequest> = {},
): Promise<Association> {
  const outcome = await negotiate(peer, contexts, more);
  if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
  return outcome.association;
}

export interface Found extends FindResult {
  readonly list: readonly JsonDataset[];
}

export function findAll(association: Association, options: FindOptions): Promise<Found> {
  const list: JsonDataset[] = [];
  return new Promise((resolve) => {
    find(association, options, {
      onMatch: (match) => list.push(match),
      onDone: (result) => resolve({ ...result, list }),
    });
  });
}

export function retrieved(
  association: Association,
  options: RetrieveOptions,
): Promise<RetrieveResult> {
  return new Promise((onDone) => {
    retrieve(association, options, { onDone });
  });
}

export function ask(
  association: Association,
  options: NormalizedOptions,
): Promise<NormalizedResult> {
  return new Promise((resolve) => {
    normalized(association, options, resolve);
  });
}

/** (7FE0,0010) OB, four bytes. */
const PIXELS = Buffer.from('e07f10004f4200000400000001020304', 'hex');

/** A secondary capture image of 2 × 2 pixels, and where it belongs. */
export function instance(study: number, member = 1, more: Attributes = {}): Attributes {
  return {
    SOPClassUID: SECONDARY_CAPTURE,
    SOPInstanceUID: `2.25.9${study}.1.${member}`,
    StudyInstanceUID: `2.25.9${study}`,
    SeriesInstanceUID: `2.25.9${study}.1`,
    PatientName: 'DICOMRUN^TEST',
    PatientID: `P${study}`,
    StudyID: String(study),
    StudyDate: '20260101',
    StudyTime: '1200',
    AccessionNumber: `A${study}`,
    SeriesNumber: 1,
    InstanceNumber: member,
    Modality: 'OT',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: 2,
    Columns: 2,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    ...more,
  };
}

/** Its data set, Explicit VR Little Endian. */
export function instanceBytes(attributes: Attributes): Buffer {
  const header = patchHeader(Buffer.alloc(0), EXPLICIT, compileEdits(attributes as Edits));
  return Buffer.concat([header, PIXELS]);
}

/** Writes instances as Part 10 files; answers where. */
export async function writeInstances(
  folder: string,
  instances: readonly Attributes[],
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const attributes of instances) {
    const uid = String(attributes['SOPInstanceUID']);
    const file = join(folder, `${uid}.dcm`);
    const meta = fileMeta(SECONDARY_CAPTURE, uid, EXPLICIT);
    await writeFile(file, Buffer.concat([meta, instanceBytes(attributes)]));
    files.push(file);
  }
  return files;
}

/** Stores an instance; resolves with the status, -1 for a failure. */
export async function storeInstance(
  association: Association,
  attributes: Attributes,
): Promise<number> {
  const id = association.contextFor(SECONDARY_CAPTURE, EXPLICIT);
  const dataset = instanceBytes(attributes);
  const sopInstance = String(attributes['SOPInstanceUID']);
  const command = { sopClass: SECONDARY_CAPTURE, sopInstance };
  const call = new Call();
  association.send(storeRequest(id, association.maxPdu, command, dataset), call);
  await call.done;
  if (call.failure !== null) throw new Error(JSON.stringify(call.failure));
  return call.statuses.at(-1) ?? -1;
}

export const QUERY_CLASSES = [
  SopClass.STUDY_ROOT_FIND,
  SopClass.STUDY_ROOT_MOVE,
  SopClass.STUDY_ROOT_GET,
  SopClass.PATIENT_ROOT_FIND,
];
