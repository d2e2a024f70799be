// The screen while smoke tests run: only what scripts and the runtime have to say.
import type { Screen } from '../../../conductor/screen.ts';
import type { ErrorGroup } from '../../../metrics/summary.ts';
import type { CaseMessage } from '../../../threads/cases.ts';
import type { Bail } from './bail.ts';
import type { DicomRunError } from '../../../errors.ts';
import type { LogMessage } from '../../../threads/samples.ts';
import { transcriptLine } from '../../run/transcript-line.ts';
import { printable, problemText } from '../../problem-text.ts';
import type { Terminal } from '../../terminal.ts';

const TRANSCRIPT_LINES = 1_000;

export class SmokeScreen implements Screen {
  readonly #terminal: Terminal;
  readonly #bail: Bail | null;
  /** Lines of `--trace` by scenario, the last ones. */
  readonly #transcripts = new Map<string, readonly string[]>();

  constructor(terminal: Terminal, bail: Bail | null = null) {
    this.#terminal = terminal;
    this.#bail = bail;
  }

  log(line: LogMessage): void {
    const { level, message, scenario = '' } = line;
    if (line.trace === true) {
      const lines = this.#transcripts.get(scenario) ?? [];
      this.#transcripts.set(scenario, [...lines.slice(1 - TRANSCRIPT_LINES), transcriptLine(line)]);
      return;
    }
    this.#terminal.err(`${level}: ${printable(message)}\n`);
  }

  /** Prints what went over the associations of these scenarios, or of all (`--trace`). */
  transcripts(scenarios: ReadonlySet<string> | 'all'): void {
    for (const [scenario, lines] of this.#transcripts) {
      if (lines.length === 0 || (scenarios !== 'all' && !scenarios.has(scenario))) continue;
      this.#terminal.err(`transcript of ${scenario}:\n${lines.join('\n')}\n`);
    }
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

  failure({ scenario = '' }: ErrorGroup): void {
    // Becomes a case.
    this.#bail?.failure(scenario);
  }

  caseTold(told: CaseMessage): void {
    this.#bail?.case(told);
  }

  threshold(): void {
    // Is in the verdict.
  }
}
