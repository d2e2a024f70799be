// What an archive has to know of an instance before it can say that it has it: success may only be
// said of what can be found again.
import type { ResponseFields } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import type { DatasetTap } from '../../dicom/scp/dataset-tap.ts';
import { HeaderReader } from '../account/headers/header.ts';
import type { KeptHeader } from '../account/headers/header.ts';
import type { Stored } from '../stations/store-station.ts';

const SOP_CLASS_UID = 0x00080016;
const SOP_INSTANCE_UID = 0x00080018;
const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;

/** What an instance is found by. */
export interface InstanceFacts {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly study: string;
  readonly series: string;
}

/** The facts, or why the instance is refused (PS3.4 Table B.2-1): A900 contradicts, C000 unreadable. */
export function factsOf(
  { association, request }: Stored,
  tap: DatasetTap,
  header: KeptHeader,
): InstanceFacts | ResponseFields {
  const sopClass = request.sopClass();
  const sopInstance = request.sopInstance();
  const proposed = association.context(request.contextId)?.abstractSyntax;
  if (sopInstance === '') {
    const errorComment = 'the request has no Affected SOP Instance UID';
    return { status: Status.INVALID_OBJECT_INSTANCE, errorComment };
  }
  if (sopClass !== proposed) return mismatch('SOP class is not the one of its context');
  return factsOfDataset({ sopClass, sopInstance }, tap, header);
}

/** The same of an instance that names itself: a Part 10 one. */
export function factsOfDataset(
  named: { readonly sopClass: string; readonly sopInstance: string },
  tap: DatasetTap,
  header: KeptHeader,
): InstanceFacts | ResponseFields {
  if (tap.bytes === 0) return unreadable('there is no data set');
  if (tap.damage !== '') return unreadable(`the data set ${tap.damage}`);
  if (tap.header === null) return unreadable('the data set has too long a header');
  try {
    const { sopClass, sopInstance } = named;
    return inDataset(new HeaderReader(header), { sopClass, sopInstance });
  } catch {
    return unreadable('the data set cannot be read in its transfer syntax');
  }
}

function inDataset(
  reader: HeaderReader,
  command: { readonly sopClass: string; readonly sopInstance: string },
): InstanceFacts | ResponseFields {
  if (!reader.value(SOP_CLASS_UID)) return mismatch('the data set has no SOP Class UID');
  if (!reader.value(SOP_INSTANCE_UID)) return mismatch('the data set has no SOP Instance UID');
  if (reader.value(SOP_CLASS_UID) !== command.sopClass)
    return mismatch('SOP Class UID of data set and command differ');
  if (reader.value(SOP_INSTANCE_UID) !== command.sopInstance)
    return mismatch('SOP Instance UID of data set and command differ');
  const study = reader.value(STUDY_INSTANCE_UID);
  const series = reader.value(SERIES_INSTANCE_UID);
  if (!study) return mismatch('the data set has no Study Instance UID');
  if (!series) return mismatch('the data set has no Series Instance UID');
  return { ...command, study, series };
}

/** The answer about a data set or identifier that is not what its SOP class says. */
export function mismatch(errorComment: string): ResponseFields {
  return { status: Status.DATA_SET_MISMATCH, errorComment };
}

function unreadable(errorComment: string): ResponseFields {
  return { status: Status.CANNOT_UNDERSTAND, errorComment };
}
