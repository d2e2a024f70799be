// After the load: deliveries still under way arrive, and the account is drawn up.
import type { DeliveryCounts } from '../records/events.ts';
import type { Run } from '../run.ts';
import type { RunContext } from '../run-types.ts';

const NO_ACCOUNT: DeliveryCounts = { routes: [], missing: [], strays: [] };
/** How long deliveries are waited for when the run was interrupted. */
const INTERRUPTED_SETTLE_MS = 1_000;

/** What was sent and what of it arrived, once all has arrived or the settle time is over. */
export function settle(run: Run, context: RunContext): Promise<DeliveryCounts> {
  const own = () => settleHere(run, context);
  const { crew } = run.settings;
  return crew === undefined ? own() : run.survive(crew.settle(own), NO_ACCOUNT);
}

function settleHere(run: Run, { options }: RunContext): Promise<DeliveryCounts> {
  const { acceptors } = run;
  if (acceptors === null) return Promise.resolve(NO_ACCOUNT);
  const account = acceptors.settle(options.settleMs);
  const off = run.settings.stopper.onStop(() => acceptors.hurry(INTERRUPTED_SETTLE_MS));
  return run.survive(account.finally(off), NO_ACCOUNT);
}
