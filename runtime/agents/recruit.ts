// Which agents take part in a run: asked for by number, by label, or started on this machine.
import { setTimeout as delay } from 'node:timers/promises';
import { DicomRunError, ExitCode } from '../errors.ts';
import { plural, span } from '../metrics/numbers.ts';
import type { Bus } from './bus.ts';
import { decodeJson, WHO } from './protocol.ts';
import type { AgentInfo } from './protocol.ts';

/** So many agents, of a label or of any. */
export interface CrewWish {
  readonly label: string | null;
  readonly value: string;
  readonly count: number;
}

export type Wanted =
  | { readonly kind: 'local'; readonly count: number }
  | { readonly kind: 'bus'; readonly wishes: readonly CrewWish[] };

const MOST = 1_000;
const ASK_MS = 400;

/** `10`, `zone=a:3,zone=b:7`, `local:3`. @throws DicomRunError 104 */
export function parseAgents(text: string): Wanted {
  const local = /^local:(\d+)$/.exec(text)?.[1];
  if (local !== undefined) return { kind: 'local', count: counted(local, text) };
  const wishes = text.split(',').map((one): CrewWish => {
    const [, label, value = '', count] = /^(?:([\w.-]+)=([\w.-]+):)?(\d+)$/.exec(one.trim()) ?? [];
    if (count === undefined) throw wrong(text);
    return { label: label ?? null, value, count: counted(count, text) };
  });
  if (wishes.length > 1 && wishes.some(({ label }) => label === null)) throw wrong(text);
  return { kind: 'bus', wishes };
}

function counted(digits: string, text: string): number {
  const count = Number(digits);
  if (count < 1 || count > MOST) throw wrong(text);
  return count;
}

function wrong(text: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_AGENTS',
    message: `--agents ${text}: must be a number, labels with numbers, or local:N (1 to ${MOST})`,
    hint: '--agents 10, --agents zone=a:3,zone=b:7, --agents local:3',
  });
}

/** All agents on the bus, by name. */
export async function whoIsThere(bus: Bus): Promise<readonly AgentInfo[]> {
  const answers = await bus.askAll(WHO, ASK_MS);
  const all = answers.map((data) => decodeJson<AgentInfo>(data));
  return all.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

/**
 * As many free agents as are wished for, in the order of the wishes and of their names. Waits for
 * them. @throws DicomRunError 113 that says who is there and who is not
 */
export async function recruit(
  bus: Bus,
  wishes: readonly CrewWish[],
  waitMs: number,
): Promise<readonly AgentInfo[]> {
  const until = performance.now() + waitMs;
  for (;;) {
    const all = await whoIsThere(bus);
    const found = choose(all, wishes);
    if (found !== null) return found;
    if (performance.now() > until) throw tooFew(all, wishes, waitMs);
    await delay(200);
  }
}

const has = (agent: AgentInfo, { label, value }: CrewWish): boolean =>
  label === null || agent.labels[label] === value;

/** @internal */
export function choose(
  all: readonly AgentInfo[],
  wishes: readonly CrewWish[],
): readonly AgentInfo[] | null {
  const chosen: AgentInfo[] = [];
  for (const wish of wishes) {
    const free = all.filter(
      (one) => one.run === null && has(one, wish) && !chosen.some(({ id }) => id === one.id),
    );
    if (free.length < wish.count) return null;
    chosen.push(...free.slice(0, wish.count));
  }
  return chosen;
}

/** Results tell them apart by their names: of several that are called the same, each has a number. */
export function calledApart(agents: readonly AgentInfo[]): readonly AgentInfo[] {
  const taken = new Set(agents.map(({ name }) => name));
  const had = new Set<string>();
  return agents.map((one) => {
    let { name } = one;
    for (let n = 2; had.has(name); n++) {
      const other = `${one.name}-${n}`;
      if (!taken.has(other)) name = other;
    }
    had.add(name);
    taken.add(name);
    return { ...one, name };
  });
}

function tooFew(
  all: readonly AgentInfo[],
  wishes: readonly CrewWish[],
  waitMs: number,
): DicomRunError {
  const within = `within ${span(waitMs)}`;
  const problems = wishes.flatMap((wish) => {
    const fit = all.filter((one) => has(one, wish));
    const busy = fit.filter(({ run }) => run !== null).length;
    const free = fit.length - busy;
    if (free >= wish.count) return [];
    const which = wish.label === null ? '' : ` with ${wish.label}=${wish.value}`;
    const taken = busy === 0 ? '' : `, ${busy} busy with another run`;
    return [`${free} of ${plural(wish.count, 'agent')}${which} came ${within}${taken}`];
  });
  const what = problems.length === 0 ? ['agents are wanted twice'] : problems;
  return new DicomRunError(ExitCode.AGENT_LOST, {
    code: 'AGENTS_MISSING',
    message: what.join('; '),
    hint: 'who is there: dicomrun agents; more time: --agents-wait 5m',
  });
}
