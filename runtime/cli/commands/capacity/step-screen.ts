// The screen of one step: only what went wrong in the script or the runtime.
import type { Screen } from '../../../conductor/screen.ts';
import type { DicomRunError } from '../../../errors.ts';
import type { LogMessage } from '../../../threads/samples.ts';
import { printable, problemText } from '../../problem-text.ts';
import type { Terminal } from '../../terminal.ts';

export class StepScreen implements Screen {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  log({ level, message }: LogMessage): void {
    if (level === 'error') this.#terminal.err(`${level}: ${printable(message)}\n`);
  }

  problem(error: DicomRunError): void {
    for (const problem of error.problems) this.#terminal.err(problemText(this.#terminal, problem));
  }

  plan(): void {
    // The search says what it does.
  }

  stage(): void {
    // A step is over in a moment.
  }

  progress(): void {
    // A step is over in a moment.
  }

  failure(): void {
    // Beyond the limit things fail; the run log of the step has them.
  }

  threshold(): void {
    // Is what the step is judged by.
  }
}
