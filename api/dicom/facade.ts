// The `dicom` module for one VU: every member is a property of the default export and a named export.
import type { TextSummaryOptions } from '../k6/summary-data.ts';
import { summaryText } from '../k6/summary-files.ts';
import {
  AssociationAborted,
  AssociationRejected,
  DicomError,
  NoAcceptedContext,
  ProtocolError,
  TimeoutError,
  TransportError,
} from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';
import type { Dataset, Study } from './data.ts';
import type { Pool } from './pool.ts';
import { feeder, files, receiver, recording, study, synthetic } from './declare.ts';
import {
  diff,
  each,
  manual,
  rawFor,
  sharedFor,
  skip,
  xfail,
  type Difference,
  type Raw,
  type Shared,
} from './extras.ts';
import { Peer } from './peer.ts';
import { ProcedureStep } from './procedure-step.ts';
import type { Receiver } from './delivery/receiver.ts';
import { SecondPeer } from './second-peer.ts';
import { replay, type Recording } from './recording/recording.ts';
import { once } from '../sandbox/once.ts';
import { Status } from './status-names.ts';
import type * as T from './types.ts';
import { verifyFor, type Verify } from './delivery/verify.ts';

/** The members of the `dicom` module. */
export interface Dicom {
  /** Whom to ask by another implementation of DICOM, for a second opinion: `stack` names it. */
  peer(options: T.PeerOptions & { stack: 'dcmjs-dimse' }): SecondPeer;
  /** Whom to talk to; `{}` and `{ route }` mean the configured target. */
  peer(options?: T.PeerOptions): Peer;
  /** A listening acceptor, where the router under test delivers. Init code only. */
  receiver(options: T.ReceiverOptions): Receiver;
  /**
   * Instances from a folder, files or a glob, found by their DICM magic; without one from the data
   * folder (DICOM_ROOT_DIR, `--data`). Init code only.
   */
  files(where?: string | readonly string[], options?: T.FilesOptions): Pool;
  /** Generated instances: a preset (`'KB512'`, `'MB10'`) or a description. Init code only. */
  synthetic(what: string | T.SyntheticOptions): Pool;
  /**
   * Traffic that `dicomrun record` has recorded: a folder, relative to the script. For the executor
   * `recorded` and for `replay`. Init code only.
   */
  recording(folder: string): Recording;
  /**
   * Replays an association of a recording: that of this iteration under the executor `recorded`,
   * else the one that `association` names. Requests keep their order and pauses; what the peer
   * answers is counted as of any other request.
   *
   * Throws what `associate` throws.
   */
  replay(options: T.ReplayOptions): Promise<T.Replayed>;
  /** A study of new instances with UIDs, patient and accession number of its own. */
  study(options?: T.StudyOptions): Study;
  /** Rows of a CSV file as objects by its header line. Init code only. */
  csv(path: string): readonly Record<string, string>[];
  /** A JSON file that holds a list; the type of its items is up to you. Init code only. */
  json<T = unknown>(path: string): readonly T[];
  /** Verification by C-FIND. */
  readonly verify: Verify;
  /** Counters, lists and queues over all VUs. */
  readonly shared: Shared;
  /** Bytes without DICOM. */
  readonly raw: Raw;
  /** A Modality Performed Procedure Step for a worklist item, or unscheduled for a study. */
  procedureStep(item: T.Match | Study): ProcedureStep;
  /** What differs between two instances; `expected`: changes that are meant. */
  diff(
    a: Dataset,
    b: Dataset,
    options?: { expected?: readonly string[] | Readonly<Record<string, unknown>> },
  ): Difference[];
  /**
   * A table of cases, named by `nameOf`. In `run` iteration i takes row i mod n; in `smoke` all rows
   * run, each its own case with its own duration.
   *
   * @param options `labelsOf`: labels of a row besides those of the script, for `smoke --label`
   */
  each<R>(
    rows: readonly R[],
    nameOf: (row: R, index: number) => string,
    body: (row: R, index: number) => unknown,
    options?: { labelsOf?: (row: R, index: number) => readonly string[] },
  ): Promise<void>;
  /**
   * This iteration, or this row of `each`, is known to fail, and why: in `smoke` its failures do not
   * fail the run, and passing does. No meaning in `run`.
   */
  xfail(reason: string): void;
  /**
   * The summary as dicomrun prints it, for a `handleSummary` that only adds to it:
   * `return { stdout: textSummary(data), 'mine.json': JSON.stringify(data) }`. It shows the run as it
   * was; changes of `data` are not looked at.
   *
   * @throws DicomError `SCRIPT_ARGUMENT` anywhere but in `handleSummary`
   */
  textSummary(data?: unknown, options?: TextSummaryOptions): string;
  /** Ends the iteration as a skipped case. */
  skip(reason: string): never;
  /** Records a check that a person has to make. */
  manual(name: string, steps: readonly string[] | string): void;
  /** DIMSE statuses by name: `r.status === dicom.Status.OutOfResources`. */
  readonly Status: typeof Status;
  /** What made an answer impossible: `code`, `message`, `hint`. The base of those below. */
  readonly DicomError: typeof DicomError;
  /** A-ASSOCIATE-RJ: `result`, `source`, `reason` (PS3.8 Table 9-21). */
  readonly AssociationRejected: typeof AssociationRejected;
  /** A-ABORT, by the peer or by us: `source`, `reason` (PS3.8 Table 9-26). */
  readonly AssociationAborted: typeof AssociationAborted;
  /** No presentation context was accepted for it (PS3.8 Table 9-18). */
  readonly NoAcceptedContext: typeof NoAcceptedContext;
  /** Name resolution, TCP or TLS failed; `code` says which. */
  readonly TransportError: typeof TransportError;
  /** Nothing came in time; `phase` says what was waited for. */
  readonly TimeoutError: typeof TimeoutError;
  /** The peer broke the protocol; we aborted. */
  readonly ProtocolError: typeof ProtocolError;
}

