// Verification by query: polls until a study can be found, and says how it was found.
//
//   STUDY level, Study Root ─ none ─> STUDY level, Patient Root ─ none ─> PATIENT level, Patient Root
//        found                             found                            only there: a failure
import { Answer } from '../../../api/bridge.ts';
import type { JsonDataset } from '../../dicom/element/json.ts';
import { TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import { encodeAttributes } from '../../dicom/dimse/model.ts';
import { queryClass } from '../../dicom/dimse/services.ts';
import type { Failure } from '../../dicom/errors.ts';
import { find, type FindResult } from '../../dicom/scu/find.ts';
import type { AssociateOutcome } from '../../dicom/ul/associate.ts';
import type { OpenAssociation } from '../associations/associations.ts';
import { outcomeFault, outcomeWord } from '../associations/outcome.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { PeerRequest, Spec } from '../associations/peers.ts';
import type { ServiceParts } from './services.ts';
import { Deadline } from './deadline.ts';
import { Exchange } from './exchange.ts';
import { findResult } from './finds.ts';

const DEFAULT_INITIAL_DELAY_MS = 5_000;
const DEFAULT_INTERVAL_MS = 5_000;
const DEFAULT_TIMEOUT_MS = 60_000;

interface VerifyCall {
  readonly uid: string;
  readonly patientId?: string;
  readonly peer: PeerRequest;
  readonly initialDelayMs?: number;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly instances?: number;
  readonly absent?: boolean;
}

/** A step of the ladder. */
interface Rung {
  readonly model: 'study' | 'patient';
  readonly level: 'STUDY' | 'PATIENT';
  readonly strategy: string;
}

const BY_STUDY: Rung = { model: 'study', level: 'STUDY', strategy: 'study-root' };
const BY_PATIENT: Rung = { model: 'patient', level: 'STUDY', strategy: 'patient-root' };
const PATIENT_ONLY: Rung = { model: 'patient', level: 'PATIENT', strategy: 'patient-root' };
const LADDER: readonly Rung[] = [BY_STUDY, BY_PATIENT, PATIENT_ONLY];
/** Where `verify.model` says so. */
const PATIENT_FIRST: readonly Rung[] = [BY_PATIENT, BY_STUDY, PATIENT_ONLY];

/** SOP class not supported (PS3.7 C.5.6), identifier does not match SOP class (PS3.4 Table C.4-1). */
const NOT_THIS_MODEL = [0x0122, 0xa900];

/** What the last round found. */
interface Hit {
  readonly rung: Rung;
  readonly instances: number | undefined;
}

/** One `verify.study()`. */
class Verification {
  readonly #services: ServiceParts;
  readonly #operation: Operation;
  readonly #call: VerifyCall;
  readonly #spec: Spec;
  readonly #slot: number;
  readonly #deadline: Deadline;
  readonly #startedAt = performance.now();
  readonly #timing: { readonly intervalMs: number; readonly timeoutMs: number };
  readonly #ladder: readonly Rung[];
  /** Of one query, where `verify.queryTimeout` says it. */
  readonly #responseMs: number | undefined;
  #open: OpenAssociation | null = null;
  #attempts = 0;
  #hit: Hit | null = null;
  #trouble = '';
  /** Answers of the last round that were not about what was asked for. */
  #strangers = 0;
  #over = false;

  constructor(services: ServiceParts, operation: Operation, call: VerifyCall) {
    const { parts, associations } = services;
    const { verify } = parts.plan;
    this.#services = services;
    this.#operation = operation;
    this.#call = call;
    this.#slot = operation.slot;
    const pairs = [['StudyRootFind'], ['PatientRootFind']];
    this.#spec = associations.spec(
      associations.specNumber(JSON.stringify({ peer: call.peer, pairs })),
    );
    this.#deadline = new Deadline(parts.timers, () => this.#attempt());
    this.#ladder = verify?.model === 'patient' ? PATIENT_FIRST : LADDER;
    this.#responseMs = verify?.queryTimeoutMs;
    this.#timing = {
      intervalMs: call.intervalMs ?? verify?.intervalMs ?? DEFAULT_INTERVAL_MS,
      timeoutMs: call.timeoutMs ?? verify?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    };
  }

  start(): void {
    const { verify } = this.#services.parts.plan;
    this.#operation.cancel = (): void => this.#interrupt();
    const delay = this.#call.initialDelayMs ?? verify?.initialDelayMs ?? DEFAULT_INITIAL_DELAY_MS;
    this.#deadline.set(delay);
  }

  get #elapsed(): number {
    return performance.now() - this.#startedAt;
  }

  #attempt(): void {
    if (this.#over) return;
    this.#attempts++;
    this.#hit = null;
    this.#strangers = 0;
    if (this.#open?.wire.open === true) {
      this.#climb(0);
      return;
    }
    const { associations, parts } = this.#services;
    associations.open(this.#spec, this.#operation, (outcome) => {
      this.#operation.cancel = (): void => this.#interrupt();
      const fault = outcomeWord(outcome) === 'accepted' ? null : outcomeFault(outcome, this.#spec);
      associations.count(outcome, this.#spec, parts.vu(this.#slot), fault);
      this.#opened(outcome);
    });
  }

  #opened(outcome: AssociateOutcome): void {
    const { associations } = this.#services;
    if (this.#over) {
      if (outcome.kind === 'accepted') outcome.association.abort();
      return;
    }
    if (outcome.kind === 'accepted') {
      this.#open = associations.adopt(outcome, this.#spec, this.#slot);
      if (outcomeWord(outcome) === 'accepted') {
        this.#climb(0);
        return;
      }
    }
    this.#leave();
    this.#trouble = outcomeFault(outcome, this.#spec).message;
    this.#judge();
  }

  /** The next rung from this one on that the peer offers; -1 when there is none. */
  #rungFrom(from: number): number {
    const open = this.#open,
      call = this.#call;
    return this.#ladder.findIndex(
      ({ model, level }, i) =>
        i >= from &&
        open !== null &&
        open.wire.contextFor(queryClass(model, 'find'), '') !== 0 &&
        (level === 'STUDY' || call.patientId !== undefined),
    );
  }

  /** Asks by the next rung that the peer offers; after the last one the round is over. */
  #climb(from: number): void {
    const open = this.#open,
      call = this.#call;
    const { parts, associations } = this.#services;
    const index = this.#rungFrom(from);
    const rung = this.#ladder[index];
    if (rung === undefined || open === null) {
      this.#judge();
      return;
    }
    // That it does not know this model is no failure, as long as there is another to ask by.
    const options = this.#rungFrom(index + 1) < 0 ? {} : { expectStatus: NOT_THIS_MODEL };
    const about = { open, service: 'C-FIND', slot: this.#slot, options };
    const exchange = new Exchange(parts, associations, about);
    // An archive that does not know a key ignores it, and answers with whatever it has.
    let first: JsonDataset | null = null;
    const isAsked = (match: JsonDataset): boolean =>
      rung.level === 'PATIENT'
        ? match['PatientID'] === call.patientId
        : match['StudyInstanceUID'] === call.uid;
    const responseMs = this.#responseMs;
    const limit = responseMs === undefined ? {} : { responseMs };
    find(
      open.wire,
      { model: rung.model, level: rung.level, keys: keysOf(rung, call), ...limit },
      {
        onMatch: (match) => {
          if (isAsked(match)) first ??= match;
          else this.#strangers++;
        },
        onDone: (result) => this.#found({ rung, index }, exchange, result, first),
      },
    );
  }

  #found(
    at: { readonly rung: Rung; readonly index: number },
    exchange: Exchange,
    result: FindResult,
    first: JsonDataset | null,
  ): void {
    if (result.failure !== null) {
      this.#lost(exchange, result.failure);
      return;
    }
    findResult(exchange, result);
    if (this.#over) return;
    if (first === null) {
      this.#climb(at.index + 1);
      return;
    }
    const count = first['NumberOfStudyRelatedInstances'] ?? '';
    this.#hit = { rung: at.rung, instances: count === '' ? undefined : Number(count) };
    this.#judge();
  }

  #lost(exchange: Exchange, failure: Failure): void {
    const fault = exchange.lost(failure);
    if (this.#over) return;
    this.#trouble = fault?.message ?? '';
    this.#leave();
    this.#judge();
  }

  /** The round is over: an answer, or another round. */
  #judge(): void {
    if (this.#over) return;
    const hit = this.#hit,
      call = this.#call;
    const visible = hit?.rung.level === 'STUDY';
    const complete =
      visible &&
      (call.instances === undefined ||
        hit.instances === undefined ||
        hit.instances >= call.instances);
    if (call.absent === true ? visible : complete) {
      this.#finish();
      return;
    }
    const { intervalMs, timeoutMs } = this.#timing;
    if (this.#elapsed + intervalMs > timeoutMs) this.#finish();
    else this.#deadline.set(intervalMs);
  }

  #finish(): void {
    this.#over = true;
    const hit = this.#hit,
      call = this.#call;
    const durationMs = this.#elapsed;
    const found = hit?.rung.level === 'STUDY';
    const reason = this.#reason();
    const ok = reason === '';
    this.#sample(durationMs, found && ok);
    this.#leave();
    this.#services.parts.host.settleJson(this.#operation, {
      found: call.absent === true ? found : found && ok,
      ok,
      skipped: false,
      durationMs,
      attempts: this.#attempts,
      ...(hit === null ? {} : { level: hit.rung.level, strategy: hit.rung.strategy }),
      ...(hit?.instances === undefined ? {} : { instances: hit.instances }),
      ...(ok ? {} : { reason }),
    });
  }

  /** What is wrong, '' when nothing is. */
  #reason(): string {
    const hit = this.#hit,
      call = this.#call;
    const seconds = `${(this.#elapsed / 1000).toFixed(1)} s`;
    if (call.absent === true) {
      if (hit?.rung.level === 'STUDY') return 'the study is there, and must not be';
      return this.#trouble === '' ? this.#others() : `nobody could be asked: ${this.#trouble}`;
    }
    if (hit === null) {
      const trouble = this.#trouble === '' ? this.#others() : this.#trouble;
      const why = trouble === '' ? '' : ` (${trouble})`;
      return `not found within ${seconds} in ${this.#attempts} attempts${why}`;
    }
    if (hit.rung.level === 'PATIENT') {
      return 'the patient is known and the study is not: it waits in a quality queue, or its order was not placed';
    }
    const { instances } = hit;
    const wanted = call.instances;
    if (wanted === undefined || instances === wanted) return '';
    if (instances === undefined) return 'the peer does not tell NumberOfStudyRelatedInstances';
    return `${instances} instances found, ${wanted} expected`;
  }

  /** '' when all that was answered was about the study. */
  #others(): string {
    const strangers = this.#strangers;
    if (strangers === 0) return '';
    const answers = strangers === 1 ? '1 answer was' : `${strangers} answers were`;
    return `${answers} about something else: the peer ignores the key`;
  }

  #sample(durationMs: number, visible: boolean): void {
    if (this.#call.absent === true) return;
    const { parts, associations } = this.#services;
    const { contexts, samples } = parts;
    const peer = associations.peerContext(parts.vu(this.#slot), this.#spec);
    const outcome = visible ? 'success' : 'failure';
    const context = contexts.with(peer, `visible ${outcome}`, { outcome });
    samples.add(contexts.series(context, 'dicom_visible_duration'), durationMs);
  }

  /** Releases the association without waiting. */
  #leave(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    open.leaving = true;
    if (open.wire.open) open.wire.release();
    this.#services.associations.abandon(open.handle);
  }

  #interrupt(): void {
    this.#over = true;
    this.#deadline.clear();
    this.#open?.wire.abort();
    this.#leave();
    this.#services.parts.host.settle(this.#operation, Answer.INTERRUPTED, 0, '');
  }
}

