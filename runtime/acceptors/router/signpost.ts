// Which way a data set goes, and with which header: what routes and rules say of it together.
import type { Looks } from '../patterns/pattern.ts';
import type { RouteTable } from './route-table.ts';
import type { RuleTable } from './rules.ts';

/** What of a data set is looked at. */
export interface Came {
  /** The header, as far as it came; null = too long. */
  readonly found: Buffer | null;
  /** Why it is none; '' when it is. */
  readonly damage: string;
  readonly passing: Passing;
}

/** An instance on its way through, by whichever protocol it came. */
export interface Passing {
  readonly calledAET: string;
  readonly callingAET: string;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
}

/** What routes and rules say of one data set. */
interface Direction {
  /** What the rules replace; empty when they change nothing. */
  readonly header: Buffer;
  /** After the rules; the same buffer when they changed nothing. */
  readonly ruled: Buffer;
  /** SOP Instance UID that a rule gave; null = as it was. */
  readonly renamed: string | null;
  readonly to: readonly string[];
  readonly study: string;
  /** Why the rules that concern it were not applied; null when there is nothing to say. */
  readonly unruled: string | null;
}

/** No bytes of a header: as it came. */
export const NO_HEADER = Buffer.alloc(0);

/** What came of a rule table or a route table, or why nothing did. */
type Outcome<T> = { readonly value: T } | { readonly why: string };

function attempt<T>(what: () => T): Outcome<T> {
  try {
    return { value: what() };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // why: what stands in quotes may be a patient's, and this is for a log
    return { why: why.replace(/"[^"]*"/g, '"…"') };
  }
}

export class Signpost {
  readonly #rules: RuleTable;
  readonly #routes: RouteTable;

  constructor(rules: RuleTable, routes: RouteTable) {
    this.#rules = rules;
    this.#routes = routes;
  }

  get hasPatterns(): boolean {
    return this.#rules.hasPatterns || this.#routes.hasPatterns;
  }

  /** Asks the patterns that a decision will ask. */
  ask({ found, damage, passing }: Came, looks: Looks): void {
    const { calledAET, callingAET, transferSyntax } = passing;
    const bytes = damage === '' ? found : null;
    attempt(() => this.#routes.find({ calledAET, callingAET, transferSyntax, bytes }, looks));
    if (bytes === null) return;
    attempt(() => this.#rules.apply(bytes, transferSyntax, calledAET, looks));
  }

  /** Where a data set goes, and with which header; or why that cannot be known. */
  direct({ found, damage, passing }: Came, looks: Looks): Direction | { readonly why: string } {
    const { calledAET, callingAET, transferSyntax } = passing;
    const readable = found !== null && damage === '';
    const bytes = readable ? found : null;
    const routed = attempt(() =>
      this.#routes.find({ calledAET, callingAET, transferSyntax, bytes }, looks),
    );
    // why: which way it would go is not known, and any other is a wrong one
    if ('why' in routed) {
      const why = damage === '' ? routed.why : `the data set ${damage}`;
      return { why: `an instance cannot be routed: ${why}` };
    }
    const same = { header: NO_HEADER, ruled: NO_HEADER, renamed: null, unruled: null };
    const asItCame = { ...routed.value, ...same };
    if (!this.#rules.concerns(calledAET)) return asItCame;
    const ruled = attempt(() => {
      if (bytes === null)
        throw new Error(damage === '' ? 'header too long' : `the data set ${damage}`);
      const after = this.#rules.apply(bytes, transferSyntax, calledAET, looks);
      const renamed = this.#routes.sopInstanceAfter(after, bytes, transferSyntax);
      return { header: bytes, ruled: after, renamed };
    });
    if ('value' in ruled) return { ...asItCame, ...ruled.value };
    const unruled = `an instance goes on without the rules, which cannot be applied: ${ruled.why}`;
    return { ...asItCame, unruled };
  }
}
