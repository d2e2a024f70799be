// What a file says of the instance in it: the one reader of Part 10 heads, for whatever sends files.
// The UIDs are those of the data set; file meta information is often left behind by other tools.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { DataError } from '../element/data-error.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';
import { inflateDataset } from '../element/deflate.ts';
import { firstElements, type FirstElements } from './first-elements.ts';
import { DICOMDIR, isPart10, readMeta } from './part10.ts';

export interface InstanceHead {
  readonly transferSyntax: string;
  readonly sopClass: string;
  readonly sopInstance: string;
  /** '' where it could not be read. */
  readonly modality: string;
  /** Where the data set starts in the file. */
  readonly datasetOffset: number;
  /** What a strict receiver may mind, and nobody keeps from being sent. */
  readonly notes: readonly string[];
}

/** Where a data set starts and how it is encoded. */
export interface DatasetStart {
  readonly transferSyntax: string;
  readonly datasetOffset: number;
}

/** Enough for file meta information and the elements up to the modality. */
const HEAD_BYTES = 64 * 1024;
const MORE = 8;
const MOST_HEAD_BYTES = 32 * 1024 ** 2;
/** Room for the first elements of a data set. */
const HEADER_BYTES = 4096;
const MODALITY = 0x00080060;

/**
 * Where the data set of a Part 10 file starts.
 *
 * @param bytes the start of the file
 * @throws DataError `DATA_NOT_DICOM`; `DATA_MALFORMED` for a transfer syntax that is no UID;
 *   `DATA_UNSUPPORTED` for a DICOMDIR
 */
export function datasetStart(
  bytes: Buffer,
): DatasetStart & { sopClass: string; sopInstance: string } {
  const meta = readMeta(bytes);
  if (meta.sopClass === DICOMDIR) throw new DataError('DATA_UNSUPPORTED', 'a DICOMDIR');
  const problem = uidProblem(meta.transferSyntax, true);
  if (problem === null) return meta;
  throw new DataError('DATA_MALFORMED', `Transfer Syntax UID (0002,0010) ${problem}`);
}

/**
 * Why a text is no UID (PS3.5 §9.1), as a receiver would see it; null for one. The text itself is
 * only told where it names a kind: that of an instance may be anything.
 */
export function uidProblem(uid: string, shown = false): string | null {
  if (uid === '') return 'is empty';
  if (uid.length > 64) return `has ${uid.length} characters, a UID at most 64`;
  if (/^[0-9]+(\.[0-9]+)*$/.test(uid)) return null;
  return shown ? `is "${uid}", which is no UID` : 'is no UID';
}

/**
 * Reads the head of a file.
 *
 * @throws DataError that says what keeps the file from being sent
 */
export function readInstanceHead(path: string): InstanceHead {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const head = readStart(file, size);
    if (head.length === 0) throw new DataError('DATA_NOT_DICOM', 'empty');
    if (!isPart10(head)) {
      throw new DataError('DATA_NOT_DICOM', 'not DICOM (no DICM at offset 128)');
    }
    const start = datasetStart(head);
    const { transferSyntax, datasetOffset } = start;
    if (!encodingOf(transferSyntax).deflated) {
      const found = firstElements(head.subarray(datasetOffset), transferSyntax, MODALITY);
      return headOf(start, found, head.length < size);
    }
    const plain = inflateDataset(readFileSync(path).subarray(datasetOffset));
    const found = firstElements(plain, TransferSyntax.EXPLICIT_LE, MODALITY);
    const odd = (size - datasetOffset) % 2 === 1;
    const notes = odd ? ['the deflated data set has an odd length (PS3.5 A.5)'] : [];
    return headOf(start, found, false, notes);
  } finally {
    closeSync(file);
  }
}

/** The start of a file, enough for its file meta information. */
function readStart(file: number, size: number): Buffer {
  for (let length = HEAD_BYTES; ; length *= MORE) {
    const bytes = Buffer.alloc(Math.min(length, size));
    const head = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
    const more = length < MOST_HEAD_BYTES && head.length < size && isPart10(head);
    if (!more || !endsInMeta(head)) return head;
  }
}

function endsInMeta(head: Buffer): boolean {
  try {
    return readMeta(head).datasetOffset + HEADER_BYTES > head.length;
  } catch {
    return true;
  }
}

/** @param cut more of the file follows than was read: reading may have ended at the cut */
function headOf(
  meta: ReturnType<typeof datasetStart>,
  { values, damage }: FirstElements,
  cut: boolean,
  more: readonly string[] = [],
): InstanceHead {
  const notes = [...more];
  if (damage !== null && !cut) notes.push(`the data set cannot be read: ${damage}`);
  const choose = (tag: number, inMeta: string, name: string): string => {
    const own = values.get(tag) ?? '';
    if (own !== '' && inMeta !== '' && own !== inMeta) {
      notes.push(`file meta information says another ${name}`);
    }
    const uid = own === '' ? inMeta : own;
    const problem = uidProblem(uid);
    if (problem === null) return uid;
    throw new DataError('DATA_MALFORMED', `${name} ${problem}`);
  };
  const sopClass = choose(0x00080016, meta.sopClass, 'SOP Class UID (0008,0016)');
  const sopInstance = choose(0x00080018, meta.sopInstance, 'SOP Instance UID (0008,0018)');
  const { transferSyntax, datasetOffset } = meta;
  const modality = values.get(MODALITY) ?? '';
  return { transferSyntax, datasetOffset, sopClass, sopInstance, modality, notes };
}
