// One association of one VU, as scripts use it.
import { PACK } from '../abi.ts';
import { Answer, Op } from '../bridge.ts';
import { ask, begin, callJson, callNumbers, ready, resultOf, type Call } from '../sandbox/calls.ts';
import { ring, ringText } from '../sandbox/door.ts';
import { badArgument, badState } from '../sandbox/errors.ts';
import { now } from '../sandbox/globals.ts';
import { shared } from '../sandbox/shared.ts';
import type { Releasable, Vu } from '../sandbox/vu.ts';
import { Dataset, Identity, Study, isPlain } from './data.ts';
import { milliseconds } from '../sandbox/duration.ts';
import { FindCall } from './find.ts';
import { Pool } from './pool.ts';
import { Receiver } from './delivery/receiver.ts';
import { StoreCall, outcomeOf, phasesOf, throwIfFailed } from './result.ts';
import { Normalised } from './normalised.ts';
import type * as T from './types.ts';

function instanceOf(image: unknown): Dataset {
  if (image instanceof Pool) return image.fresh();
  if (!(image instanceof Dataset)) {
    throw badArgument(
      'store(): needs an instance',
      'pass one of study.images, a member of a pool, or pool.next()',
    );
  }
  return image.identity === Identity.POOL ? image.fresh() : image;
}

/** What `await using` needs; the method stands under the symbol that esbuild's lowering looks for. */
export interface Association extends AsyncDisposable {}

/**
 * An open association (PS3.8 §7). `await using` releases it at the end of the block, unless it is kept.
 *
 * Every request resolves with the peer's answer, whatever its status: a failure is a value. It rejects
 * when there is none: NoAcceptedContext where no context for it was accepted, TimeoutError after
 * `timeouts.response` (60 s), AssociationAborted, TransportError, ProtocolError; DicomError `SCRIPT_STATE`
 * once the association was released or aborted, `SCRIPT_ARGUMENT` for arguments that do not fit.
 */
export class Association extends Normalised<T.NormalisedOptions> implements Releasable {
  /** @internal */
  readonly vu: Vu;
  /** @internal Number on the host. */
  readonly handle: number;
  /** It was opened with `keep: true`. */
  readonly kept: boolean;
  #closed: boolean;

  constructor(vu: Vu, handle: number, kept: boolean) {
    super();
    this.vu = vu;
    this.handle = handle;
    this.kept = kept;
    this.#closed = false;
    vu.opened(handle, this);
  }

