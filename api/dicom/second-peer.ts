// A peer that is asked by an implementation that is not ours: a second opinion.
import { Op } from '../bridge.ts';
import { ask, callJson } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';
import { Dataset, Identity } from './data.ts';
import { milliseconds } from '../sandbox/duration.ts';
import { Normalised } from './normalised.ts';
import { Pool } from './pool.ts';
import { requestOf } from './peer.ts';
import { Receiver } from './delivery/receiver.ts';
import type * as T from './types.ts';

const STACK = 'dcmjs-dimse';
/** What of the options of a peer it can be asked with. */
const KEYS: readonly string[] = [
  'stack',
  'connect',
  'host',
  'port',
  'calledAET',
  'callingAET',
  'route',
  'use',
  'tls',
  'timeouts',
];

/**
 * A peer of `peer({ stack: 'dcmjs-dimse' })`: each request is made by the network of dcmjs-dimse on an
 * association of its own. Slow, never for load. What dcmjs-dimse cannot do or would alter throws
 * `STACK_CANNOT` and is not sent; no answer throws `STACK_NO_ANSWER`. Counted in `dicom_reqs`,
 * `dicom_req_failed` and `dicom_req_duration` (from the open association to the answer) with the tag
 * `stack`; its associations, its bytes and what a receiver gets of it are not accounted for.
 */
export class SecondPeer extends Normalised<T.CallOptions> {
  readonly #vu: Vu;
  readonly #request: Readonly<Record<string, unknown>>;

  constructor(vu: Vu, options: T.PeerOptions) {
    super();
    if (options.stack !== STACK) {
      throw badArgument(
        `peer({ stack: ${JSON.stringify(options.stack)} }): there is only ${STACK}`,
      );
    }
    const unable = Object.keys(options).find((key) => !KEYS.includes(key));
    if (unable !== undefined) {
      throw badArgument(
        `peer({ stack, ${unable} }): ${STACK} cannot be asked with it`,
        `it takes ${KEYS.join(', ')}`,
      );
    }
    this.#vu = vu;
    this.#request = requestOf(options);
    if (vu.initialising) ask(vu, Op.PEER, JSON.stringify(this.#request));
  }

  /** C-ECHO. */
  async echo(options?: T.CallOptions): Promise<T.Response> {
    return (await this.#call('echo', {}, options)) as T.Response;
  }
  /** C-STORE of one instance; a member of a pool as a fresh one, which the result names. */
  async store(
    image: Dataset | Pool,
    options?: T.CallOptions,
  ): Promise<T.Response & { instance: Dataset }> {
    const one = image instanceof Pool ? image.fresh() : image;
    if (!(one instanceof Dataset)) throw badArgument('store(): needs an instance');
    const instance = one.identity === Identity.POOL ? one.fresh() : one;
    const answer = await this.#call('store', { image: instance.recipe() }, options);
    return { ...(answer as T.Response), instance };
  }
  /** C-FIND; `limit` sends a C-CANCEL after so many matches. */
  async find(
    keys: T.Match,
    options: T.CallOptions & Pick<T.FindOptions, 'model' | 'level' | 'limit'> = {},
  ): Promise<T.FindResult> {
    const { model, level, limit, ...rest } = options;
    return (await this.#call('find', { keys, model, level, limit }, rest)) as T.FindResult;
  }
  /** C-MOVE to an AE title. */
  async move(
    keys: T.Match,
    options: T.CallOptions & Pick<T.MoveOptions, 'model' | 'level' | 'destination'>,
  ): Promise<T.MoveResult> {
    const { model, level, destination, ...rest } = options;
    const title = destination instanceof Receiver ? destination.aet : destination;
    if (typeof title !== 'string') throw badArgument('move(): needs a destination, an AE title');
    return (await this.#call(
      'move',
      { keys, model, level, destination: title },
      rest,
    )) as T.MoveResult;
  }
  /** C-GET; of what comes, class and UID are told, nothing is kept. */
  async get(
    keys: T.Match,
    options: T.CallOptions & Pick<T.GetOptions, 'model' | 'level'> = {},
  ): Promise<T.MoveResult & { received: number; instances: { sopClass: string; uid: string }[] }> {
    const { model, level, ...rest } = options;
    const answer = await this.#call('get', { keys, model, level }, rest);
    return answer as Awaited<ReturnType<SecondPeer['get']>>;
  }
  /** @internal Event and action types are part of the request. */
  protected async normalised(
    op: string,
    request: object,
    options: T.CallOptions & { type?: number } = {},
  ): Promise<T.NormalisedResponse> {
    const hasType = op === 'action' || op === 'event';
    const { type, ...rest } = options;
    const answer = hasType
      ? this.#call(op, { ...request, type }, rest)
      : this.#call(op, request, options);
    return (await answer) as T.NormalisedResponse;
  }

  async #call(kind: string, request: object, options: T.CallOptions = {}): Promise<unknown> {
    const { expectStatus, tags, timeout, ...unable } = options;
    const [name] = Object.keys(unable);
    if (name !== undefined) throw badArgument(`${kind}({ ${name} }): ${STACK} cannot do that`);
    const timeoutMs = milliseconds(timeout, `${kind}: timeout`);
    const more = { expectStatus, tags, timeoutMs };
    return await callJson(this.#vu, {
      op: 'second',
      peer: this.#request,
      kind,
      ...request,
      ...more,
    });
  }
}
