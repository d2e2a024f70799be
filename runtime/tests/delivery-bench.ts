// An acceptor thread's task run in this process, and a sender that tells it what was accepted.
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import acceptorTask from '../acceptors/worker.ts';
import type { Delivery } from '../../api/dicom/delivery/delivered.ts';
import { WORKER_SLOTS } from '../threads/state.ts';
import type {
  AcceptorToVu,
  MissingInstance,
  RouteAccount,
  VuToAcceptor,
} from '../threads/delivery.ts';
import type { EmbeddedSpec, FromAcceptor, ReceiverSpec, ToAcceptor } from '../threads/acceptor.ts';
import { Pool } from '../dicom/pool/prototype.ts';
import { instanceOf, memberNumber, sopUid, studyNumber } from '../dicom/pool/identity.ts';
import { prototypeNumber } from '../dicom/pool/share.ts';
import type { PoolShare } from '../dicom/pool/share.ts';
import { StoreImages } from '../dicom/scu/store-image.ts';
import { associate } from '../dicom/ul/associate.ts';
import type { Association } from '../dicom/ul/association.ts';
import type { Pending } from '../dicom/dimse/pending.ts';

export const RUN = '123456789012345';
export const HOST = '127.0.0.1';
const CALLING = 'SENDER';

export interface Sample {
  readonly metric: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Acceptor {
  readonly receivers: Extract<FromAcceptor, { kind: 'listening' }>['receivers'];
  readonly embedded: Extract<FromAcceptor, { kind: 'listening' }>['embedded'];
  readonly samples: readonly Sample[];
  /** ms since t0. */
  now(): number;
  tell(message: VuToAcceptor): void;
  expect(
    question: Omit<Extract<VuToAcceptor, { kind: 'expect' }>, 'kind' | 'ticket'>,
  ): Promise<Delivery>;
  settle(
    ms?: number,
  ): Promise<{ accounts: readonly RouteAccount[]; missing: readonly MissingInstance[] }>;
  exit(): Promise<void>;
}

export interface AcceptorSetup {
  readonly receivers: readonly Partial<ReceiverSpec>[];
  readonly pools?: readonly PoolShare[];
  readonly embedded?: Partial<EmbeddedSpec>;
}

const RECEIVER: ReceiverSpec = {
  aets: ['SINK'],
  host: HOST,
  port: 0,
  correlate: 'sop',
  verify: 'pixels',
  keep: 'headers',
};

/** Runs the task, listens, starts. */
export async function openAcceptor(setup: AcceptorSetup): Promise<Acceptor> {
  const main = new MessageChannel();
  const worker = new MessageChannel();
  const state = new SharedArrayBuffer(WORKER_SLOTS * 4);
  const task = acceptorTask({ port: main.port2, acceptor: 0, state });
  const ear = new Ear(main.port1);
  const tell = (message: ToAcceptor, transfer: readonly MessagePort[] = []): void =>
    main.port1.postMessage(message, transfer);
  const embedded =
    setup.embedded === undefined
      ? null
      : { host: HOST, routerPort: 0, archivePort: 0, deliver: {}, ...setup.embedded };
  const listen: ToAcceptor = {
    kind: 'listen',
    runNumber: RUN,
    receivers: setup.receivers.map((spec, id) => ({ id, spec: { ...RECEIVER, ...spec } })),
    embedded,
    settleMs: 5000,
    horizonMs: 600_000,
    workers: [worker.port2],
    pools: setup.pools ?? [],
    mostMissing: 1000,
    mostStrays: 0,
    folder: '.',
  };
  tell(listen, [worker.port2]);
  const listening = await ear.hear('listening');
  const t0 = performance.timeOrigin + performance.now();
  tell({ kind: 'start', t0 });
  const tickets = new Map<number, (delivery: Delivery) => void>();
  worker.port1.on('message', ({ ticket, json }: AcceptorToVu) => {
    tickets.get(ticket)?.(JSON.parse(json) as Delivery);
  });
  let ticket = 0;
  return {
    receivers: listening.receivers,
    embedded: listening.embedded,
    samples: ear.samples,
    now: () => performance.timeOrigin + performance.now() - t0,
    tell: (message) => worker.port1.postMessage(message),
    expect: (question) =>
      new Promise((resolve) => {
        tickets.set(++ticket, resolve);
        worker.port1.postMessage({ kind: 'expect', ticket, ...question });
      }),
    settle: async (settleMs = 1500) => {
      tell({ kind: 'settle', settleMs });
      return ear.hear('settled');
    },
    exit: async () => {
      tell({ kind: 'exit' });
      await task;
      main.port1.close();
      worker.port1.close();
    },
  };
}

type Heard<K extends FromAcceptor['kind']> = Extract<FromAcceptor, { kind: K }>;

/** What the thread says to main. */
class Ear {
  readonly samples: Sample[] = [];
  readonly #series: Omit<Sample, 'value'>[] = [];
  readonly #waiting: {
    kind: string;
    done: (m: FromAcceptor) => void;
    fail: (e: Error) => void;
  }[] = [];

