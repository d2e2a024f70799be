// What a command that sends files says of each, and in the end.
import { hintLine } from '../problem-text.ts';
import type { Terminal } from '../terminal.ts';
import type { FileOutcome } from './send.ts';

interface SaidHow {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Counts them, too. */
export class SendReport {
  readonly totals = { stored: 0, failed: 0, skipped: 0 };
  readonly #hints = new Set<string>();
  readonly #terminal: Terminal;
  readonly #flags: SaidHow;
  #over = false;

  constructor(terminal: Terminal, flags: SaidHow) {
    this.#terminal = terminal;
    this.#flags = flags;
  }

  file(outcome: FileOutcome, line: string): void {
    if (this.#over) return;
    const { totals } = this,
      terminal = this.#terminal,
      flags = this.#flags,
      hints = this.#hints;
    totals[outcome.state] += 1;
    if (outcome.state === 'failed' && outcome.hint !== undefined) hints.add(outcome.hint);
    if (flags.json === true) terminal.out(`${JSON.stringify(outcome)}\n`);
    else if (flags.quiet !== true || outcome.state === 'failed') terminal.err(`${line}\n`);
  }

  /** Nothing is counted any more. */
  end(): void {
    this.#over = true;
    const { totals } = this,
      terminal = this.#terminal,
      hints = this.#hints;
    const { stored, failed, skipped } = totals;
    if (stored + failed > 0 && this.#flags.json !== true)
      terminal.out(`${stored} stored, ${failed} failed, ${skipped} skipped\n`);
    for (const hint of hints) terminal.err(`${hintLine(terminal, hint)}\n`);
  }
}
