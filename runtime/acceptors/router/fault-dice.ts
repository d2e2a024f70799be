// Rolls the dice for the faults a router was asked to commit, each kind with its own seed.
import { chance, cycle } from './chance.ts';
import type { RouterFaults } from './spec.ts';

/** Every method rolls once. Without a fault of its kind it never says yes, and rolls nothing. */
export class FaultDice {
  readonly drops: () => boolean;
  readonly duplicates: () => boolean;
  readonly corrupts: () => boolean;
  readonly aborts: () => boolean;
  readonly rejects: () => boolean;
  readonly responseDelay: () => number;
  readonly forwardDelay: () => number;
  private readonly failing: () => boolean;
  private readonly failure: number;

  constructor(faults: RouterFaults, seed: number) {
    this.drops = share(faults.drop, seed);
    this.duplicates = share(faults.duplicate, seed + 1);
    this.corrupts = share(faults.corrupt, seed + 2);
    this.aborts = share(faults.abort, seed + 3);
    this.rejects = share(faults.reject, seed + 4);
    this.failing = share(faults.status?.share, seed + 5);
    this.failure = faults.status?.status ?? 0;
    this.responseDelay = cycle(faults.responseDelayMs);
    this.forwardDelay = cycle(faults.forwardDelayMs);
  }

  /** The status to answer instead of storing; null = none. */
  status(): number | null {
    return this.failing() ? this.failure : null;
  }
}

function share(part: number | undefined, seed: number): () => boolean {
  if (part === undefined || part <= 0) return () => false;
  if (part >= 1) return () => true;
  const next = chance(seed);
  return () => next() < part;
}
