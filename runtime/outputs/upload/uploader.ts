// Follows the run log with a cursor and uploads it, one batch in flight. The log on disk is the
// queue: a dead or slow server costs the run nothing but a longer file.
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputResult } from '../../metrics/summary.ts';
import { RunLogCursor } from '../../runlog/cursor.ts';
import type { CursorBatch } from '../../runlog/cursor.ts';
import type { LogRecord } from '../../runlog/format.ts';
import type { Output } from '../output.ts';
import type { Point, LeftOut, UploadClient } from './client.ts';
import { Uploading } from './delivery.ts';

export interface UploaderOptions {
  readonly client: UploadClient;
  /** Default `influxdb`. */
  readonly name?: string;
  /** Names of the cursor and of the file of refused points; default those of InfluxDB. */
  readonly files?: { readonly cursor: string; readonly rejected: string };
  readonly destination: string;
  /** The logs to follow, each with what makes points of its records. */
  readonly sources: readonly UploadSource[];
  /** The run's folder: `influx.cursor.json` and `influx.rejected.jsonl` go there. */
  readonly dir: string;
  /** One line for a person: outage, recovery, refusal. */
  readonly onMessage: (message: string) => void;
  /** What to type when something is left. */
  readonly replayCommand?: string;
}

export interface UploadSource {
  readonly file: string;
  readonly points: (record: LogRecord) => Point[];
}

interface SourceState extends UploadSource {
  cursor: RunLogCursor | null;
  next: number;
}

export const CURSOR_FILE = 'influx.cursor.json';
export const REJECTED_FILE = 'influx.rejected.jsonl';

/** A request under way gets this long when nobody wants to wait any more. */
const LEAVE_AFTER_MS = 1_000;

/** How long an idle uploader sleeps when nobody wakes it. */
const IDLE_MS = 500;

export function createUploader(options: UploaderOptions): Output {
  return new Uploader(options);
}

class Uploader implements Output {
  readonly name: string;
  readonly #files: { readonly cursor: string; readonly rejected: string };
  readonly destination: string;
  readonly #options: UploaderOptions;
  readonly #sources: SourceState[];
  readonly #delivery: Uploading;
  #rejected = 0;
  /** Of them, those in the file of refused points. */
  #setAside = 0;
  /** Lines of the logs that are no records. */
  #damaged = 0;
  /** Points of the batch that was in flight when the uploader stopped. */
  #left = 0;
  #forbidden: string | null = null;
  #outageSince = 0;
  /** No more is written to the logs: stop at their end. */
  #finishing = false;
  /** What happens to what cannot be written. */
  #patience = 'the run log keeps it';
  #stopped = false;
  #wake: () => void = () => undefined;
  #loop: Promise<void> | null = null;
  #letGo: () => void = () => undefined;
  readonly #leave = new Promise<void>((resolve) => (this.#letGo = resolve));

