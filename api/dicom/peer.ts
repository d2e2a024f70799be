// A peer of one VU: whom to associate with, as whom.
import { Op } from '../bridge.ts';
import { ask, callJson, callNumbers } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';
import { Association } from './association.ts';
import { Dataset, Study, memberOf } from './data.ts';
import { milliseconds } from '../sandbox/duration.ts';
import { Pool } from './pool.ts';
import { Receiver } from './delivery/receiver.ts';
import { throwIfFailed } from './result.ts';
import type * as T from './types.ts';

const KEYS = new Set([
  'connect',
  'host',
  'port',
  'calledAET',
  'callingAET',
  'route',
  'deliversTo',
  'use',
  'tls',
  'userIdentity',
  'maxPdu',
  'asyncOps',
  'timeouts',
  'sourceAddress',
  'implementationClassUid',
  'implementationVersion',
]);

/** Contexts for the prototypes of a study or pool, worked out once for each array of them. */
const ofPrototypes = new WeakMap<readonly number[], string>();

function keyOfPrototypes(prototypes: readonly number[]): string {
  let key = ofPrototypes.get(prototypes);
  if (key === undefined) {
    const pairs = new Map<string, [string, string]>();
    for (const prototype of prototypes) {
      const { sopClass, transferSyntax } = memberOf(prototype);
      pairs.set(`${sopClass} ${transferSyntax}`, [sopClass, transferSyntax]);
    }
    key = JSON.stringify([...pairs.values()]);
    ofPrototypes.set(prototypes, key);
  }
  return key;
}

const ofNames = new Map<string, string>();

function keyOfName(name: string): string {
  let key = ofNames.get(name);
  if (key === undefined) ofNames.set(name, (key = JSON.stringify([[name]])));
  return key;
}

function keyOf(item: T.AssociateFor): string {
  if (item instanceof Study || item instanceof Pool) return keyOfPrototypes(item.prototypes);
  if (item instanceof Dataset) return JSON.stringify([[item.sopClass, item.transferSyntax]]);
  if (typeof item === 'string') return keyOfName(item);
  throw badArgument('associate({ for }): needs instances, studies, pools or names of services');
}

function contextsKey(options: T.AssociateOptions): string {
  const { for: wanted } = options;
  if (options.contexts !== undefined) return '';
  if (wanted === undefined) return '[["Verification"]]';
  return Array.isArray(wanted)
    ? (wanted as T.AssociateFor[]).map(keyOf).join('+')
    : keyOf(wanted as T.AssociateFor);
}

/** Numbers of specs by what is wanted, for each request: peers of all VUs that say the same share them. */
const specsOfRequests = new Map<string, Map<string, number>>();

function specsOf(request: string): Map<string, number> {
  let specs = specsOfRequests.get(request);
  if (specs === undefined) specsOfRequests.set(request, (specs = new Map()));
  return specs;
}

/** Whom a script talks to. One per VU; opening associations is up to the script. */
export class Peer {
  readonly #vu: Vu;
  readonly #request: Readonly<Record<string, unknown>>;
  readonly #specs: Map<string, number>;
  readonly #kept: Map<number, Association>;
  readonly #options: T.PeerOptions;
  #variants: Map<string, Peer> | null;

