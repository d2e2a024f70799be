// A recording as scripts hold it, and the replay of one of its associations.
import { Op } from '../../bridge.ts';
import { ask, callNumbers, resultOf } from '../../sandbox/calls.ts';
import { badArgument, badState } from '../../sandbox/errors.ts';
import { now } from '../../sandbox/globals.ts';
import { shared } from '../../sandbox/shared.ts';
import type { Vu } from '../../sandbox/vu.ts';
import type { Association } from '../association.ts';
import { Dataset, Identity, nextStudy, type Member } from '../data.ts';
import { Peer } from '../peer.ts';
import { Pool } from '../pool.ts';
import type * as T from '../types.ts';

/** @internal What the host says of a declared recording. */
export interface DeclaredRecording {
  readonly id: number;
  readonly name: string;
  readonly startedAtMs: number;
  readonly utcOffsetMinutes: number;
  readonly at: readonly number[];
  readonly ms: readonly number[];
  readonly members: readonly Member[];
}

/** Recorded traffic: see `dicom.recording`. */
export class Recording {
  /** @internal */
  readonly vu: Vu;
  /** @internal */
  readonly declared: DeclaredRecording;
  /** Synthetic instances of the recorded kinds and sizes. */
  readonly images: Pool;

  constructor(vu: Vu, declared: DeclaredRecording) {
    this.vu = vu;
    this.declared = declared;
    this.images = new Pool(vu, declared.members);
  }

  /** How many associations it has. */
  get length(): number {
    return this.declared.at.length;
  }

  /** The association of that index, from 0, in the order in which they began. */
  at(index: number): T.RecordedAssociation {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw badArgument(`recording: no association ${index}, it has ${this.length}`);
    }
    if (this.vu.initialising) throw badState('recording.at() is legal from setup() on');
    const request = { ask: 'recorded', recording: this.declared.id, index };
    return ask(this.vu, Op.ASK, JSON.stringify(request)) as T.RecordedAssociation;
  }

  /** What `options` say of it: the executor `recorded` needs the times. */
  toJSON(): unknown {
    const { name, startedAtMs, utcOffsetMinutes, at, ms } = this.declared;
    return { name, startedAtMs, utcOffsetMinutes, at, ms };
  }
}

/** An association, and which pass of its recording it belongs to. */
interface Turn {
  readonly association: T.RecordedAssociation;
  readonly speed: number;
  readonly copy: number;
  readonly recording: number;
}

const KEYS = new Set(['peer', 'from', 'gaps', 'aets', 'values', 'association']);

/** Replays the association of this iteration. */
export async function replay(vu: Vu, options: T.ReplayOptions): Promise<T.Replayed> {
  const unknown = Object.keys(options ?? {}).find((key) => !KEYS.has(key));
  if (unknown !== undefined) {
    throw badArgument(`replay({ ${unknown} }): no such option`, [...KEYS].join(', '));
  }
  return await new Replay(vu, options, turnOf(vu, options)).run();
}

function turnOf(vu: Vu, { association, from }: T.ReplayOptions): Turn {
  if (association !== undefined) return { association, speed: 1, copy: 0, recording: 0 };
  if (vu.scenario >= 0) {
    const request = { ask: 'recorded', scenario: vu.scenario, iteration: vu.iterationInTest };
    const turn = ask(vu, Op.ASK, JSON.stringify(request)) as Turn | null;
    if (turn !== null) return turn;
  }
  // Another executor, or smoke mode: the associations one after the other.
  if (from instanceof Recording && from.length > 0) {
    const n = Math.max(0, vu.iterationInTest);
    const { id } = from.declared;
    const copy = Math.floor(n / from.length);
    return { association: from.at(n % from.length), speed: 1, copy, recording: id };
  }
  throw badState(
    'replay(): this scenario has no executor `recorded`, so there is no association to replay',
    'replay({ peer, from: recording }) takes them in turn; or name one: association: recording.at(0)',
  );
}

interface Counts {
  operations: number;
  failed: number;
  skipped: number;
}

class Replay {
  readonly #vu: Vu;
  readonly #options: T.ReplayOptions;
  readonly #turn: Turn;
  readonly #pool: Pool;
  readonly #counts: Counts = { operations: 0, failed: 0, skipped: 0 };
  /** Instances of each series so far, and the number of its study here. */
  readonly #studies = new Map<string, { number: number; series: Map<string, number[]> }>();

  constructor(vu: Vu, options: T.ReplayOptions, turn: Turn) {
    this.#vu = vu;
    this.#options = options;
    this.#turn = turn;
    const { from } = options;
    if (from instanceof Recording) this.#pool = from.images;
    else if (from instanceof Pool) this.#pool = from;
    else throw badArgument('replay({ from }): needs a recording or a pool of instances');
  }

