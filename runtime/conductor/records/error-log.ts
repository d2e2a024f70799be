// The failures of a run: folded by what is the same about them, placed in the author's source,
// written to errors.ndjson, and summed up for the report.
import type { ErrorGroup, ErrorsSummary, FailedInstance } from '../../metrics/summary.ts';
import { MOST_FAILED_INSTANCES } from '../../metrics/summary.ts';
import type { ErrorRecord } from '../../runlog/format.ts';
import type { ErrorMessage } from '../../threads/samples.ts';
import type { Discretion } from './discretion.ts';

/** Where a guest stack points in the author's source. */
export interface SourcePlace {
  /** `file:line:column`. */
  readonly where: string;
  /** The source line itself, trimmed. */
  readonly line?: string;
}

/** Maps a guest stack; null when no frame of it is the author's. */
export type PlaceOf = (stack: string) => SourcePlace | null;

export interface ErrorLogPorts {
  readonly placeOf: PlaceOf;
  readonly discretion: Pick<Discretion, 'text' | 'uid'>;
  /** One record into the run log. */
  readonly record: (record: ErrorRecord) => void;
  /** One line of errors.ndjson. */
  readonly detail: (line: string) => void;
  /** The first of its group, and then at most one each ten seconds: worth a line on screen. */
  readonly announce: (group: ErrorGroup, since: number) => void;
}

interface Group {
  readonly first: ErrorMessage;
  readonly place: SourcePlace | null;
  count: number;
  firstMs: number;
  lastMs: number;
  /** Failures since the last announcement. */
  since: number;
  announcedMs: number;
  details: number;
  pending: number;
  /** The first of them. */
  readonly instances: FailedInstance[];
  /** Of these, how many are in the run log. */
  logged: number;
}

const MAX_GROUPS = 500;
const ANNOUNCE_EVERY_MS = 10_000;
/** Examples kept in errors.ndjson per group; the counts are exact all the same. */
const DETAILS_PER_GROUP = 20;
const MAX_PLACES = 2_000;

export class ErrorLog {
  readonly #groups = new Map<string, Group>();
  readonly #places = new Map<string, SourcePlace | null>();
  readonly #ports: ErrorLogPorts;
  #total = 0;
  #unlisted = 0;

  constructor(ports: ErrorLogPorts) {
    this.#ports = ports;
  }

  add(message: ErrorMessage): void {
    this.#total += message.count;
    const key = `${message.scenario ?? ''}\u0000${message.group}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= MAX_GROUPS) {
        this.#unlisted += message.count;
        return;
      }
      group = this.#open(message);
      this.#groups.set(key, group);
    }
    group.count += message.count;
    group.since += message.count;
    group.pending += message.count;
    group.lastMs = Math.max(group.lastMs, message.lastTime ?? message.time);
    group.firstMs = Math.min(group.firstMs, message.time);
    const room = MOST_FAILED_INSTANCES - group.instances.length;
    if (room > 0 && message.instances !== undefined) {
      group.instances.push(...this.#shown(message.instances.slice(0, room)));
    }
    this.#writeDetail(group, message);
    if (message.time - group.announcedMs >= ANNOUNCE_EVERY_MS) {
      this.#ports.announce(this.#groupRow(group), group.since);
      group.announcedMs = message.time;
      group.since = 0;
    }
  }

  /** Writes what came since the last call to the run log, one record a group. Once a second. */
  flush(): void {
    for (const group of this.#groups.values()) {
      if (group.pending === 0) continue;
      const groupRow = this.#groupRow(group);
      this.#ports.record({
        k: 'error',
        group: group.first.group,
        operation: groupRow.operation,
        code: groupRow.code,
        message: groupRow.message,
        ...optional('hint', groupRow.hint),
        ...optional('where', groupRow.where),
        ...optional('calledAET', groupRow.calledAET),
        ...optional('scenario', groupRow.scenario),
        ...named(group.instances.slice(group.logged)),
        at: group.lastMs,
        count: group.pending,
      });
      group.pending = 0;
      group.logged = group.instances.length;
    }
  }

  /** Most frequent first, at most `limit` groups. */
  summary(limit: number): ErrorsSummary {
    const rows = [...this.#groups.values()].map((group) => this.#groupRow(group));
    rows.sort((a, b) => b.count - a.count || a.firstMs - b.firstMs);
    const omitted = Math.max(0, rows.length - limit) + (this.#unlisted > 0 ? 1 : 0);
    return { total: this.#total, groups: rows.slice(0, limit), groupsOmitted: omitted };
  }

  /** The author's place of a guest stack, from the cache when it was seen before. */
  place(stack: string | undefined): SourcePlace | null {
    if (stack === undefined || stack === '') return null;
    const known = this.#places.get(stack);
    if (known !== undefined) return known;
    const place = this.#ports.placeOf(stack);
    if (this.#places.size < MAX_PLACES) this.#places.set(stack, place);
    return place;
  }

  #open(message: ErrorMessage): Group {
    return {
      first: this.#told(message),
      place: this.place(message.stack),
      count: 0,
      firstMs: message.time,
      lastMs: message.time,
      since: 0,
      announcedMs: Number.NEGATIVE_INFINITY,
      details: 0,
      pending: 0,
      instances: [],
      logged: 0,
    };
  }

  /** As it may be told: asked of the first of a group and of the examples in errors.ndjson only. */
  #told(message: ErrorMessage): ErrorMessage {
    const { text } = this.#ports.discretion;
    return {
      ...message,
      group: text(message.group),
      message: text(message.message),
      ...(message.stack === undefined ? {} : { stack: text(message.stack) }),
      ...named(this.#shown(message.instances ?? [])),
    };
  }

  #shown(instances: readonly FailedInstance[]): readonly FailedInstance[] {
    const { uid } = this.#ports.discretion;
    return instances.map((one) => ({ ...one, instance: uid(one.instance) }));
  }

  #groupRow(group: Group): ErrorGroup {
    const { first } = group;
    return {
      group: first.group,
      operation: first.operation,
      code: first.code,
      ...optional('calledAET', first.calledAET),
      ...optional('scenario', first.scenario),
      count: group.count,
      firstMs: group.firstMs,
      lastMs: group.lastMs,
      message: first.message,
      ...optional('hint', first.hint),
      ...optional('where', group.place?.where),
      ...named([...group.instances]),
    };
  }

  #writeDetail(group: Group, message: ErrorMessage): void {
    if (group.details++ >= DETAILS_PER_GROUP) return;
    const place = this.place(message.stack);
    const { stack, ...rest } = this.#told(message);
    const detail = {
      ...rest,
      ...optional('where', place?.where),
      ...optional('line', place?.line),
      ...optional('stack', place === null ? undefined : stack),
    };
    this.#ports.detail(JSON.stringify(detail));
  }
}

function named(instances: readonly FailedInstance[]) {
  return instances.length === 0 ? {} : { instances };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
