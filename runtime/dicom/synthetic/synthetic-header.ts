// Headers of synthetic instances, built through dcmjs: one of each kind when the package is built, and
// at init those that are not one of these with some values changed.
import { createHash } from 'node:crypto';
import { compileEdits, type EditValue } from '../edit/edits.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { dcmjs } from '../element/dictionary.ts';
import type { PixelShape } from '../pixels/pixel-shape.ts';
import type { Iod, Values } from './synthetic-iods.ts';
import { TransferSyntax } from '../element/transfer-syntax.ts';
import { PROTOTYPE_HEADERS } from './prototype-headers.ts';

/** UIDs of synthetic instances before they get an identity: reproducible from a seed. */
export function seededUid(seed: string, n: number): string {
  const hash = createHash('sha256').update(`${seed}/${n}`).digest('hex').slice(0, 30);
  // why: 39 digits with a leading 1 stay below 2^128 and keep the length even
  return `2.25.1${BigInt(`0x${hash}`).toString().padStart(38, '0').slice(-38)}`;
}

/** What a header is made for. */
export interface HeaderRequest {
  readonly iod: Iod;
  readonly shape: PixelShape | null;
  readonly photometric: string;
  readonly instance: number;
  readonly seed: string;
  /** DA; default 20260101, so that equal requests give equal bytes. */
  readonly date: string;
  readonly edits: Values;
}

/** The header of an instance in explicit VR little endian, without pixel data. */
export function makeHeader(request: HeaderRequest): Buffer {
  const made = PROTOTYPE_HEADERS[prototypeKey(request.iod)];
  const prototype = made === undefined ? null : Buffer.from(made, 'base64');
  return (prototype && fromPrototype(prototype, request)) ?? headerByDcmjs(request);
}

/** Kinds of instances are told apart by it. */
export function prototypeKey({ modality, sopClass }: Iod): string {
  return `${modality} ${sopClass}`;
}

/** What the header of a kind is made for when the package is built: the values of a plain request. */
export function prototypeRequest(iod: Iod): HeaderRequest {
  const { pixels: shape, photometric, modality } = iod;
  const plain = { instance: 1, seed: `${modality}/1`, date: '20260101', edits: {} };
  return { iod, shape, photometric, ...plain };
}

/**
 * The header with what differs from the plain request of its kind; null where that is more than plain
 * values. It has the bytes that dcmjs gives it.
 */
export function fromPrototype(header: Buffer, request: HeaderRequest): Buffer | null {
  const has = defined(headerValues(prototypeRequest(request.iod)));
  const wanted = defined(headerValues(request));
  const edits: Record<string, EditValue> = {};
  for (const name of new Set([...Object.keys(has), ...Object.keys(wanted)])) {
    const value = wanted[name];
    if (JSON.stringify(has[name]) === JSON.stringify(value)) continue;
    if (value !== undefined && !isPlain(value)) return null;
    edits[name] = value ?? null;
  }
  return patchHeader(header, TransferSyntax.EXPLICIT_LE, compileEdits(edits));
}

function isPlain(value: unknown): value is string | number | readonly (string | number)[] {
  const isOne = (one: unknown): boolean => typeof one === 'string' || typeof one === 'number';
  return isOne(value) || (Array.isArray(value) && value.length > 0 && value.every(isOne));
}

/** The header as dcmjs writes it. */
export function headerByDcmjs(request: HeaderRequest): Buffer {
  const values = defined(headerValues(request));
  const { DicomMetaDictionary, DicomMessage, WriteBufferStream } = dcmjs().data;
  const denaturalized = DicomMetaDictionary.denaturalizeDataset(values);
  const stream = new WriteBufferStream(64 * 1024, true);
  DicomMessage.write(denaturalized, stream, TransferSyntax.EXPLICIT_LE, {});
  return Buffer.from(stream.getBuffer());
}

/** An unpaired body part, or Image Laterality, says it: Laterality (type 2C) must be absent. */
const LATERALITY_ELSEWHERE = new Set([
  'CR',
  'DX',
  'MG',
  'SR',
  'KO',
  'PR',
  'OP',
  'OPT',
  'OPV',
  'SM',
  'PX',
  'IO',
]);

/** Without the attributes that an IOD takes back. */
function defined(values: Values): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function headerValues(request: HeaderRequest): Record<string, unknown> {
  const { iod, shape, instance, seed, date } = request;
  const uid = (n: number): string => seededUid(seed, n);
  const multiFrame = (shape?.frames ?? 1) > 1;
  return {
    SpecificCharacterSet: 'ISO_IR 100',
    SOPClassUID: multiFrame ? (iod.multiFrame ?? iod.sopClass) : iod.sopClass,
    SOPInstanceUID: uid(100 + instance),
    StudyDate: date,
    SeriesDate: date,
    ContentDate: date,
    AcquisitionDate: date,
    StudyTime: '120000',
    SeriesTime: '120000',
    ContentTime: '120000',
    AccessionNumber: 'A000000000000000',
    Modality: iod.modality,
    Manufacturer: 'dicomrun',
    ManufacturerModelName: 'synthetic',
    DeviceSerialNumber: '1',
    SoftwareVersions: '1',
    ReferringPhysicianName: '',
    StudyDescription: `Synthetic ${iod.modality} study`,
    SeriesDescription: `Synthetic ${iod.modality} series`,
    PatientName: 'DICOMRUN^TEST',
    PatientID: 'P000000000000000',
    PatientBirthDate: '',
    PatientSex: 'O',
    StudyInstanceUID: uid(1),
    SeriesInstanceUID: uid(2),
    StudyID: '1',
    SeriesNumber: '000001',
    InstanceNumber: String(instance).padStart(6, '0'),
    ...(LATERALITY_ELSEWHERE.has(iod.modality) ? {} : { Laterality: '' }),
    ...(shape === null ? {} : imagePixel(shape, request.photometric)),
    ...iod.values({ shape, instance, uid }),
    ...request.edits,
  };
}

/** Image Pixel module (PS3.3 C.7.6.3). */
function imagePixel(shape: PixelShape, photometric: string): Values {
  return {
    SamplesPerPixel: shape.samples,
    PhotometricInterpretation: photometric,
    ...(shape.samples === 3 ? { PlanarConfiguration: 0 } : {}),
    Rows: shape.rows,
    Columns: shape.columns,
    BitsAllocated: shape.bitsAllocated,
    BitsStored: shape.bitsStored,
    HighBit: shape.bitsStored - 1,
    PixelRepresentation: 0,
  };
}
