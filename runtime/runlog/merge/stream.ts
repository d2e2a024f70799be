// The records of several parts as the records of one run, second by second: nothing is kept longer
// than until all parts have passed it. The clock is that of the part that began first.
import { join } from 'node:path';
import type { ViewDecl, ViewRow } from '../../metrics/engine-types.ts';
import { RunHistogram } from '../../metrics/distribution/histogram.ts';
import { readRunLog } from '../cursor.ts';
import { RUNLOG_FILE } from '../format.ts';
import type { BlockRecord, LogRecord, RowsRecord } from '../format.ts';
import type { Correction } from './accounts.ts';
import type { Part } from './parts.ts';
import { combined, isStanding } from './rows.ts';

const BLOCK_SECONDS = 10;
/** A large block comes in the ticks after its end. */
const BLOCK_GRACE_SECONDS = 60;

/** All but `run`, `totals` and `end`. */
export function* mergedRecords(
  parts: readonly Part[],
  corrections: readonly Correction[],
): Generator<LogRecord> {
  const merger = new Merger(parts, corrections);
  for (;;) {
    yield* merger.take();
    const second = merger.next();
    if (second === null) break;
    yield* merger.second(second);
    yield* merger.blocks(second - BLOCK_SECONDS - BLOCK_GRACE_SECONDS);
  }
  yield* merger.blocks(Infinity);
}

class Merger {
  readonly #lanes: readonly Lane[];
  readonly #views = new Map<string, ViewDecl>();
  readonly #blocks = new Map<number, Map<number, string[]>>();
  readonly #corrections = new Map<number, Correction[]>();

  constructor(parts: readonly Part[], corrections: readonly Correction[]) {
    const begun = Math.min(...parts.map(({ run }) => run.t0));
    this.#lanes = parts.map((part) => new Lane(part, part.run.t0 - begun));
    for (const one of corrections) {
      const lane = this.#lanes[one.part];
      const at = Math.max(0, lane?.lastSecond ?? 0);
      this.#corrections.set(at, [...(this.#corrections.get(at) ?? []), one]);
    }
  }

  /** What the parts say up to their next rows. */
  *take(): Generator<LogRecord> {
    for (const lane of this.#lanes) {
      for (const record of lane.untilRows()) yield* this.#other(lane, record);
    }
  }

  /** The next second that any part has rows of. */
  next(): number | null {
    const seconds = this.#lanes.flatMap(({ rows }) => (rows === null ? [] : [rows.at]));
    return seconds.length === 0 ? null : Math.min(...seconds);
  }

  *second(at: number): Generator<LogRecord> {
    const byView = new Map<number, ViewRow[]>();
    const add = (row: ViewRow): void => {
      const [id = -1] = row;
      byView.set(id, [...(byView.get(id) ?? []), row]);
    };
    const decls = [...this.#views.values()];
    let ms = 0;
    for (const lane of [...this.#lanes].sort((a, b) => a.shiftMs - b.shiftMs)) {
      const own = lane.rowsOf(at);
      for (const row of own?.rows ?? []) add(row);
      ms = Math.max(ms, own?.ms ?? 0);
      for (const row of lane.standing(own, decls)) add(row);
    }
    for (const row of this.#correctionsOf(at, decls)) add(row);
    const rows = [...byView].flatMap(([id, all]) => {
      const decl = decls[id];
      return decl === undefined ? [] : [combined(decl, all)];
    });
    yield { k: 'rows', at, ms, rows };
  }

  /** Blocks that begin before that second. */
  *blocks(before: number): Generator<BlockRecord> {
    for (const [from, views] of this.#blocks) {
      if (from >= before) continue;
      this.#blocks.delete(from);
      const h = [...views].map(([view, encoded]) => [view, merged(encoded)] as const);
      yield { k: 'block', from, to: from + BLOCK_SECONDS, h };
    }
  }

  *#other(lane: Lane, record: LogRecord): Generator<LogRecord> {
    const { shiftMs, shift, part } = lane;
    if (record.k === 'view') yield* this.#view(lane, record);
    else if (record.k === 'block') this.#block(lane, record);
    else if (record.k === 'error') {
      const instances = record.instances?.map((one) => ({ ...one, atMs: one.atMs + shiftMs }));
      const named = instances === undefined ? {} : { instances };
      yield { ...record, ...named, at: record.at + shiftMs };
    } else if (record.k === 'event') {
      yield { ...record, at: record.at + shiftMs, text: `${part.name}: ${record.text}` };
    } else if (record.k === 'points') {
      const moved = (ms: number): number => ms + shiftMs;
      const points = record.points.map((one) => ({ ...one, time: one.time.map(moved) }));
      yield { k: 'points', at: record.at + shift, points };
    }
  }

  *#view(lane: Lane, { id, ...decl }: ViewDecl & { readonly k: 'view' }): Generator<LogRecord> {
    const key = JSON.stringify([decl.metric, decl.view, decl.tags]);
    let known = this.#views.get(key);
    if (known === undefined) {
      known = { ...decl, id: this.#views.size };
      this.#views.set(key, known);
      yield { ...known, k: 'view' };
    }
    lane.ids[id] = known.id;
  }

  #block({ ids, shift }: Lane, { from, h }: BlockRecord): void {
    const start = Math.floor((from + shift) / BLOCK_SECONDS) * BLOCK_SECONDS;
    const views = this.#blocks.get(start) ?? new Map<number, string[]>();
    this.#blocks.set(start, views);
    for (const [view, encoded] of h) {
      const id = ids[view];
      if (id !== undefined) views.set(id, [...(views.get(id) ?? []), encoded]);
    }
  }

  *#correctionsOf(at: number, decls: readonly ViewDecl[]): Generator<ViewRow> {
    for (const { metric, tags, by } of this.#corrections.get(at) ?? []) {
      for (const decl of decls) {
        const has = Object.entries(decl.tags).every(([tag, value]) => tags[tag] === value);
        if (decl.metric === metric && has) yield [decl.id, by, 0];
      }
    }
    this.#corrections.delete(at);
  }
}

