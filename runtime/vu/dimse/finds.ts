// C-FIND: all matches at once, or page by page while they come, with C-CANCEL at any time.
import { Answer, Op, type Fault } from '../../../api/bridge.ts';
import type { JsonDataset } from '../../dicom/element/json.ts';
import { queryClass } from '../../dicom/dimse/services.ts';
import { find, type Finding, type FindResult, type FindUser } from '../../dicom/scu/find.ts';
import type { CallRequest } from '../sandbox/calls.ts';
import { RingFault } from '../sandbox/host.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { WorkerParts } from '../parts.ts';
import type { ServiceParts } from './services.ts';
import { byKeyword } from './keys.ts';
import { Exchange, noContext, type ServiceOptions } from './exchange.ts';

const DEFAULT_LIMIT = 10_000;
/** A loop takes all there are, but so many at most may wait for it. */
const MOST_WAITING = 100_000;
/** Most matches of one page: a page is parsed at once in the sandbox. */
const PAGE_MATCHES = 256;

interface FindCall extends ServiceOptions {
  readonly association: number;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly model?: string;
  readonly level?: string;
  readonly limit?: number;
  readonly cancelAfter?: number;
  readonly pages: boolean;
}

/** What a page says; `result` with the last one. */
interface Page {
  readonly matches: readonly JsonDataset[];
  readonly cursor: number;
  readonly result?: object;
}

/** Counts a finished query; the script's result without its matches. */
export function findResult(exchange: Exchange, result: FindResult): object {
  const base = exchange.answered(result);
  if (result.matches > 0) exchange.sample('dicom_matches', result.matches);
  if (result.firstMatch > 0) {
    exchange.sample('dicom_find_first_match', result.firstMatch - result.sendStart);
  }
  if (result.cancelledAt > 0) {
    // The final response may have been on its way, and in the same chunk as the last match.
    exchange.sample('dicom_cancel_duration', Math.max(0, result.lastByte - result.cancelledAt));
  }
  return { ...base, count: result.matches };
}

/** A query under way: what came, and the call that waits for more. */
class Cursor implements FindUser {
  readonly number: number;
  readonly limit: number;
  readonly pages: boolean;
  readonly exchange: Exchange;
  finding: Finding | null = null;
  readonly #parts: WorkerParts;
  #matches: JsonDataset[] = [];
  #taken = 0;
  #waiting: Operation | null = null;
  /** C-CANCEL was asked for: the answer is the last page. */
  #draining = false;
  #result: object | null = null;
  #fault: Fault | 'interrupted' | null = null;
  readonly #onEnd: (cursor: Cursor) => unknown;

  constructor(number: number, exchange: Exchange, call: FindCall, onEnd: (cursor: Cursor) => void) {
    this.number = number;
    this.exchange = exchange;
    this.#parts = exchange.parts;
    this.limit = call.limit ?? (call.pages ? Infinity : DEFAULT_LIMIT);
    this.pages = call.pages;
    this.#onEnd = onEnd;
  }

