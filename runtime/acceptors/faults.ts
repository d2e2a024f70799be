// What an acceptor does wrong on purpose, as data, and the dice that decide when.
import type { AssociateDecision, AssociateIndication } from '../dicom/scp/acceptor-types.ts';
import { chance, cycle } from './chance.ts';

/** Faults of any acceptor: receiver, router, archive, sink. Shares are 0..1. */
export interface AcceptorFaults {
  /** C-STORE statuses in turn, e.g. [0, 0, 0xA700]; 0 = store it. */
  readonly statuses?: readonly number[];
  /** Answers that share of the stores with this status, without storing. */
  readonly status?: { readonly share: number; readonly status: number };
  /** Waits before each C-STORE response, ms; a list is cycled. */
  readonly responseDelayMs?: number | readonly number[];
  /** Never answers that share of the stores. */
  readonly silent?: number;
  /** Aborts the association instead of answering that share of the stores. */
  readonly abort?: number;
  /** Aborts in the middle of a data set, after so many of its bytes. */
  readonly abortAfterBytes?: number;
  /** Rejects that share of the associations (transient, local limit exceeded). */
  readonly reject?: number;
  /** Rejects all of them with these numbers (PS3.8 Table 9-21). */
  readonly rejectWith?: {
    readonly result: number;
    readonly source: number;
    readonly reason: number;
  };
  /** Associations at once; beyond it, transient rejection. */
  readonly associations?: number;
  /** Accepts associations, but none of their contexts. */
  readonly noContexts?: boolean;
  /** Rejects every association in [fromMs, toMs) after the start. */
  readonly down?: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Seed of the shares (default 1): the same stores fail in every run. */
  readonly seed?: number;
}

/** A-ASSOCIATE-RJ: transient, service-provider (presentation), local limit exceeded. */
const LOCAL_LIMIT = { kind: 'reject', result: 2, source: 3, reason: 2 } as const;

/** Every method rolls once. Without a fault of its kind it never says yes, and rolls nothing. */
export class FaultDice {
  readonly aborts: () => boolean;
  readonly silent: () => boolean;
  readonly responseDelay: () => number;
  readonly abortAfterBytes: number;
  private readonly faults: AcceptorFaults;
  private readonly rejects: () => boolean;
  private readonly failing: () => boolean;
  private readonly nextStatus: () => number;
  private readonly now: () => number;
  private readonly started: number;

  constructor(faults: AcceptorFaults, now: () => number) {
    const seed = faults.seed ?? 1;
    this.faults = faults;
    this.now = now;
    this.started = now();
    this.aborts = share(faults.abort, seed + 3);
    this.rejects = share(faults.reject, seed + 4);
    this.failing = share(faults.status?.share, seed + 5);
    this.silent = share(faults.silent, seed + 6);
    this.nextStatus = cycle(faults.statuses);
    this.responseDelay = cycle(faults.responseDelayMs);
    this.abortAfterBytes = faults.abortAfterBytes ?? Infinity;
  }

  /** The rejection of an association; null = let it in. */
  refusal({ open }: AssociateIndication): AssociateDecision | null {
    const { rejectWith, associations, down } = this.faults;
    if (rejectWith !== undefined) return { kind: 'reject', ...rejectWith };
    const elapsed = this.now() - this.started;
    const isDown = down?.some(({ fromMs, toMs }) => elapsed >= fromMs && elapsed < toMs) === true;
    const isFull = associations !== undefined && open >= associations;
    return isDown || isFull || this.rejects() ? LOCAL_LIMIT : null;
  }

  /** Whether no presentation context is taken. */
  get noContexts(): boolean {
    return this.faults.noContexts === true;
  }

  /** The status to answer instead of storing; 0 = store. */
  status(): number {
    return this.nextStatus() || (this.failing() ? (this.faults.status?.status ?? 0) : 0);
  }
}

/** Says yes that often. */
export function share(part: number | undefined, seed: number): () => boolean {
  if (part === undefined || part <= 0) return () => false;
  if (part >= 1) return () => true;
  const next = chance(seed);
  return () => next() < part;
}
