// What `import … from 'dicom'` means to the type checker. At run time the sandbox's facade stands here.
import type { Dicom } from './facade.ts';

declare const dicom: Dicom;
export default dicom;

export declare const peer: Dicom['peer'];
export declare const receiver: Dicom['receiver'];
export declare const files: Dicom['files'];
export declare const synthetic: Dicom['synthetic'];
export declare const recording: Dicom['recording'];
export declare const replay: Dicom['replay'];
export declare const study: Dicom['study'];
export declare const csv: Dicom['csv'];
export declare const json: Dicom['json'];
export declare const verify: Dicom['verify'];
export declare const shared: Dicom['shared'];
export declare const raw: Dicom['raw'];
export declare const procedureStep: Dicom['procedureStep'];
export declare const diff: Dicom['diff'];
export declare const each: Dicom['each'];
export declare const xfail: Dicom['xfail'];
export declare const skip: Dicom['skip'];
export declare const manual: Dicom['manual'];
export declare const textSummary: Dicom['textSummary'];

export { Status } from './status-names.ts';
export {
  AssociationAborted,
  AssociationRejected,
  DicomError,
  NoAcceptedContext,
  ProtocolError,
  TimeoutError,
  TransportError,
} from '../sandbox/errors.ts';
export type { Association } from './association.ts';
export type { Dataset, Study } from './data.ts';
export type { Pool } from './pool.ts';
export type { Peer } from './peer.ts';
export type { ProcedureStep } from './procedure-step.ts';
export type { Raw, RawConnection } from './extras.ts';
export type { Receiver } from './delivery/receiver.ts';
export type { SecondPeer } from './second-peer.ts';
export type { Recording } from './recording/recording.ts';
export type {
  SummaryData,
  SummaryGroup,
  SummaryMetric,
  TextSummaryOptions,
} from '../k6/summary-data.ts';
export type * from './types.ts';
export type { Dicom };
