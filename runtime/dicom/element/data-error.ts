// What is wrong with a file, a data set, an edit or a pool: stable code, message, remedy.
import { DicomError } from '../errors.ts';

export type DataErrorCode =
  /** A length or tag leads out of the data: truncated or corrupt. */
  | 'DATA_MALFORMED'
  | 'DATA_NOT_DICOM'
  | 'DATA_ODD_LENGTH'
  | 'DATA_UNKNOWN_TAG'
  | 'DATA_BAD_VALUE'
  | 'DATA_BAD_PATH'
  | 'DATA_NO_FILES'
  | 'DATA_FILE'
  | 'DATA_UNSUPPORTED'
  | 'DATA_CODECS_NOT_LOADED'
  | 'DATA_BAD_OPTION';

/** An error about data. Match on `code`, never on the message. */
export class DataError extends DicomError {
  constructor(code: DataErrorCode, message: string, hint?: string) {
    super(code, message, hint === undefined ? {} : { hint });
    this.name = 'DataError';
  }
}