  /**
   * C-ECHO (PS3.7 §9.1.5): is the peer there? Status 0x0000, or 0x0122 where it does not have the
   * service.
   */
  async echo(options?: T.CallOptions): Promise<T.Response> {
    if (options !== undefined) return (await this.#call('echo', limits(options))) as T.Response;
    this.#mustBeOpen('echo');
    const call = await callNumbers(this.vu, Op.ECHO, this.handle, 0);
    throwIfFailed(call);
    return this.#response(call);
  }

  /**
   * C-STORE (PS3.7 §9.1.1). A member of a pool is sent as a fresh instance, which the result names.
   * Statuses (PS3.4 Table B.2-1): 0x0000; warnings 0xB000, 0xB006, 0xB007; failures 0xA7xx out of
   * resources, 0xA9xx data set does not match SOP class, 0xCxxx cannot understand.
   *
   * @throws DicomError `DATA_ODD_LENGTH` for a data set of odd length, unless `padOdd` is set
   */
  async store(image: Dataset | Pool, options?: T.StoreOptions): Promise<T.StoreResult> {
    const vu = this.vu;
    ready(vu);
    if (this.#closed) throw badState('store: the association was released or aborted');
    const instance = instanceOf(image);
    const call = await begin(new StoreCall(vu, instance), this.#ringStore(instance, options));
    if (call.kind === Answer.FAILURE || call.kind === Answer.INTERRUPTED) this.#failed(call);
    if (call.kind === Answer.JSON) this.#noticeEnd();
    else if (call.ok) {
      instance.accepted++;
      if (instance.parent !== null) instance.parent.accepted++;
    }
    return call;
  }

  #ringStore(instance: Dataset, options: T.StoreOptions | undefined): number {
    const slot = this.vu.slot;
    if (options === undefined && isPlain(instance)) {
      return ring(
        Op.STORE,
        slot,
        this.handle * PACK.PROTOTYPES + instance.prototype,
        instance.study * PACK.MEMBERS + instance.series * PACK.INSTANCES + instance.instance,
      );
    }
    const { timeout, fault, ...rest } = options ?? {};
    const request = {
      association: this.handle,
      prototype: instance.prototype,
      study: shared.boot.studies.first + instance.study,
      series: instance.series,
      instance: instance.instance,
      asIs: instance.identity === Identity.AS_IS,
      edits: instance.edits ?? undefined,
      timeoutMs: milliseconds(timeout, 'store: timeout'),
      fault: fault && { ...fault, pause: milliseconds(fault.pause, 'store: fault.pause') },
      ...rest,
    };
    return ringText(Op.STORE_FULL, slot, JSON.stringify(request));
  }

  /**
   * C-STORE of every instance of a study, pool or list, in their order, up to the window at a time
   * (PS3.7 §9.1.1, D.3.3.3). Statuses are those of `store`, one in each of `results`; the first that has
   * no answer rejects.
   */
  async storeAll(
    study: Study | Pool | readonly Dataset[],
    options: T.StoreAllOptions = {},
  ): Promise<T.StoreAllResult> {
    const images = study instanceof Study ? study.images : [...study];
    const { window: wanted, pace, ...rest } = options;
    const window = Math.max(
      1,
      Math.min(wanted ?? this.negotiated.window, this.negotiated.window, images.length),
    );
    const results: T.StoreResult[] = [];
    const started = now();
    let next = 0;
    const sender = async (): Promise<void> => {
      while (next < images.length) {
        const index = next++;
        if (pace !== undefined) await this.#until(started + (index * 1000) / pace);
        const one = Object.keys(rest).length === 0 ? undefined : rest;
        results[index] = await this.store(images[index] as Dataset, one);
      }
    };
    const senders: Promise<void>[] = [];
    for (let i = 0; i < window; i++) senders.push(sender());
    // What is thrown first is told; the others are waited for, else what they throw would be nobody's.
    try {
      await Promise.all(senders);
    } finally {
      next = images.length;
      await Promise.allSettled(senders);
    }
    return summary(results, now() - started);
  }

  async #until(time: number): Promise<void> {
    const ms = time - now();
    if (ms > 0) resultOf(await callNumbers(this.vu, Op.SLEEP, ms, 0));
  }

  /**
   * C-FIND (PS3.7 §9.1.2; keys PS3.4 §C.2.2.2). Await it for all matches, or iterate and stop early
   * (C-CANCEL). An empty key asks for an attribute without matching it. Final statuses (PS3.4 Table
   * C.4-1): 0x0000; 0xA700 out of resources, 0xA900 identifier does not match SOP class, 0xCxxx unable to
   * process; 0xFE00 cancelled. Pending ones, 0xFF00 and 0xFF01, are the matches.
   */
  find(keys: T.Match, options: T.FindOptions = {}): T.Find {
    this.#mustBeOpen('find');
    return new FindCall(this.vu, {
      op: 'find',
      association: this.handle,
      keys,
      ...limits(options),
    });
  }

  /**
   * C-MOVE (PS3.7 §9.1.4): the peer sends what fits to an AE title that it knows, or to a receiver of
   * this run. Final statuses (PS3.4 Table C.4-2): 0x0000; 0xB000 some sub-operations failed or had
   * warnings; 0xA701, 0xA702 out of resources, 0xA801 destination unknown, 0xA900, 0xCxxx; 0xFE00
   * cancelled.
   */
  async move(keys: T.Match, options: T.MoveOptions): Promise<T.MoveResult> {
    const { destination, of, ...rest } = options ?? {};
    const receiver = destination instanceof Receiver ? destination : undefined;
    const title = receiver?.aet ?? destination;
    if (typeof title !== 'string')
      throw badArgument('move(): needs a destination, an AE title or a receiver');
    if (of !== undefined && receiver === undefined)
      throw badArgument('move({ of }): only a dicom.receiver(…) as destination can account for it');
    const wanted = of === undefined ? {} : { receiver: receiver?.id, expected: expectedOf(of) };
    const request = { keys, destination: title, ...wanted, ...limits(rest) };
    return (await this.#call('move', request)) as T.MoveResult;
  }

  /**
   * C-GET (PS3.7 §9.1.3): the instances come on this association, which has to offer contexts for them
   * (`for`), with us as SCP. Final statuses (PS3.4 Table C.4-3): 0x0000; 0xB000 some sub-operations failed
   * or had warnings; 0xA701, 0xA702 out of resources, 0xA900, 0xCxxx; 0xFE00 cancelled.
   */
  async get(keys: T.Match, options: T.GetOptions = {}): Promise<T.GetResult> {
    return (await this.#call('get', { keys, ...limits(options) })) as T.GetResult;
  }

  /**
   * Storage commitment (PS3.4 Annex J): N-ACTION, then the N-EVENT-REPORT, which comes on this
   * association or, with `reportTo`, on one of its own to that receiver. Status is that of the N-ACTION.
   *
   * @throws TimeoutError when no report came within `timeout` (60 s)
   */
  async commit(
    study: Study | readonly (Dataset | T.StoreResult)[],
    options: T.CommitOptions = {},
  ): Promise<T.CommitResult> {
    const images = study instanceof Study ? study.images : study;
    const items = images.map((item) => {
      const image = item instanceof Dataset ? item : item.instance;
      return { sopClass: image.sopClass, uid: image.uid };
    });
    const { reportTo, timeout, tags } = options;
    const request = {
      items,
      reportTo: reportTo?.id,
      timeoutMs: milliseconds(timeout, 'commit: timeout'),
      tags,
    };
    return (await this.#call('commit', request)) as T.CommitResult;
  }

  /** @internal */
  protected async normalised(
    op: string,
    request: object,
    options: T.NormalisedOptions = {},
  ): Promise<T.NormalisedResponse> {
    return (await this.#call(op, { ...request, ...limits(options) })) as T.NormalisedResponse;
  }

  /** What was negotiated: contexts, maximum length, window (PS3.8 §7.1.1, PS3.7 Annex D). */
  get negotiated(): T.Negotiation {
    return ask(this.vu, Op.NEGOTIATED, '', this.handle) as T.Negotiation;
  }

  /** True until it is released, aborted or broken. */
  get open(): boolean {
    return !this.#closed && ring(Op.ALIVE, this.vu.slot, this.handle, 0) === 1;
  }

  /**
   * A-RELEASE (PS3.8 §7.2); with `never` it is left open without a word, for the peer's timeout to find.
   * A second time it does nothing.
   *
   * @throws TimeoutError after `timeouts.release` (10 s)
   */
  async release(options?: { never?: boolean }): Promise<void> {
    if (this.#closed) return;
    this.#forget();
    if (options?.never === true) {
      await callJson(this.vu, { op: 'abandon', association: this.handle });
      return;
    }
    throwIfFailed(await callNumbers(this.vu, Op.RELEASE, this.handle, 0));
  }

  /** A-ABORT as service-user (PS3.8 §7.3). Returns at once; a second time it does nothing. */
  abort(): void {
    if (!this.#closed) ring(Op.ABORT, this.vu.slot, this.handle, 0);
    this.#forget();
  }

  /** TCP reset, without a word: what a peer sees when a host dies. Returns at once. */
  destroy(): void {
    if (!this.#closed) ring(Op.DESTROY, this.vu.slot, this.handle, 0);
    this.#forget();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.kept && !this.vu.interrupted) await this.release();
  }

  async #call(op: string, request: object): Promise<unknown> {
    this.#mustBeOpen(op);
    return await callJson(this.vu, { op, association: this.handle, ...request });
  }

  #response(call: Call): T.Response {
    const status = call.value;
    const outcome = outcomeOf(status);
    const { vu, serial } = call;
    return {
      status,
      ok: outcome === 'success' || outcome === 'warning',
      outcome,
      get phases(): T.Phases {
        return phasesOf(vu, serial);
      },
    };
  }

  /** The association may have ended with the call. */
  #noticeEnd(): void {
    if (ring(Op.ALIVE, this.vu.slot, this.handle, 0) !== 1) this.#forget();
  }

  #failed(call: Call): never {
    this.#noticeEnd();
    throwIfFailed(call);
    throw badState('store: the call failed');
  }

  #mustBeOpen(what: string): void {
    if (this.#closed) throw badState(`${what}: the association was released or aborted`);
  }

  #forget(): void {
    this.#closed = true;
    this.vu.closed(this.handle, this);
  }

  toJSON(): unknown {
    return { association: this.handle, open: !this.#closed };
  }
}

/** What an archive that took these must send. */
function expectedOf(what: Study | readonly Dataset[]): object[] {
  const images = what instanceof Study ? what.images.filter((one) => one.accepted > 0) : what;
  return images.map((one) => ({ uid: one.uid, studyUid: one.studyUid, ...one.recipe() }));
}

/** Options with durations in ms. */
function limits(options: { timeout?: T.Duration }): object {
  const { timeout, ...rest } = options;
  return timeout === undefined ? rest : { ...rest, timeoutMs: milliseconds(timeout, 'timeout') };
}

function summary(results: T.StoreResult[], durationMs: number): T.StoreAllResult {
  const accepted = results.filter((result) => result.ok).length;
  const warnings = results.filter((result) => result.outcome === 'warning').length;
  return {
    sent: results.length,
    accepted,
    failed: results.length - accepted,
    warnings,
    durationMs,
    results,
  };
}
