// What went wrong while a script was bundled, as data for a person: nothing here prints.

export interface BundleProblem {
  /** Stable, e.g. `BUNDLE_NODE_BUILTIN`. Match on this, never on the message. */
  readonly code: string;
  /** Who: what happened. Lower-case start, no full stop. */
  readonly message: string;
  /** What to try. */
  readonly hint?: string;
  /** `file:line:column` in the author's source, both counted from 1. */
  readonly where?: string;
  /** The source line with a marker under the fault, ready to print, without colours. */
  readonly frame?: string;
}

/** Thrown by the bundler for anything the author has to change. Carries every problem found. */
export class BundleError extends Error {
  readonly problems: readonly BundleProblem[];

  constructor(problems: readonly BundleProblem[]) {
    super(problems.map(({ message }) => message).join('\n'));
    this.name = 'BundleError';
    this.problems = problems;
  }
}