  constructor(
    vu: Vu,
    options: T.PeerOptions = {},
    changes: Readonly<Record<string, unknown>> = {},
  ) {
    // why: a text has keys, one a character
    if (typeof options !== 'object' || (options as unknown) === null || Array.isArray(options)) {
      throw badArgument('peer(): needs an object', "peer({ connect: 'AET@host:port' })");
    }
    const unknown = Object.keys(options).find((key) => !KEYS.has(key));
    if (unknown !== undefined) {
      throw badArgument(`peer({ ${unknown} }): no such option`, [...KEYS].join(', '));
    }
    this.#vu = vu;
    this.#request = { ...requestOf(options), ...changes };
    this.#options = options;
    this.#variants = null;
    this.#kept = new Map();
    const request = JSON.stringify(this.#request);
    this.#specs = specsOf(request);
    if (vu.initialising) ask(vu, Op.PEER, request);
  }

  /**
   * Opens an association (PS3.8 §7.1). With `keep` that of this VU's earlier iterations, while it is open.
   *
   * @throws AssociationRejected, AssociationAborted, NoAcceptedContext when none of its contexts was
   *   accepted, TransportError, TimeoutError after `timeouts.connect`, `tls` (10 s each) or `associate`
   *   (30 s), ProtocolError
   */
  async associate(options: T.AssociateOptions = {}): Promise<Association> {
    const spec = this.#specOf(options);
    if (options.keep === true) {
      const open = this.#kept.get(spec);
      if (open !== undefined && open.open) return open;
    }
    const call = await callNumbers(this.#vu, Op.ASSOCIATE, spec, 0);
    throwIfFailed(call);
    const association = new Association(this.#vu, call.value, options.keep === true);
    if (options.keep === true) this.#kept.set(spec, association);
    return association;
  }

  /**
   * Tries to associate (PS3.8 §7.1), and releases what was opened. Every outcome is a value; the expected
   * one counts as success. Throws only for arguments that do not fit.
   */
  async negotiate(options: T.NegotiateOptions = {}): Promise<T.Negotiation> {
    const spec = this.#specOf(options);
    const request = {
      op: 'negotiate',
      spec,
      expect: options.expect ?? 'accepted',
      tags: options.tags,
    };
    return (await callJson(this.#vu, request)) as T.Negotiation;
  }

  /** C-ECHO on an association of its own (PS3.7 §9.1.5). Throws as `associate` and `echo` of it do. */
  async echo(options?: T.CallOptions): Promise<T.Response> {
    return await this.#once({ for: 'Verification' }, (association) => association.echo(options));
  }
  /** C-STORE of one instance on an association of its own (PS3.7 §9.1.1); see `Association.store`. */
  async store(image: Dataset | Pool, options?: T.StoreOptions): Promise<T.StoreResult> {
    return await this.#once({ for: image }, (association) => association.store(image, options));
  }
  /** C-FIND on an association of its own (PS3.7 §9.1.2); see `Association.find`. */
  async find(keys: T.Match, options: T.FindOptions = {}): Promise<T.FindResult> {
    return await this.#once(
      { for: options.model === 'worklist' ? 'Worklist' : `${modelOf(options.model)}Find` },
      async (a) => await a.find(keys, options),
    );
  }
  /** C-MOVE on an association of its own (PS3.7 §9.1.4); see `Association.move`. */
  async move(keys: T.Match, options: T.MoveOptions): Promise<T.MoveResult> {
    return await this.#once({ for: `${modelOf(options.model)}Move` }, (a) => a.move(keys, options));
  }
  /**
   * C-GET on an association of its own (PS3.7 §9.1.3); `for` says what may come (default: the usual
   * storage classes, PS3.4 Table B.5-1). See `Association.get`.
   */
  async get(keys: T.Match, options: T.GetOptions & T.AssociateOptions = {}): Promise<T.GetResult> {
    const { for: wanted, contexts, roles, extended, commonExtended, ...rest } = options;
    const asked =
      wanted === undefined
        ? []
        : Array.isArray(wanted)
          ? (wanted as T.AssociateFor[])
          : [wanted as T.AssociateFor];
    return await this.#once(
      {
        for: [`${modelOf(options.model)}Get`, ...asked],
        ...(contexts ? { contexts } : {}),
        ...(roles ? { roles } : {}),
        ...(extended ? { extended } : {}),
        ...(commonExtended ? { commonExtended } : {}),
      },
      (a) => a.get(keys, rest),
    );
  }

  async #once<R>(
    options: T.AssociateOptions,
    body: (association: Association) => Promise<R>,
  ): Promise<R> {
    const association = await this.associate(options);
    try {
      return await body(association);
    } finally {
      if (!this.#vu.interrupted && association.open) await association.release();
    }
  }

  #specOf(options: T.AssociateOptions): number {
    const contexts = contextsKey(options);
    const { contexts: exact, roles, extended, commonExtended, tags, onlyStored } = options;
    const plain = !exact && !roles && !extended && !commonExtended && !tags && onlyStored !== false;
    const extras = { contexts: exact, roles, extended, commonExtended, tags, onlyStored };
    const key = plain ? contexts : `${contexts}|${JSON.stringify(extras)}`;
    let spec = this.#specs.get(key);
    if (spec === undefined) {
      const pairs =
        contexts === '' ? [] : contexts.split('+').flatMap((part) => JSON.parse(part) as unknown[]);
      const body = { peer: this.#request, pairs, ...extras };
      spec = ask(this.#vu, Op.SPEC, JSON.stringify(body)) as number;
      this.#specs.set(key, spec);
    }
    return spec;
  }

  /**
   * The same peer, spoken to in another way.
   *
   * @internal
   */
  variant(changes: Readonly<Record<string, unknown>>): Peer {
    const key = JSON.stringify(changes);
    this.#variants ??= new Map();
    let peer = this.#variants.get(key);
    if (peer === undefined) {
      peer = new Peer(this.#vu, this.#options, changes);
      this.#variants.set(key, peer);
    }
    return peer;
  }

  /**
   * What the host is told of it.
   *
   * @internal
   */
  describe(): Readonly<Record<string, unknown>> {
    return this.#request;
  }
}

function modelOf(model: T.FindOptions['model']): string {
  return model === 'patient' ? 'PatientRoot' : 'StudyRoot';
}

/** @internal What the host is told of a peer. */
export function requestOf(options: T.PeerOptions): Record<string, unknown> {
  const { deliversTo, timeouts, ...rest } = options;
  if (deliversTo !== undefined && !(deliversTo instanceof Receiver)) {
    throw badArgument('peer({ deliversTo }): needs a dicom.receiver(…)');
  }
  const limits = Object.entries(timeouts ?? {}).map(([phase, value]) => [
    `${phase}Ms`,
    milliseconds(value as T.Duration, `peer: timeouts.${phase}`),
  ]);
  return {
    ...rest,
    ...(timeouts === undefined ? {} : { timeouts: Object.fromEntries(limits) as object }),
    ...(deliversTo === undefined ? {} : { deliversTo: deliversTo.id }),
  };
}
