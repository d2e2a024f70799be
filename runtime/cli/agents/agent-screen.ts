// The screen of an agent: a line where something happens that somebody at that host may want to know.
import type { Screen } from '../../conductor/screen.ts';
import type { DicomRunError } from '../../errors.ts';
import type { LogMessage } from '../../threads/samples.ts';
import { printable, problemText } from '../problem-text.ts';
import type { Terminal } from '../terminal.ts';

export class AgentScreen implements Screen {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  plan(): void {
    // The coordinator shows it.
  }

  stage(): void {
    // So does it stages and numbers.
  }

  progress(): void {
    // See above.
  }

  failure(): void {
    // Failures are reported, and told there.
  }

  threshold(): void {
    // Only the whole is judged.
  }

  log({ level, message, trace }: LogMessage): void {
    if (trace !== true && level !== 'error' && level !== 'warn') return;
    this.#terminal.err(`${level}: ${printable(message)}\n`);
  }

  problem(error: DicomRunError): void {
    for (const problem of error.problems) this.#terminal.err(problemText(this.#terminal, problem));
  }
}
