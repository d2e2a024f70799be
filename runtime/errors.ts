// The one shape of an error that reaches a person: stable code, message, remedy, exit code.

/** Process exit codes: k6's numbers where the meaning is the same, 111 and up are ours. */
export const ExitCode = {
  OK: 0,
  THRESHOLDS: 99,
  SETUP_TIMEOUT: 100,
  TEARDOWN_TIMEOUT: 101,
  CONFIG: 104,
  INTERRUPTED: 105,
  SCRIPT: 107,
  ABORTED_BY_SCRIPT: 108,
  INTERNAL: 109,
  MARKED_FAILED: 110,
  UNREACHABLE: 111,
  OUTPUT_LOST: 112,
  AGENT_LOST: 113,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface Problem {
  /** Stable, upper-case, e.g. `CONFIG_UNKNOWN_KEY`. Match on this, never on the message. */
  readonly code: string;
  /** Who: what happened, with the numbers. Lower-case start, no full stop. */
  readonly message: string;
  /** What to try. */
  readonly hint?: string;
  /** Where: `file:line:column` of the author's source, or the option path. */
  readonly where?: string;
}

/** An error for a person. Carries one problem, or all configuration problems at once. */
export class DicomRunError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly where: string | undefined;
  readonly exitCode: ExitCode;
  readonly problems: readonly Problem[];

  constructor(exitCode: ExitCode, problems: Problem | readonly Problem[], cause?: unknown) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    const first = list[0] ?? { code: 'INTERNAL', message: 'unknown problem' };
    super(first.message, cause === undefined ? undefined : { cause });
    this.name = 'DicomRunError';
    this.code = first.code;
    this.hint = first.hint;
    this.where = first.where;
    this.exitCode = exitCode;
    this.problems = list;
  }
}
