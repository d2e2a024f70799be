import { describe, expect, it } from 'vitest';
import { createEngine } from '../metrics/engine.ts';
import type { OpenRecord } from '../runlog/format.ts';
import type { Bus } from './bus.ts';
import { jointAccount } from './joint-account.ts';
import type { AgentInfo } from './protocol.ts';
import { Remote } from './remote.ts';

const T0 = 2_000_000;
const NO_COUNTS = { late: 0, duplicated: 0, corrupted: 0 };

/** An agent whose clock is ahead by so much, and whose answers took twice `boundMs`. */
function agent(
  index: number,
  aheadMs: number,
  boundMs: number,
  ...open: Omit<OpenRecord, 'k' | 'scenario' | 'route'>[]
): Remote {
  // why no bus: it is told nothing here
  const remote = new Remote({} as Bus, 'r', { name: `a${index}` } as AgentInfo, index);
  for (let i = 0; i < 5; i++) {
    const sent = T0 + i * 1_000;
    remote.farClock.take(sent, sent + boundMs + aheadMs, sent + 2 * boundMs);
  }
  for (const one of open) {
    remote.takeRecord({ k: 'open', record: { k: 'open', route: 'R', scenario: 's', ...one } });
  }
  return remote;
}

function joined(sender: Remote, receiver: Remote, aheads: readonly number[], senderIsLost = false) {
  const engine = createEngine({ thresholds: {}, onWarning: () => undefined });
  const warnings: string[] = [];
  const sent = { route: 'R', accepted: 2, arrived: 0, unique: 0, missing: 2, unexpected: 0 };
  const came = { route: 'R', accepted: 0, arrived: 0, unique: 0, missing: 0, unexpected: 2 };
  const counts = jointAccount({
    remotes: [sender, receiver],
    facts: [
      senderIsLost ? null : { accounts: [{ ...sent, ...NO_COUNTS }], missing: [] },
      { accounts: [{ ...came, ...NO_COUNTS }], missing: [] },
    ],
    ...{ t0: T0, theirs: aheads.map((ms) => T0 + ms), tags: { testid: 't' }, engine },
    warn: (text) => void warnings.push(text),
  });
  engine.finish(5_000, 5_000);
  const totals = engine.totals();
  const ofRoute = totals.find(
    ({ key }) => key.metric === 'dicom_delivery_duration' && key.view === 'route',
  );
  return { counts, warnings, tags: ofRoute?.key.tags, total: ofRoute?.total };
}

describe('deliveries from agent to agent', () => {
  const lost = { missing: ['a', 'b'], sent: [1_000, 2_000] };
  const strays = { strays: [['a', 1, 1_060] as const, ['b', 1, 2_080] as const], counted: true };

  it('are timed by both clocks, and say how wrong that may be', () => {
    // Both t0 were told by clocks known as well as now, so times since t0 are alike.
    const receiver = agent(1, -777, 2, strays);
    const { counts, warnings, tags, total } = joined(
      agent(0, 1_234, 1, lost),
      receiver,
      [1_234, -777],
    );
    expect(counts.routes).toMatchObject([
      { route: 'R', accepted: 2, arrived: 2, unique: 2, missing: 0, unexpected: 0 },
    ]);
    expect(counts.routes[0]).toMatchObject({ durationErrorMs: 3 });
    expect(tags).toEqual({ route: 'R' });
    expect(total).toMatchObject({ samples: 2 });
    if (total?.type !== 'trend') throw new Error('no trend');
    expect(total.stats.min).toBeCloseTo(60, 0);
    expect(total.stats.max).toBeCloseTo(80, 0);
    expect(warnings).toEqual([]);
  });

  it('of an agent that was lost with its account are told apart, not called delivered or missing', () => {
    const { counts, warnings } = joined(agent(0, 0, 1), agent(1, 0, 1, strays), [0, 0], true);
    expect(counts.routes).toMatchObject([{ accepted: 0, missing: 0, unexpected: 2 }]);
    expect(warnings).toEqual([
      'the account is without agent a0, which was lost; 2 unexpected images may be of it: ' +
        'what it sent and what of it is missing stands in its own run log (dicomrun merge)',
    ]);
  });

  it('that took hardly more than that are warned of', () => {
    const { warnings } = joined(agent(0, 0, 1, lost), agent(1, 0, 29, strays), [0, 0]);
    expect(warnings).toEqual([
      'route R: deliveries from agent to agent took 80.0 ms (median), by clocks that may be wrong by 30.0 ms',
    ]);
  });
});
