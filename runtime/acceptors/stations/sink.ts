// A sink: takes every store and counts it, keeps files on request. No run, no account.
import { EMBEDDED_STATION } from '../../threads/state.ts';
import type { AcceptorFaults, StationTls } from '../../../api/k6/simulate.ts';
import { REPLY_LATER } from '../../dicom/dimse/incoming.ts';
import { Status } from '../../dicom/dimse/status.ts';
import { FileKeeper } from './file-keeper.ts';
import type { OpenFile } from './file-keeper.ts';
import { StoreStation } from './store-station.ts';
import type { Stored } from './store-station.ts';

export interface SinkSpec {
  /** AE titles it answers to; empty or absent = any. */
  readonly aets?: readonly string[];
  /** Writes DICOM files there. */
  readonly folder?: string;
  readonly faults?: AcceptorFaults;
  /** TLS of its port. */
  readonly tls?: StationTls;
}

interface Taking {
  file: OpenFile | null;
}

/** The cheapest station there is. */
export class Sink extends StoreStation<Taking> {
  readonly id = EMBEDDED_STATION.SINK;
  readonly aets: readonly string[];
  readonly #files: FileKeeper | null;

  constructor(spec: SinkSpec, now: () => number) {
    super(spec.faults ?? {}, now);
    this.aets = spec.aets ?? [];
    this.#files = spec.folder === undefined ? null : new FileKeeper(spec.folder, () => {});
  }

  protected begin(): Taking {
    return { file: null };
  }

  protected starts(taking: Taking, { association, request, transferSyntax }: Stored): void {
    const { callingAET } = association;
    taking.file = this.#files?.open(request, { transferSyntax, callingAET }) ?? null;
  }

  protected piece(taking: Taking, buffer: Buffer, start: number, end: number): void {
    if (taking.file !== null) taking.file.write(buffer.subarray(start, end));
  }

  protected complete(taking: Taking, stored: Stored): number {
    const { file } = taking;
    if (file === null) return Status.SUCCESS;
    taking.file = null;
    file.close((error) => {
      const status = error === null ? Status.SUCCESS : Status.OUT_OF_RESOURCES;
      this.answer(stored, { status });
    });
    return REPLY_LATER;
  }

  protected override spoilt(taking: Taking): void {
    taking.file?.discard();
    taking.file = null;
  }
}