/**
 * One VU's `dicom`. Members are made when they are first used: of thousands of VUs each uses a few,
 * and twenty functions for each of them take longer than the rest of its start.
 */
class Module implements Dicom {
  declare readonly vu: Vu;
  declare readonly Status: typeof Status;
  declare readonly DicomError: typeof DicomError;
  declare readonly AssociationRejected: typeof AssociationRejected;
  declare readonly AssociationAborted: typeof AssociationAborted;
  declare readonly NoAcceptedContext: typeof NoAcceptedContext;
  declare readonly TransportError: typeof TransportError;
  declare readonly TimeoutError: typeof TimeoutError;
  declare readonly ProtocolError: typeof ProtocolError;

  constructor(vu: Vu) {
    Object.defineProperty(this, 'vu', { value: vu });
  }

  get default(): Dicom {
    return this;
  }

  get peer(): Dicom['peer'] {
    const { vu } = this;
    const peer = (options?: T.PeerOptions): Peer | SecondPeer =>
      options?.stack === undefined ? new Peer(vu, options) : new SecondPeer(vu, options);
    return once(this, 'peer', peer as Dicom['peer']);
  }

  get receiver(): Dicom['receiver'] {
    const { vu } = this;
    return once(this, 'receiver', (options: T.ReceiverOptions) => receiver(vu, options));
  }

  get files(): Dicom['files'] {
    const { vu } = this;
    const made: Dicom['files'] = (where, options) => files(vu, where, options);
    return once(this, 'files', made);
  }

  get synthetic(): Dicom['synthetic'] {
    const { vu } = this;
    const made: Dicom['synthetic'] = (what) => synthetic(vu, what);
    return once(this, 'synthetic', made);
  }

  get recording(): Dicom['recording'] {
    const { vu } = this;
    return once(this, 'recording', (folder: string) => recording(vu, folder));
  }

  get replay(): Dicom['replay'] {
    const { vu } = this;
    return once(this, 'replay', (options: T.ReplayOptions) => replay(vu, options));
  }

  get study(): Dicom['study'] {
    const { vu } = this;
    return once(this, 'study', (options?: T.StudyOptions) => study(vu, options));
  }

  get csv(): Dicom['csv'] {
    const { vu } = this;
    const rows = (path: string): readonly Record<string, string>[] =>
      feeder(vu, 'csv', path) as readonly Record<string, string>[];
    return once(this, 'csv', rows);
  }

  get json(): Dicom['json'] {
    const { vu } = this;
    return once(this, 'json', <T>(path: string) => feeder(vu, 'json', path) as readonly T[]);
  }

  get verify(): Verify {
    return verifyFor(this.vu);
  }

  get shared(): Shared {
    return sharedFor(this.vu);
  }

  get raw(): Raw {
    return rawFor(this.vu);
  }

  get procedureStep(): Dicom['procedureStep'] {
    const { vu } = this;
    const made: Dicom['procedureStep'] = (item) => new ProcedureStep(vu, item);
    return once(this, 'procedureStep', made);
  }

  get diff(): Dicom['diff'] {
    const { vu } = this;
    const made: Dicom['diff'] = (a, b, options) => diff(vu, a, b, options);
    return once(this, 'diff', made);
  }

  get each(): Dicom['each'] {
    const { vu } = this;
    const made: Dicom['each'] = (rows, nameOf, body, { labelsOf } = {}) =>
      each(vu, { rows, nameOf, body, labelsOf });
    return once(this, 'each', made);
  }

  get xfail(): Dicom['xfail'] {
    const { vu } = this;
    return once(this, 'xfail', (reason: string) => xfail(vu, reason));
  }

  get textSummary(): Dicom['textSummary'] {
    const made: Dicom['textSummary'] = (_data, options) => summaryText(options);
    return once(this, 'textSummary', made);
  }

  get skip(): Dicom['skip'] {
    const { vu } = this;
    return once(this, 'skip', (reason: string): never => skip(vu, reason));
  }

  get manual(): Dicom['manual'] {
    const { vu } = this;
    const made: Dicom['manual'] = (name, steps) => manual(vu, name, steps);
    return once(this, 'manual', made);
  }
}

/** The same for all VUs. */
const CONSTANTS = {
  Status,
  DicomError,
  AssociationRejected,
  AssociationAborted,
  NoAcceptedContext,
  TransportError,
  TimeoutError,
  ProtocolError,
};
Object.assign(Module.prototype, CONSTANTS, { __esModule: true });

/** One VU's `dicom`. */
export function dicomFor(vu: Vu): Dicom {
  return new Module(vu);
}