  async run(): Promise<T.Replayed> {
    const { association } = this.#turn;
    const images = new Map<T.RecordedOperation, Dataset>();
    for (const operation of association.operations) {
      if (isOurs(operation) && operation.service === 'C-STORE') {
        images.set(operation, this.#image(operation));
      }
    }
    const open = await this.#peer().associate(this.#proposal([...images.values()]));
    try {
      await this.#operations(open, images);
    } finally {
      if (open.open && !this.#vu.interrupted) await this.#end(open);
    }
    return { ...this.#counts, recorded: association };
  }

  /** As they were: one after the other, or several at once where the answers overlapped. */
  async #operations(open: Association, images: Map<T.RecordedOperation, Dataset>): Promise<void> {
    const { association, speed } = this.#turn;
    const asap = this.#options.gaps === 'asap';
    let running: Promise<void>[] = [];
    let begunAt = now();
    let before: T.RecordedOperation | null = null;
    let endedAt = association.associating ?? 0;
    for (const operation of association.operations) {
      if (!open.open) break;
      if (!isOurs(operation)) continue;
      if (operation.at >= endedAt) {
        await Promise.all(running);
        running = [];
        if (!asap) await this.#sleep((operation.at - endedAt) / speed);
      } else if (!asap && before !== null) {
        await this.#sleep((operation.at - before.at) / speed - (now() - begunAt));
      }
      begunAt = now();
      before = operation;
      endedAt = Math.max(endedAt, operation.at + operation.sending + (operation.waiting ?? 0));
      running.push(this.#operation(open, operation, images.get(operation)));
    }
    await Promise.all(running);
    if (!asap) await this.#sleep(Math.min(LONGEST_TAIL_MS, association.ms - endedAt) / speed);
  }

  async #operation(
    open: Association,
    operation: T.RecordedOperation,
    image: Dataset | undefined,
  ): Promise<void> {
    const result = await this.#request(open, operation, image);
    if (result === null) this.#counts.skipped += 1;
    else {
      this.#counts.operations += 1;
      if (!result.ok) this.#counts.failed += 1;
    }
  }

  /** Null for what is not replayed. */
  async #request(
    open: Association,
    operation: T.RecordedOperation,
    image: Dataset | undefined,
  ): Promise<{ readonly ok: boolean } | null> {
    const model = operation.sopClass.includes('.5.1.4.1.2.1.') ? 'patient' : 'study';
    switch (operation.service) {
      case 'C-STORE':
        // With options the host gets the identity word for word, which may be another worker's.
        return image === undefined ? null : await open.store(image, {});
      case 'C-ECHO':
        return await open.echo();
      case 'C-FIND': {
        const isWorklist = operation.sopClass === WORKLIST;
        const find = { model: isWorklist ? ('worklist' as const) : (model as 'patient' | 'study') };
        return await open.find(this.#keys(operation), find);
      }
      case 'C-MOVE': {
        const to = operation.destination ?? '';
        const destination = this.#options.aets?.[to] ?? to;
        return await open.move(this.#keys(operation), { destination, model });
      }
      case 'C-GET':
        return await open.get(this.#keys(operation), { model });
      default:
        return null;
    }
  }

  /** What was asked for is not recorded: by default it is something that is nowhere. */
  #keys(operation: T.RecordedOperation): T.Match {
    const keys: Record<string, unknown> = {};
    if (operation.level !== undefined) keys['QueryRetrieveLevel'] = operation.level;
    for (const keyword of operation.returning ?? []) keys[keyword] = '';
    for (const keyword of operation.matching ?? []) {
      keys[keyword] = this.#options.values?.[keyword] ?? this.#valueOf(keyword, operation);
    }
    return keys as T.Match;
  }

  #valueOf(keyword: string, { study, series }: T.RecordedOperation): string {
    if (keyword === 'StudyInstanceUID' && study !== undefined) return this.#studyUid(study);
    if (keyword === 'SeriesInstanceUID' && study !== undefined && series !== undefined) {
      return this.#seriesUid(study, series);
    }
    if (keyword.endsWith('UID')) return NOWHERE_UID;
    if (keyword.endsWith('Date')) return '19000101';
    if (keyword.endsWith('Time')) return '000000';
    return 'NOWHERE';
  }

  async #end(open: Association): Promise<void> {
    const { end, endedBy } = this.#turn.association;
    if (endedBy === 'requestor' && end === 'aborted') open.abort();
    else if (endedBy === 'requestor' && end === 'reset') open.destroy();
    else await open.release();
  }

  async #sleep(ms: number): Promise<void> {
    if (ms > 0) resultOf(await callNumbers(this.#vu, Op.SLEEP, ms, 0));
  }

  #peer(): Peer {
    const { calling, maxPdu, window } = this.#turn.association;
    const { peer, aets } = this.#options;
    const chosen: unknown = typeof peer === 'function' ? peer(this.#turn.association) : peer;
    if (!(chosen instanceof Peer)) throw badArgument('replay({ peer }): needs a dicom.peer(…)');
    return chosen.variant({
      ...(calling === '' ? {} : { callingAET: aets?.[calling] ?? calling }),
      ...(maxPdu[0] === null ? {} : { maxPdu: maxPdu[0] }),
      ...(window[0] > 1 ? { asyncOps: { invoked: window[0], performed: window[1] } } : {}),
    });
  }

  /** The recorded contexts, and those that our images need besides. */
  #proposal(images: readonly Dataset[]): T.AssociateOptions {
    const { contexts, operations } = this.#turn.association;
    const wanted = contexts.map(({ sopClass, transferSyntaxes }) => ({
      abstractSyntax: sopClass,
      transferSyntaxes,
    }));
    for (const { sopClass, transferSyntax } of images) {
      const has = wanted.some(
        (one) => one.abstractSyntax === sopClass && one.transferSyntaxes.includes(transferSyntax),
      );
      if (!has && wanted.length < MOST_CONTEXTS) {
        wanted.push({ abstractSyntax: sopClass, transferSyntaxes: [transferSyntax] });
      }
    }
    const gets = operations.some(({ service, by }) => service === 'C-GET' && by === 'requestor');
    const storage = wanted.filter(({ abstractSyntax }) => abstractSyntax.startsWith(STORAGE));
    const roles = storage.map(({ abstractSyntax }) => ({
      sopClass: abstractSyntax,
      scu: true,
      scp: true,
    }));
    return { contexts: wanted, ...(gets ? { roles } : {}) };
  }

  /** The image of the pool that is nearest in size, of the recorded kind if there is one. */
  #image(operation: T.RecordedOperation): Dataset {
    const member = nearest(this.#pool.members, operation);
    const digest = operation.study ?? `${this.#studies.size}`;
    let study = this.#studies.get(digest);
    if (study === undefined) {
      study = { number: nextStudy(), series: new Map() };
      this.#studies.set(digest, study);
    }
    const key = operation.series ?? '';
    let series = study.series.get(key);
    if (series === undefined) {
      study.series.set(key, (series = [study.series.size + 1, 0]));
    }
    series[1] = (series[1] ?? 0) + 1;
    const identity = [study.number, series[0] ?? 1, series[1]] as const;
    const plain = new Dataset(this.#vu, member.prototype, Identity.FRESH, null, null, ...identity);
    if (operation.study === undefined) return plain;
    // As long as those of any other instance here: the data set keeps its length.
    const copy = String(this.#turn.copy % 1000).padStart(3, '0');
    const edits: Record<string, string> = {
      StudyInstanceUID: this.#studyUid(operation.study),
      PatientID: `R${copy}${operation.study}`,
      AccessionNumber: `Q${copy}${operation.study}`,
    };
    if (operation.series !== undefined) {
      edits['SeriesInstanceUID'] = this.#seriesUid(operation.study, operation.series);
    }
    return plain.with(edits);
  }

  /** The same for every association that has images of the study, in whichever worker. */
  #studyUid(study: string): string {
    return this.#uid('0', study);
  }

  #seriesUid(study: string, series: string): string {
    return this.#uid('1', `${study.slice(0, 4)}${series.slice(0, 8)}`);
  }

  /** 44 characters, as all UIDs here; the digits are a number of 128 bits (PS3.5 B.2). */
  #uid(kind: string, digest: string): string {
    const copy = (this.#turn.recording * 10_000 + this.#turn.copy) % 10 ** 7;
    const number = String(parseInt(digest, 16)).padStart(15, '0');
    const digits = String(copy).padStart(7, '0') + number;
    return `2.25.2${kind}${shared.boot.runNumber}${digits}`;
  }
}

const WORKLIST = '1.2.840.10008.5.1.4.31';
const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const NOWHERE_UID = '2.25.1';
const MOST_CONTEXTS = 128;
/** An association that was left open for hours after its last answer is not held that long. */
const LONGEST_TAIL_MS = 5000;

function isOurs({ by, unfinished }: T.RecordedOperation): boolean {
  return by === 'requestor' && unfinished !== true;
}

function nearest(members: readonly Member[], wanted: T.RecordedOperation): Member {
  let best: Member | undefined;
  let bestCost = Infinity;
  for (const member of members) {
    // Another kind costs more than any difference in size.
    const other = member.sopClass === wanted.sopClass ? 0 : Number.MAX_SAFE_INTEGER;
    const cost = other + Math.abs(member.bytes - wanted.bytes);
    if (cost < bestCost) [best, bestCost] = [member, cost];
  }
  if (best === undefined) throw badArgument('replay({ from }): the pool is empty');
  return best;
}