  onMatch(match: JsonDataset): void {
    if (this.#taken >= this.limit || this.#fault !== null) return;
    this.#taken++;
    this.#matches.push(match);
    if (this.limit === Infinity && this.#matches.length > MOST_WAITING) this.#giveUp();
    if (this.pages && this.#waiting !== null && !this.#draining) this.#answer(this.#waiting);
  }

  /** The peer is faster than the loop: told, never cut short without a word. */
  #giveUp(): void {
    this.#matches = [];
    this.#fault = {
      code: 'SCRIPT_MATCHES',
      message: `find(): over ${MOST_WAITING} matches wait to be taken by the loop`,
      hint: 'give a limit: find(keys, { limit: 1000 }), or narrower keys',
    };
    this.finding?.cancel();
    if (this.#waiting !== null) this.#answer(this.#waiting);
  }

  onDone(result: FindResult): void {
    if (this.#fault !== null) return;
    if (result.failure === null) this.#result = findResult(this.exchange, result);
    else this.#fault = this.exchange.lost(result.failure) ?? 'interrupted';
    if (this.#waiting !== null) this.#answer(this.#waiting);
  }

  /** The next page for `operation`, now or when there is one. */
  next(operation: Operation): void {
    const ready = this.#result !== null || this.#fault !== null;
    if (ready || (this.pages && this.#matches.length > 0)) {
      this.#answer(operation);
      return;
    }
    this.#waiting = operation;
    operation.cancel = (): void => this.exchange.open.wire.abort();
  }

  /** C-CANCEL; `operation` is answered when the final response is in. */
  cancel(operation: Operation): void {
    this.#draining = true;
    this.finding?.cancel();
    if (this.#result !== null || this.#fault !== null) this.#answer(operation);
    else {
      this.#waiting = operation;
      operation.cancel = (): void => this.exchange.open.wire.abort();
    }
  }

  #answer(operation: Operation): void {
    const { host } = this.#parts;
    const fault = this.#fault;
    this.#waiting = null;
    if (fault !== null) {
      this.#onEnd(this);
      if (fault === 'interrupted') host.settle(operation, Answer.INTERRUPTED, 0, '');
      else host.fail(operation, fault);
      return;
    }
    const all = this.#result !== null && (!this.pages || this.#matches.length <= PAGE_MATCHES);
    const matches = all ? this.#matches : this.#matches.slice(0, PAGE_MATCHES);
    this.#matches = all ? [] : this.#matches.slice(PAGE_MATCHES);
    if (!this.pages) {
      this.#onEnd(this);
      host.settleJson(operation, { ...this.#result, matches });
      return;
    }
    const page: Page = {
      matches,
      cursor: this.number,
      ...(all ? { result: { ...this.#result, matches: [] } } : {}),
    };
    if (all) this.#onEnd(this);
    host.settleJson(operation, page);
  }
}

/** Queries of this worker. */
class Finds {
  readonly #services: ServiceParts;
  readonly #cursors = new Map<number, Cursor>();
  #numbers = 0;

  constructor(services: ServiceParts) {
    this.#services = services;
  }

  begin(operation: Operation, call: FindCall, slot: number): void {
    const { parts, associations } = this.#services;
    const open = associations.get(call.association);
    const { model = 'study', cancelAfter, timeoutMs } = call;
    const sopClass = queryClass(model, 'find');
    if (open.wire.contextFor(sopClass, '') === 0) throw noContext(open, sopClass, 'C-FIND');
    const about = { open, service: 'C-FIND', slot, options: call };
    const exchange = new Exchange(parts, associations, about);
    const onEnd = (one: Cursor): boolean => this.#cursors.delete(one.number);
    const cursor = new Cursor(this.#numbers++, exchange, call, onEnd);
    const level = call.level ?? (model === 'worklist' ? undefined : 'STUDY');
    const query = {
      model,
      keys: byKeyword(call.keys, 'find'),
      ...(level === undefined ? {} : { level }),
      ...(cancelAfter === undefined ? {} : { cancelAfter }),
      ...(timeoutMs === undefined ? {} : { responseMs: timeoutMs }),
    };
    cursor.finding = find(open.wire, query, cursor);
    this.#cursors.set(cursor.number, cursor);
    cursor.next(operation);
  }

  /** Gives the next page, or cancels: a new ticket for a query that runs. */
  resume(slot: number, how: 'next' | 'cancel'): number {
    const { host, vu } = this.#services.parts;
    const cursor = this.#cursors.get(host.x());
    if (cursor === undefined) {
      throw new RingFault({ code: 'SCRIPT_STATE', message: 'find: the query is over' });
    }
    const operation = host.take(slot, vu(slot).id);
    cursor[how](operation);
    return operation.ticket;
  }
}

/** Registers `find`, and the paging of its result. */
export function wireFinds(services: ServiceParts): void {
  const { parts, calls } = services;
  const finds = new Finds(services);
  calls.on('find', (operation, request: CallRequest, slot) =>
    finds.begin(operation, request as unknown as FindCall, slot),
  );
  parts.host.handle(Op.NEXT, (slot) => finds.resume(slot, 'next'));
  parts.host.handle(Op.CANCEL, (slot) => finds.resume(slot, 'cancel'));
}
