// Who looks after a run from outside: signals ask for its end, and a fault of ours ends it in order,
// with teardown, summary and the verdict 109, instead of ending the process.
import type { Stopper } from '../../conductor/stopper.ts';
import { ExitCode } from '../../errors.ts';
import { internalText } from '../problem-text.ts';
import type { Terminal } from '../terminal.ts';

/** A run that a fault has left unable to end is left after this. */
const LAST_RESORT_MS = 300_000;

/** Signals and faults of one run; the returned function ends that. */
export function supervise(
  terminal: Terminal,
  stopper: Stopper,
  say: (text: string) => void,
): () => void {
  const offSignals = stopOnSignal(terminal, stopper, say);
  const offFaults = endOnFault(terminal, stopper, say);
  return () => {
    offFaults();
    offSignals();
  };
}

/** A fault of ours ends the run in order; the returned function ends that. */
export function endOnFault(
  terminal: Terminal,
  stopper: Stopper,
  say: (text: string) => void,
): () => void {
  const offFaults = terminal.onFault((error) => stopper.fault(error));
  let lastResort: NodeJS.Timeout | undefined;
  stopper.tellFault = (error) => {
    say(internalText(terminal, error));
    lastResort = setTimeout(() => {
      say(
        'the run does not end after this fault: left, `dicomrun report` reads what is recorded\n',
      );
      terminal.exitNow(ExitCode.INTERNAL);
    }, LAST_RESORT_MS).unref();
  };
  return () => {
    clearTimeout(lastResort);
    offFaults();
  };
}

/**
 * One press of Ctrl-C arrives twice where `npx` or `timeout` pass on what the terminal sends to all;
 * nobody presses again so soon.
 */
const SAME_PRESS_MS = 200;

/** First signal: stop gracefully, with teardown and summary. Second: leave at once. */
export function stopOnSignal(
  terminal: Terminal,
  stopper: Pick<Stopper, 'stop'>,
  say: (text: string) => void,
): () => void {
  let first: { readonly signal: string; readonly at: number } | null = null;
  return terminal.onSignal((signal) => {
    const at = performance.now();
    if (first?.signal === signal && at - first.at < SAME_PRESS_MS) return;
    if (first) {
      say(`${signal} again: left at once, nothing more is recorded\n`);
      terminal.exitNow(ExitCode.INTERRUPTED);
    }
    first = { signal, at };
    say(`${signal}: stopping; once more to leave at once\n`);
    stopper.stop(ExitCode.INTERRUPTED, `interrupted by ${signal}`);
  });
}