  constructor(port: MessagePort) {
    port.on('message', (message: FromAcceptor) => this.#take(message));
  }

  hear<K extends FromAcceptor['kind']>(kind: K): Promise<Heard<K>> {
    return new Promise((resolve, reject) => {
      const done = (message: FromAcceptor): void => resolve(message as Heard<K>);
      this.#waiting.push({ kind, done, fail: reject });
    });
  }

  #take(message: FromAcceptor): void {
    if (message.kind === 'series') this.#series.push(...message.series);
    if (message.kind === 'samples') {
      const { n, series, value } = message.columns;
      for (let i = 0; i < n; i++) {
        const declared = this.#series[series[i] ?? -1];
        if (declared === undefined) throw new Error('a sample of an undeclared series');
        this.samples.push({ ...declared, value: value[i] ?? NaN });
      }
    }
    if (message.kind === 'failed') {
      for (const { fail } of this.#waiting.splice(0)) fail(new Error(message.fault.message));
    }
    const at = this.#waiting.findIndex(({ kind }) => kind === message.kind);
    if (at >= 0) this.#waiting.splice(at, 1)[0]?.done(message);
  }
}

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly calledAET: string;
}

/** Sends instances of a pool with identities of the run, and reports the accepted ones. */
export class Sender {
  readonly #prototypes: Pool;
  readonly #images = new StoreImages({ run: RUN });
  readonly #acceptor: Acceptor;
  readonly #pool: PoolShare;
  #studies = 0;

  constructor(acceptor: Acceptor, pool: PoolShare, route = 'ROUTE', receiver = 0) {
    this.#acceptor = acceptor;
    this.#pool = pool;
    this.#prototypes = new Pool(pool);
    const routes = [{ name: route, receiver, scenario: 'load' }];
    acceptor.tell({ kind: 'routes', routes });
  }

  open({ host, port, calledAET }: Target): Promise<Association> {
    const contexts = [
      ...new Set(this.#pool.members.map((one) => `${one.sopClass} ${one.transferSyntax}`)),
    ]
      .map((pair) => pair.split(' '))
      .map(([abstractSyntax = '', transferSyntax = '']) => ({
        abstractSyntax,
        transferSyntaxes: [transferSyntax],
      }));
    return new Promise((resolve, reject) => {
      associate({ host, port, calledAET, callingAET: CALLING, contexts }, (outcome) => {
        if (outcome.kind === 'accepted') resolve(outcome.association);
        else reject(new Error(outcome.kind));
      });
    });
  }

  /** Sends one study of `images` instances over one association; returns its number. */
  async study(association: Association, images: number): Promise<number> {
    const study = studyNumber(3, this.#studies++);
    for (let instance = 1; instance <= images; instance++) {
      await this.store(association, study, memberNumber(1, instance));
    }
    return study;
  }

  /** One store; its row is told when the peer accepted it. */
  async store(association: Association, study: number, member: number): Promise<number> {
    const at = (instanceOf(member) - 1) % this.#pool.members.length;
    const number = prototypeNumber(this.#pool.id, at);
    const prototype = this.#prototypes.members[at];
    if (prototype === undefined) throw new Error(`the pool has no member ${at}`);
    const time = this.#acceptor.now();
    const { sopClass, transferSyntax } = prototype.share;
    const contextId = association.contextFor(sopClass, transferSyntax);
    const channel = { contextId, maxPdu: association.maxPdu };
    const outgoing = this.#images.prepare(prototype, { study, member }, null, channel);
    const status = await new Promise<number>((resolve, reject) => {
      const pending: Pending = {
        ...{
          messageId: 0,
          commandField: 0,
          contextId: 0,
          sendStart: 0,
          sendEnd: 0,
          firstByte: 0,
          lastByte: 0,
        },
        onReply: (reply) => resolve(reply.status),
        onFailure: (failure) => reject(new Error(JSON.stringify(failure))),
      };
      association.send(outgoing, pending);
    });
    if (status === 0) this.#accepted(study, member, number, time);
    return status;
  }

  #accepted(study: number, member: number, prototype: number, time: number): void {
    const columns = {
      n: 1,
      study: Float64Array.of(study),
      member: Float64Array.of(member),
      prototype: Float64Array.of(prototype),
      route: Uint16Array.of(0),
      time: Float64Array.of(time),
    };
    this.#acceptor.tell({ kind: 'accepted', columns });
  }
}

export function release(association: Association): Promise<void> {
  return new Promise((resolve) => association.release(() => resolve()));
}

/** SOP Instance UID of a member of a study of the run. */
export function uidOf(study: number, instance: number): string {
  return sopUid(RUN, study, memberNumber(1, instance));
}