/** Lossless: counts of equal buckets are added. */
function merged(encoded: readonly string[]): string {
  const [only] = encoded;
  if (encoded.length === 1 && only !== undefined) return only;
  const histogram = new RunHistogram();
  for (const one of encoded) histogram.addEncoded(one);
  return histogram.encode();
}

/** One part on its way through its log. */
class Lane {
  readonly part: Part;
  /** By how much later it began than the first: ms, and whole seconds. */
  readonly shiftMs: number;
  readonly shift: number;
  /** Its views, as the whole numbers them. */
  readonly ids: number[] = [];
  /** Rows not taken yet, in seconds and views of the whole; null at the end. */
  rows: RowsRecord | null = null;
  readonly #records: Iterator<LogRecord>;
  readonly #stood = new Map<number, ViewRow>();
  #over = false;

  constructor(part: Part, shiftMs: number) {
    this.part = part;
    this.shiftMs = shiftMs;
    this.shift = Math.round(shiftMs / 1000);
    this.#records = readRunLog(join(part.dir, RUNLOG_FILE));
  }

  /** Its last second with rows, on the clock of the whole. */
  get lastSecond(): number {
    return this.part.lastAt + this.shift;
  }

  *untilRows(): Generator<LogRecord> {
    while (this.rows === null && !this.#over) {
      const { value, done } = this.#records.next();
      if (done === true) this.#over = true;
      else if (value.k === 'rows') this.rows = this.#moved(value);
      else yield value;
    }
  }

  #moved({ at, ms, rows }: RowsRecord): RowsRecord {
    const known = rows.flatMap(([view, ...values]) => {
      const id = this.ids[view ?? -1];
      return id === undefined ? [] : [[id, ...values]];
    });
    return { k: 'rows', at: at + this.shift, ms, rows: known };
  }

  rowsOf(second: number): RowsRecord | null {
    const { rows } = this;
    if (rows?.at !== second) return null;
    this.rows = null;
    return rows;
  }

  /** What it has said of gauges that stand, where it says nothing in a second of its run. */
  *standing(own: RowsRecord | null, decls: readonly ViewDecl[]): Generator<ViewRow> {
    const said = new Set<number>();
    for (const row of own?.rows ?? []) {
      const [id = -1] = row;
      const decl = decls[id];
      if (decl === undefined || !isStanding(decl)) continue;
      said.add(id);
      this.#stood.set(id, row);
    }
    if (this.#over || (own === null && this.rows === null)) return;
    for (const [id, row] of this.#stood) if (!said.has(id)) yield row;
  }
}
