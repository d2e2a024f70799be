// A script and what is done to its target: the makers of the rows in subjects.ts.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COLUMNS, type Column, type Fault } from './faults.ts';

export interface Subject {
  /** Below `examples/`. */
  readonly file: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Columns that do not say anything about it, and why. */
  readonly argued: Partial<Readonly<Record<Column, string>>>;
  readonly own?: readonly Fault[];
  /** What CI does to it: a column, or the name of a fault of its own; null = it cannot fail, see argued. */
  readonly ci: string | null;
}

export const NOT_DELIVERED = 'nothing is received here, and C-FIND tells neither copies nor pixels';
export const COUNTED = 'it counts arrivals and keeps nothing (verify: counts)';
export const NO_STORE = 'stores nothing';
export const REFUSAL_MEANT = 'refusals are what it tests';

export const NO_ARRIVAL = { loss: NOT_DELIVERED, duplicate: NOT_DELIVERED, pixels: NOT_DELIVERED };
export const NO_COPIES = { duplicate: NOT_DELIVERED, pixels: NOT_DELIVERED };
export const NONE = { ...NO_ARRIVAL, status: NO_STORE, abort: NO_STORE };
export const SPEED = Object.fromEntries(
  COLUMNS.map((one) => [one, 'it measures speed; see own faults']),
);

export const of = (file: string, ci: string | null, rest: Partial<Subject> = {}): Subject => ({
  file,
  ci,
  argued: {},
  ...rest,
});

export const service = (name: string, more: object) => ({
  faults: { requests: [{ service: name, ...more }] },
});
export const fault = (name: string, says: RegExp, rest: Partial<Fault>): Fault => ({
  what: name,
  name,
  says,
  ...rest,
});
export const fails = (name: string, at: 'router' | 'archive' = 'archive'): Fault =>
  fault(`${name} fails`, new RegExp(`${name} status C000`), {
    [at]: service(name, { every: 2, status: 0xc000 }).faults,
  });
export const REFUSE = { reject: { result: 1, source: 1, reason: 1 } };
export const REFUSES_ALL = fault('refuses everybody', /rejected the association/, {
  router: { reject: { share: 1, result: 1, source: 1, reason: 1 } },
  archive: { reject: { share: 1, result: 1, source: 1, reason: 1 } },
});
export const ORPHANS = fault('invisible at the archive', /✗ +can be found/, {
  change: (text) =>
    `${text}\n(options as any).simulate = { ...(options as any).simulate, archive: { visibleAfterMs: 60_000 } };`,
});
export const QUIET = Object.fromEntries(COLUMNS.map((one) => [one, 'talks to nobody']));
export const SPEED_FLAGS = ['--vus', '2', '--duration', '1s'];
export const bench = (name: string, env: Record<string, string> = {}): Subject =>
  of(`bench/${name}.ts`, REFUSES_ALL.name, {
    argued: SPEED,
    own: [REFUSES_ALL],
    flags: SPEED_FLAGS,
    env,
  });

export const each = (folder: string, change: (file: string) => void): void => {
  const [first] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.dcm'),
  );
  if (first !== undefined) change(join(folder, first));
};
export const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file);
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  writeFileSync(file, bytes);
};
export const damaged = (name: string, says: RegExp, change: (file: string) => void): Fault =>
  fault(name, says, { damage: (folder) => each(folder, change) });
