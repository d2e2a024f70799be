// Which rule is for whom, and what it draws: the same for associations and for the web.
import { delays, share, statuses } from './draw.ts';
import type { AssociateFault, FaultMatch, RequestFault } from './fault-policy.ts';

interface Named {
  readonly calledAET: string;
  readonly callingAET: string;
}

/** What a rule draws, each with its place in its lists. */
interface Draws {
  readonly delay: () => number;
  /** Absent = the handler's; a rule's only status may be 0, success without the service. */
  readonly status: () => number | undefined;
}

export class FaultRules {
  readonly #random: () => number;
  readonly #seen = new Map<FaultMatch, number>();
  readonly #draws = new Map<AssociateFault | RequestFault, Draws>();

  /** `random` gives numbers in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Counts it, so that `first` and `every` know. */
  fits(rule: FaultMatch, who: Named): boolean {
    if (rule.calledAET !== undefined && rule.calledAET !== who.calledAET) return false;
    if (rule.callingAET !== undefined && rule.callingAET !== who.callingAET) return false;
    const seen = (this.#seen.get(rule) ?? 0) + 1;
    this.#seen.set(rule, seen);
    if (rule.first !== undefined && seen > rule.first) return false;
    if (rule.every !== undefined && seen % rule.every !== 0) return false;
    return rule.share === undefined || share(rule.share, this.#random)();
  }

  drawsOf(fault: AssociateFault | RequestFault): Draws {
    const known = this.#draws.get(fault);
    if (known !== undefined) return known;
    const spec = 'status' in fault ? fault.status : undefined;
    const next = statuses(spec, this.#random);
    const draws = {
      delay: delays(fault.delay, this.#random),
      status: typeof spec === 'number' ? next : () => next() || undefined,
    };
    this.#draws.set(fault, draws);
    return draws;
  }
}
