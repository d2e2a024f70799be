// `--bail`: the run ends at the first case that fails, unless it was expected to.
import type { Stopper } from '../../../conductor/stopper.ts';
import { ExitCode } from '../../../errors.ts';
import type { CaseMessage } from '../../../threads/cases.ts';

export class Bail {
  readonly #stopper: Stopper;
  /** Scenarios, and scenarios with a row, that are known to fail. */
  readonly #expected = new Set<string>();
  /** It has ended the run. */
  stopped = false;

  constructor(stopper: Stopper) {
    this.#stopper = stopper;
  }

  case(told: CaseMessage): void {
    const { scenario } = told;
    if (told.state === 'xfail') this.#expected.add(keyOf(scenario, told.row));
    if (told.state === 'check' && !told.ok) this.#end(scenario, told.row);
    const failed = told.state === 'row' && (told.fails > 0 || told.fault !== undefined);
    if (failed) this.#end(scenario, told.name);
  }

  /** A request or an iteration failed. */
  failure(scenario: string): void {
    this.#end(scenario, '');
  }

  #end(scenario: string, row = ''): void {
    const isExpected = [keyOf(scenario, ''), keyOf(scenario, row)].some((key) =>
      this.#expected.has(key),
    );
    if (isExpected || this.stopped) return;
    this.stopped = true;
    this.#stopper.stop(ExitCode.THRESHOLDS, 'ended at the first case that failed (--bail)');
  }
}

const keyOf = (scenario: string, row = ''): string => `${scenario}\n${row}`;