/** Minimal keys: some peers answer more than they must know with 0x0110. */
function keysOf({ level }: Rung, call: VerifyCall): Record<string, string> {
  if (level === 'PATIENT') return { PatientID: call.patientId ?? '' };
  const keys = { StudyInstanceUID: call.uid, NumberOfStudyRelatedInstances: '' };
  return call.patientId === undefined ? keys : { ...keys, PatientID: '' };
}

const SKIPPED = { found: false, ok: true, skipped: true, durationMs: 0, attempts: 0 };

/** Registers `verify`. */
export function wireVerifications(services: ServiceParts): void {
  const { parts, calls } = services;
  let warned = false;
  calls.on('verify', (operation, request) => {
    const call = request as unknown as VerifyCall;
    const { verify, embedded } = parts.plan;
    const usesTarget = call.peer.use === 'verify' && verify?.isTarget === true && embedded === null;
    if (call.peer.use === 'verify' && verify?.enabled === false) {
      parts.host.settleJson(operation, { ...SKIPPED, reason: 'verification is switched off' });
      return;
    }
    if (usesTarget && !warned) {
      warned = true;
      parts.log(
        'warn',
        'verify.study() asks the target itself: a router may find what it never delivered; set CFIND_HOST and CFIND_PORT to ask where it delivers',
      );
    }
    // What cannot be a key is refused here, where the script called, not at the first attempt.
    for (const rung of LADDER) encodeAttributes(keysOf(rung, call), TransferSyntax.IMPLICIT_LE);
    new Verification(services, operation, call).start();
  });
}
