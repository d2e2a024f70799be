// The way between coordinator and agents: NATS. The only file that knows it; loaded by those commands
// alone that need it.
import { setTimeout as delay } from 'node:timers/promises';
import { DeliverPolicy, jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import type { ConsumerMessages, JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { KV } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import {
  AuthorizationError,
  connect,
  errors,
  nkeyAuthenticator,
  NoRespondersError,
} from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { DicomRunError, ExitCode } from '../errors.ts';
import { clocksApart } from './certificate.ts';
import type { EngineCredentials } from './keys.ts';
import { Lease } from './lease.ts';
import { BUNDLES } from './protocol.ts';

/** What came of a question. */
export type BusAnswer =
  | { readonly kind: 'answer'; readonly data: Uint8Array }
  /** There is nobody who listens: the other side is gone. */
  | { readonly kind: 'nobody' }
  /** No answer in time, or the engine is away. */
  | { readonly kind: 'silence' };

/** One message of a journal. */
export interface BusEntry {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Number in the journal, from 1. */
  readonly seq: number;
}

const CONNECT_MS = 10_000;
const RECONNECT_MS = 250;
const ACK_MS = 2_000;
const HEARTBEAT_MS = 1_000;
const JOURNAL_NS = 24 * 3600 * 1e9;
const JOURNAL_BYTES = 2 * 1024 ** 3;
/** Longer than anybody tries to send a message again. */
const DUPLICATES_NS = 180 * 1e9;
const BUNDLE_NS = 24 * 3600 * 1e9;
const NOTES = 'dr-runs';
const NOTE_MS = 24 * 3600 * 1000;
const LEADERS = 'dr-lead';
/** A coordinator that has not said so for that long leads no more. */
const LEASE_MS = 5_000;

/** @throws DicomRunError 111 with what is wrong, in words of its own */
export async function openBus(credentials: EngineCredentials): Promise<Bus> {
  const { engine, role, seed, ca } = credentials;
  try {
    const nc = await connect({
      servers: engine.replace(/^(tls|nats):\/\//, ''),
      name: `dicomrun ${role}`,
      authenticator: nkeyAuthenticator(Buffer.from(seed)),
      inboxPrefix: `_INBOX.dr.${role}`,
      timeout: CONNECT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      reconnectJitter: 100,
      ignoreClusterUpdates: true,
      pingInterval: 5_000,
      // why: the engine's one certificate is trusted, by whatever name or address it is reached
      ...(ca === undefined
        ? { tls: null }
        : { tls: { ca, checkServerIdentity: () => undefined } as object }),
    });
    return new Bus(nc);
  } catch (error) {
    throw unreachable(credentials, error);
  }
}

/** Nobody is where it was. */
export const AWAY = 'ENGINE_AWAY';
const ADDRESS = 'is this the address that `dicomrun engine` printed?';

function unreachable({ engine, ca }: EngineCredentials, error: unknown): DicomRunError {
  const problem = (why: string, hint: string, code = 'ENGINE_UNREACHABLE'): DicomRunError =>
    new DicomRunError(ExitCode.UNREACHABLE, {
      code,
      message: `engine ${engine}: ${why}`,
      hint,
    });
  const text = messages(error);
  if (error instanceof AuthorizationError || /authorization/i.test(text)) {
    return problem('refused the key', 'take the .creds file that this engine wrote');
  }
  if (/certificate|self.signed|altname/i.test(text)) {
    const clocks = ca === undefined ? null : clocksApart(ca, Date.now());
    if (clocks !== null) return problem(clocks, 'set the clock of this host, or of the engine');
    return problem(
      'shows another certificate than the .creds file has',
      'take its new .creds file',
    );
  }
  if (/not available on this server|tls/i.test(text)) {
    return problem(`no TLS there (${text})`, 'the address, or an engine without TLS: nats://…');
  }
  if (/ECONNREFUSED/.test(text)) return problem('nothing listens there', 'dicomrun engine', AWAY);
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return problem('no such host is known here', ADDRESS);
  if (/EHOSTUNREACH|ENETUNREACH/.test(text))
    return problem('there is no way to that host', ADDRESS);
  if (error instanceof errors.TimeoutError || /timeout/i.test(text)) {
    return problem(`no engine answered within ${CONNECT_MS / 1000} s`, ADDRESS, AWAY);
  }
  return problem(text, ADDRESS);
}

function messages(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const own = error.message.includes(code ?? '') ? error.message : `${error.message} ${code}`;
  return error.cause === undefined ? own : `${own} ${messages(error.cause)}`;
}

export class Bus {
  readonly #nc: NatsConnection;
  readonly #js: JetStreamClient;
  readonly #listeners = new Set<(connected: boolean) => void>();
  #manager: Promise<JetStreamManager> | null = null;
  #connected = true;
  #closed = false;

  constructor(nc: NatsConnection) {
    this.#nc = nc;
    this.#js = jetstream(nc);
    void this.#watch();
  }

  /** Whether the engine can be reached now. */
  get connected(): boolean {
    return this.#connected;
  }

  onStatus(listener: (connected: boolean) => void): void {
    this.#listeners.add(listener);
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#nc.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue;
      this.#connected = type === 'reconnect';
      for (const listener of this.#listeners) listener(this.#connected);
    }
  }

  /** One question to one listener. */
  async ask(subject: string, data: Uint8Array, timeoutMs: number): Promise<BusAnswer> {
    if (!this.#connected) {
      await delay(Math.min(timeoutMs, RECONNECT_MS));
      return { kind: 'silence' };
    }
    try {
      const message = await this.#nc.request(subject, data, { timeout: timeoutMs, noMux: false });
      return { kind: 'answer', data: message.data };
    } catch (error) {
      return isNobody(error) ? { kind: 'nobody' } : { kind: 'silence' };
    }
  }

  /** Everybody's answers that come within the time. */
  async askAll(subject: string, waitMs: number): Promise<readonly Uint8Array[]> {
    try {
      const answers: Uint8Array[] = [];
      const found = await this.#nc.requestMany(subject, new Uint8Array(0), {
        strategy: 'timer',
        maxWait: waitMs,
      });
      for await (const { data } of found) if (data.length > 0) answers.push(data);
      return answers;
    } catch {
      return []; // nobody listens
    }
  }

  /** Answers questions, at once or when there is an answer. */
  serve(
    subject: string,
    answer: (data: Uint8Array) => Uint8Array | Promise<Uint8Array>,
  ): () => void {
    const subscription = this.#nc.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) return;
        const data = answer(message.data);
        if (data instanceof Promise) void data.then((one) => message.respond(one));
        else message.respond(data);
      },
    });
    return () => subscription.unsubscribe();
  }

  // ---------------------------------------------------------------- journal

  /** Into a journal, acknowledged; a message of the same id is there once. Rejects when it is not. */
  async append(subject: string, data: Uint8Array, id: string): Promise<void> {
    await this.#js.publish(subject, data, { msgID: id, timeout: ACK_MS });
  }

  async makeJournal(name: string, subjects: string): Promise<void> {
    const manager = await this.#jsm();
    await manager.streams.add({
      name,
      subjects: [subjects],
      storage: StorageType.File,
      max_age: JOURNAL_NS,
      max_bytes: JOURNAL_BYTES,
      duplicate_window: DUPLICATES_NS,
    });
  }

  /** Number of the last entry; 0 without any, null while it cannot be told. */
  async lastEntry(name: string): Promise<number | null> {
    try {
      return (await (await this.#jsm()).streams.info(name)).state.last_seq;
    } catch {
      return null;
    }
  }

  /** While the engine is away it stays; it ends by its age. */
  async dropJournal(name: string): Promise<void> {
    if (!this.#connected) return;
    await (await this.#jsm()).streams.delete(name).catch(() => undefined);
  }

  /**
   * Every entry in order, once, until the returned function is called. After the engine was away it
   * goes on behind the last one.
   */
  follow(name: string, take: (entry: BusEntry) => void): () => void {
    const reader = new JournalReader(this.#js, name, take);
    this.onStatus((connected) => connected && reader.restart());
    void reader.run();
    return () => reader.stop();
  }

  // ---------------------------------------------------------------- objects

  async putBundle(name: string, data: Uint8Array): Promise<void> {
    const store = await new Objm(this.#js).create(BUNDLES, { ttl: BUNDLE_NS });
    if ((await store.info(name)) !== null) return;
    await store.putBlob({ name }, data);
  }

  /** Null when there is none of that name. */
  async getBundle(name: string): Promise<Uint8Array | null> {
    const store = await new Objm(this.#js).open(BUNDLES, false);
    return store.getBlob(name);
  }

  // ---------------------------------------------------------------- notes

  /** Kept for a day, for a coordinator that takes the place of one that was killed. */
  async putNote(key: string, data: Uint8Array): Promise<void> {
    await (await this.#notes()).put(key, data);
  }

  /** Null when there is none of that name. */
  async getNote(key: string): Promise<Uint8Array | null> {
    const found = await (await this.#notes()).get(key);
    return found === null || found.operation !== 'PUT' ? null : found.value;
  }

  async dropNote(key: string): Promise<void> {
    if (!this.#connected) return;
    await (await this.#notes()).purge(key).catch(() => undefined);
  }

  #notes(): Promise<KV> {
    return new Kvm(this.#js).create(NOTES, { ttl: NOTE_MS });
  }

  // ---------------------------------------------------------------- one leader

  /** Holds the lease of a run until released; null when another holds it. */
  async lead(run: string, lost: () => void): Promise<(() => Promise<void>) | null> {
    const bucket = await new Kvm(this.#js).create(LEADERS, { ttl: LEASE_MS });
    const lease = new Lease(bucket, run);
    if (!(await lease.take())) return null;
    const timer = setInterval(
      () => void lease.renew().then((ours) => ours || lost()),
      LEASE_MS / 5,
    );
    return async () => {
      clearInterval(timer);
      if (this.#connected) await bucket.purge(run).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.race([this.#nc.close(), delay(2_000)]);
  }

  #jsm(): Promise<JetStreamManager> {
    this.#manager ??= jetstreamManager(this.#nc).catch((error: unknown) => {
      this.#manager = null;
      throw error;
    });
    return this.#manager;
  }
}

function isNobody(error: unknown): boolean {
  if (error instanceof NoRespondersError) return true;
  return error instanceof Error && error.cause instanceof NoRespondersError;
}

class JournalReader {
  readonly #js: JetStreamClient;
  readonly #name: string;
  readonly #take: (entry: BusEntry) => void;
  #next = 1;
  #stopped = false;
  #messages: ConsumerMessages | null = null;

  constructor(js: JetStreamClient, name: string, take: (entry: BusEntry) => void) {
    this.#js = js;
    this.#name = name;
    this.#take = take;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#read();
      } catch {
        // The engine is away, or the consumer is: made anew, behind the last entry.
      }
      if (!this.#stopped) await delay(RECONNECT_MS);
    }
  }

  async #read(): Promise<void> {
    const consumer = await this.#js.consumers.get(this.#name, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#next,
    });
    const messages = await consumer.consume({
      idle_heartbeat: HEARTBEAT_MS,
      expires: 5 * HEARTBEAT_MS,
      max_messages: 1_000,
    });
    this.#messages = messages;
    for await (const { subject, data, seq } of messages) {
      if (seq < this.#next) continue;
      this.#next = seq + 1;
      this.#take({ subject, data, seq });
      if (this.#stopped) return;
    }
  }

  restart(): void {
    this.#messages?.stop();
  }

  stop(): void {
    this.#stopped = true;
    this.#messages?.stop();
  }
}
