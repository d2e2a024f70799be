// A run whose load agents carry: `run --agents …`, or each step of `capacity --agents …`. Where they
// are met, and how long that lasts.
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { whoseEngine } from './engine-flags.ts';
import { AWAY, openBus } from '../../agents/bus.ts';
import type { Bus } from '../../agents/bus.ts';
import { decodeJson } from '../../agents/protocol.ts';
import type { RunNote } from '../../agents/protocol.ts';
import { calledApart, parseAgents, recruit } from '../../agents/recruit.ts';
import type { CrewWish, Wanted } from '../../agents/recruit.ts';
import { Remote } from '../../agents/remote.ts';
import { newRunId } from '../../conductor/records/result-files.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { span } from '../../metrics/numbers.ts';
import type { AgentFlags } from '../flags/agent-flags.ts';
import type { CarriedRun, ExecuteRequest } from '../run/execute.ts';
import type { Terminal } from '../terminal.ts';
import { ConductedRun } from './conducted-run.ts';
import { startLocal } from './local.ts';
import type { LocalCrew } from './local.ts';

/** The engine and its agents, for one run or several, one after the other. */
export class AgentsMeeting {
  readonly #flags: AgentFlags;
  readonly #wishes: readonly CrewWish[];
  readonly #bus: Bus;
  readonly #local: LocalCrew | null;

  private constructor(
    flags: AgentFlags,
    wishes: readonly CrewWish[],
    { bus, local }: { readonly bus: Bus; readonly local: LocalCrew | null },
  ) {
    this.#flags = flags;
    this.#wishes = wishes;
    this.#bus = bus;
    this.#local = local;
  }

  /**
   * @param once whether there is one run only
   * @throws DicomRunError when there is no such engine
   */
  static async open(
    flags: AgentFlags,
    terminal: Terminal,
    { once }: { readonly once: boolean },
  ): Promise<AgentsMeeting> {
    const { agents } = flags;
    const wanted: Wanted = agents === null ? { kind: 'bus', wishes: [] } : parseAgents(agents);
    const local =
      wanted.kind === 'local' ? await startLocal({ count: wanted.count, once }, terminal) : null;
    try {
      const bus = await openBus(local?.credentials ?? whoseEngine(flags, 'coordinator', terminal));
      const wishes =
        wanted.kind === 'local' ? [{ label: null, value: '', count: wanted.count }] : wanted.wishes;
      return new AgentsMeeting(flags, wishes, { bus, local });
    } catch (error) {
      await local?.stop();
      throw flags.resume === undefined ? error : stillToCome(error, flags.orphanMs);
    }
  }

  /** The next run, on as many agents as are asked for. @throws DicomRunError when they are not there */
  async run(base: ExecuteRequest, given: string | undefined): Promise<CarriedRun> {
    const [bus, flags] = [this.#bus, this.#flags];
    const resumed = flags.resume === undefined ? null : await noteOf(bus, flags.resume);
    const found = resumed?.agents ?? calledApart(await recruit(bus, this.#wishes, flags.waitMs));
    const testid = flags.resume ?? given ?? newRunId(Date.now(), base.script, Math.random());
    const release = await leadAlone(
      bus,
      testid,
      base.stopper,
      resumed === null ? 0 : LEASE_WAIT_MS,
    );
    const run = resumed?.run ?? nameOnBus(testid);
    const remotes = found.map((info, index) => new Remote(bus, run, info, index));
    const isLocal = this.#local !== null;
    const parts = { flags, testid, bus, run, remotes, isLocal, resumed };
    const conducted = new ConductedRun(base, { ...parts, noteKey: keyOf(testid) });
    return {
      request: conducted.request,
      end: async () => {
        await conducted.abandon();
        await release();
      },
    };
  }

  async close(): Promise<void> {
    await this.#bus.close();
    await this.#local?.stop();
  }
}

/** One run and no more: whoever was met for it goes with it. */
export async function carriedByAgents(
  flags: AgentFlags,
  own: ExecuteRequest,
  testid: string | undefined,
): Promise<CarriedRun> {
  const meeting = await AgentsMeeting.open(flags, own.terminal, { once: true });
  try {
    const run = await meeting.run(own, testid);
    const end = async (): Promise<void> => {
      await run.end();
      await meeting.close();
    };
    return { ...run, end };
  } catch (error) {
    await meeting.close();
    throw error;
  }
}

const keyOf = (testid: string): string => createHash('sha256').update(testid).digest('hex');
/** Of a coordinator that was killed the lease ends by itself. */
const LEASE_WAIT_MS = 8_000;

/** The engine alone knows of the run: who wants to go on with it has to have it back. */
function stillToCome(error: unknown, orphanMs: number): unknown {
  if (!(error instanceof DicomRunError) || error.code !== AWAY) return error;
  const hint =
    'it keeps what the agents reported: start it again, `dicomrun engine` with the same --dir, then this; ' +
    `without an engine the agents end their load after ${span(2 * orphanMs)}`;
  return new DicomRunError(error.exitCode, { code: AWAY, message: error.message, hint });
}

/** @throws DicomRunError 104 */
async function noteOf(bus: Bus, testid: string): Promise<RunNote> {
  const data = await bus.getNote(keyOf(testid));
  if (data !== null) return decodeJson(data);
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_RESUME',
    message: `--resume ${testid}: this engine knows of no such run that goes on`,
    hint: 'one that ended is in its results folder; with another engine it is another --creds',
  });
}

/** Two coordinators of one test id would write one run. @throws DicomRunError 104 */
async function leadAlone(
  bus: Bus,
  testid: string,
  stopper: ExecuteRequest['stopper'],
  waitMs: number,
): Promise<() => Promise<void>> {
  const taken = `another coordinator has run ${testid} now`;
  const until = performance.now() + waitMs;
  for (;;) {
    const lost = () => stopper.stop(ExitCode.AGENT_LOST, taken);
    const release = await bus.lead(keyOf(testid), lost);
    if (release !== null) return release;
    if (performance.now() > until) break;
    await delay(250);
  }
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'AGENTS_TESTID',
    message: `another coordinator conducts run ${testid} at this engine`,
    hint: 'another --testid; of one that was killed it is free again after 5 s',
  });
}

/** Letters that subjects and journals may have, and of no earlier run of that name. */
function nameOnBus(testid: string): string {
  const safe = testid.replace(/[^\w-]/g, '_').slice(0, 40);
  return `${safe}-${randomBytes(4).toString('hex')}`;
}