  constructor(options: UploaderOptions) {
    this.#options = options;
    this.name = options.name ?? 'influxdb';
    this.#files = options.files ?? { cursor: CURSOR_FILE, rejected: REJECTED_FILE };
    this.destination = options.destination;
    this.#sources = options.sources.map((source) => ({ ...source, cursor: null, next: 0 }));
    this.#delivery = new Uploading({
      client: options.client,
      sleep: (ms, firm) => (firm ? this.#sleepOut(ms) : this.#sleep(ms)),
      stopped: () => this.#stopped,
      onRefused: (point, why) => this.#refuse(point, why),
      onLeftOut: (refusal) => this.#leftOut(refusal),
      onOutage: (why) => this.#outage(why),
      onRecovered: () => this.#recovered(),
    });
  }

  /** Does not wait for the server: a dead one must not hold up the run. */
  start(): Promise<void> {
    this.#loop = this.#run();
    return Promise.resolve();
  }

  wake(): void {
    this.#wake();
  }

  async finish(drainMs: number, behind = 0): Promise<OutputResult> {
    this.#finishing = true;
    this.#wake();
    this.#patience = `trying for up to ${drainMs / 1000} s more`;
    if (this.#outageSince !== 0) {
      this.#options.onMessage(
        `${this.name} ${this.destination}: still cannot write; ${this.#patience}`,
      );
    }
    const timer = setTimeout(() => this.hurry(), drainMs);
    await Promise.race([this.#loop, this.#leave]);
    clearTimeout(timer);
    const unwritten = this.#countRest() + behind;
    for (const source of this.#sources) source.cursor?.close();
    const note = this.#note(unwritten);
    return {
      name: this.name,
      destination: this.destination,
      written: this.#delivery.written,
      rejected: this.#rejected,
      unwritten,
      ...(note === '' ? {} : { note }),
    };
  }

  /** A request whose answer never ends is left after a moment; what it holds counts as unwritten. */
  hurry(): void {
    this.#stopped = true;
    this.#wake();
    setTimeout(() => this.#letGo(), LEAVE_AFTER_MS).unref();
  }

  async #run(): Promise<void> {
    // the answer does not matter: a write tells what is wrong, and the database may be there
    // although this user may not make one
    await this.#options.client.prepare();
    for (;;) {
      let moved = false;
      for (const source of this.#sources) {
        if (this.#stopped) return;
        moved = (await this.#advance(source)) || moved;
      }
      if (this.#stopped || (this.#finishing && !moved)) return;
      if (!moved) await this.#sleep(IDLE_MS);
    }
  }

  /** One batch of one log; false when there was nothing new. */
  async #advance(source: SourceState): Promise<boolean> {
    const batch = read(source);
    if (batch === null || batch.next === source.next) return false;
    this.#damaged += batch.damaged;
    const points = batch.records.flatMap((record) => source.points(record));
    const before = this.#delivery.written + this.#rejected;
    const result = await this.#delivery.deliver(points);
    if (result.kind !== 'done') {
      this.#left = points.length - (this.#delivery.written + this.#rejected - before);
      source.next = batch.next; // the rest of the log is only counted from here on
      if (result.kind === 'forbidden') this.#forbid(result.why);
      this.#stopped = true;
      return true;
    }
    source.next = batch.next;
    this.#saveCursor();
    return true;
  }

  #countRest(): number {
    let count = this.#left;
    for (const source of this.#sources) {
      for (;;) {
        const batch = read(source);
        if (batch === null || batch.next === source.next) break;
        source.next = batch.next;
        for (const record of batch.records) count += source.points(record).length;
      }
    }
    return count;
  }

  #saveCursor(): void {
    const file = join(this.#options.dir, this.#files.cursor);
    const state = {
      destination: this.destination,
      written: this.#delivery.written,
      rejected: this.#rejected,
      positions: Object.fromEntries(this.#sources.map(({ file: name, next }) => [name, next])),
    };
    try {
      writeFileSync(`${file}.tmp`, `${JSON.stringify(state)}\n`, { mode: 0o600 });
      renameSync(`${file}.tmp`, file);
    } catch {
      // the cursor on disk is only a note of how far it got; a replay starts at the beginning
    }
  }

  #refuse(point: Point, why: string): void {
    if (this.#rejected++ === 0) {
      this.#options.onMessage(
        `${this.name} ${this.destination}: refused a point of ${point.measurement} (${short(why)}); refused points go to ${this.#files.rejected}`,
      );
    }
    try {
      appendFileSync(
        join(this.#options.dir, this.#files.rejected),
        `${JSON.stringify({ why, point })}\n`,
        { mode: 0o600 },
      );
      this.#setAside++;
    } catch {
      // counted already; a full disk is told by the run log itself
    }
  }

  #leftOut({ count, why }: LeftOut): void {
    if (this.#rejected === 0) {
      this.#options.onMessage(
        `${this.name} ${this.destination}: refused ${count} points (${short(why)}) and does not say which`,
      );
    }
    this.#rejected += count;
  }

  #outage(why: string): void {
    if (this.#outageSince !== 0) return;
    this.#outageSince = performance.now();
    this.#options.onMessage(
      `${this.name} ${this.destination}: cannot write (${short(why)}); nothing is lost, ${this.#patience}`,
    );
  }

  #recovered(): void {
    const seconds = (performance.now() - this.#outageSince) / 1000;
    this.#outageSince = 0;
    this.#options.onMessage(
      `${this.name} ${this.destination}: writing again after ${seconds.toFixed(1)} s`,
    );
  }

  #forbid(why: string): void {
    this.#forbidden = why;
    this.#options.onMessage(
      `${this.name} ${this.destination}: not allowed to write (${short(why)}); stopped, the run goes on`,
    );
  }

  #note(unwritten: number): string {
    const parts: string[] = [];
    if (this.#forbidden !== null) parts.push(`not allowed: ${short(this.#forbidden)}`);
    if (unwritten > 0) {
      const { replayCommand } = this.#options;
      const how = replayCommand === undefined ? '' : `: ${replayCommand}`;
      parts.push(`${unwritten} points are in the run log only${how}`);
    }
    if (this.#damaged > 0) parts.push(`${this.#damaged} damaged lines of the log were left out`);
    if (this.#setAside > 0) parts.push(`refused points are in ${this.#files.rejected}`);
    return parts.join('; ');
  }

  /** What the server asked for, whoever wakes it meanwhile. */
  async #sleepOut(ms: number): Promise<void> {
    const until = performance.now() + ms;
    for (let rest = ms; rest > 0 && !this.#stopped; rest = until - performance.now()) {
      await this.#sleep(rest);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
    });
  }
}

/** Null while the log is not there yet. */
function read(source: SourceState): CursorBatch | null {
  if (source.cursor === null) {
    try {
      source.cursor = new RunLogCursor(source.file);
    } catch {
      return null; // not written yet
    }
  }
  return source.cursor.read(source.next);
}

/** In the middle: servers begin with what was asked and end with the cause. */
function short(why: string): string {
  const line = why.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 60)} … ${line.slice(-137)}` : line;
}
