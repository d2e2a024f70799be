// The screen while smoke tests run: only what scripts and the runtime have to say.
import type { Screen } from '../../conductor/screen.ts';
import type { DicomRunError } from '../../errors.ts';
import type { LogMessage } from '../../threads.ts';
import { printable, problemText } from '../problem-text.ts';
import type { Terminal } from '../terminal.ts';

export class SmokeScreen implements Screen {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  log({ level, message }: LogMessage): void {
    this.#terminal.err(`${level}: ${printable(message)}\n`);
  }

  problem(error: DicomRunError): void {
    for (const problem of error.problems) this.#terminal.err(problemText(this.#terminal, problem));
  }

  plan(): void {
    // A plan of one iteration each says nothing.
  }

  stage(): void {
    // Over in a moment.
  }

  progress(): void {
    // Over in a moment.
  }

  failure(): void {
    // Becomes a case.
  }

  threshold(): void {
    // Is in the verdict.
  }
}
