/** A specification of an acceptor (faults, routes) that makes no sense: the user's to mend. */
export class SpecError extends Error {
  readonly code = 'CONFIG_ACCEPTOR';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'SpecError';
    this.hint = hint;
  }
}
