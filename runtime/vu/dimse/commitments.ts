// Storage commitment from a script: the request, then its report, on the association of the request
// or on one of the peer's own to a receiver of the run.
import { randomUUID } from 'node:crypto';
import { Answer } from '../../../api/bridge.ts';
import { SopClass } from '../../dicom/dimse/uids.ts';
import {
  type CommitReport,
  judgeCommitment,
  requestCommitment,
  type SopReference,
} from '../../dicom/scu/commitment.ts';
import type { NormalizedResult } from '../../dicom/scu/normalized.ts';
import { failureFault, peerText } from '../associations/faults.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { ServiceParts } from './services.ts';
import { Deadline } from './deadline.ts';
import { Exchange, noContext, type ServiceOptions } from './exchange.ts';
import type { Inboxes } from './inboxes.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

interface CommitCall extends ServiceOptions {
  readonly association: number;
  readonly items: readonly { readonly sopClass: string; readonly uid: string }[];
  /** Declaration number of a receiver. */
  readonly reportTo?: number;
}

/** A UID of 128 random bits (PS3.5 B.2). */
function randomUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}

/** One request and the wait for its report. Whichever way it comes, it is taken once. */
class Commitment {
  readonly #services: ServiceParts;
  readonly #operation: Operation;
  readonly #exchange: Exchange;
  readonly #transaction = randomUid();
  readonly #timeoutMs: number;
  readonly #deadline: Deadline;
  readonly #stops: (() => void)[] = [];
  #answer: object | null = null;
  #startedAt = 0;
  #asked: readonly string[] = [];
  #report: CommitReport | null = null;

  constructor(
    services: ServiceParts,
    operation: Operation,
    exchange: Exchange,
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
  ) {
    this.#services = services;
    this.#operation = operation;
    this.#exchange = exchange;
    this.#timeoutMs = timeoutMs;
    this.#deadline = new Deadline(services.parts.timers, () => this.#late());
  }

  start(call: CommitCall, inboxes: Inboxes): void {
    const { open } = this.#exchange;
    this.#asked = call.items.map(({ uid }) => uid);
    const references: SopReference[] = call.items.map(({ sopClass, uid }) => ({
      sopClass,
      sopInstance: uid,
    }));
    const { reports } = inboxes.of(open);
    reports.expect(this.#transaction, (report) => this.#reported(report));
    this.#stops.push(() => reports.forget(this.#transaction));
    if (call.reportTo !== undefined) {
      this.#stops.push(
        this.#services.delivery.awaitReport(call.reportTo, this.#transaction, (json) =>
          this.#reported(JSON.parse(json) as CommitReport),
        ),
      );
    }
    this.#operation.cancel = (): void => this.#interrupt();
    this.#startedAt = performance.now();
    requestCommitment(open.wire, this.#transaction, references, (result) =>
      this.#requested(result),
    );
    this.#deadline.set(this.#timeoutMs);
  }

  #requested(result: NormalizedResult): void {
    if (result.failure !== null) {
      this.#stop();
      this.#exchange.fail(this.#operation, result.failure);
      return;
    }
    const response = this.#exchange.answered(result);
    this.#answer = response;
    if (!response.ok) {
      const nothing = { committed: [], failed: [...new Set(this.#asked)], unasked: [] };
      this.#settle({ ...response, ...nothing, durationMs: 0 });
    } else if (this.#report !== null) this.#finish(this.#report);
  }

  #reported(report: CommitReport): void {
    this.#report ??= report;
    // A report may overtake the response to its request.
    if (this.#answer !== null) this.#finish(report);
  }

  #finish(report: CommitReport): void {
    const durationMs = performance.now() - this.#startedAt;
    const { ok, committed, failed, unasked, reason } = judgeCommitment(this.#asked, report);
    const outcome = ok ? 'success' : 'failure';
    this.#exchange.sample('dicom_commit_duration', durationMs, { outcome });
    if (reason !== '') this.#tell(reason);
    const why = reason === '' ? {} : { reason };
    this.#settle({ ...this.#answer, ok, outcome, committed, failed, unasked, ...why, durationMs });
  }

  #tell(reason: string): void {
    const { parts } = this.#services;
    const { peer } = this.#exchange.open.spec;
    const code = 'COMMIT_INCOMPLETE';
    const message = `${peerText(peer)} reported the storage commitment: ${reason} (PS3.4 J.3.3)`;
    const about = { operation: 'N-EVENT-REPORT', code, message, calledAET: peer.calledAET };
    parts.errors.failed(about, parts.vu(this.#operation.slot));
  }

  #late(): void {
    this.#stop();
    const { parts } = this.#services;
    const { open, service } = this.#exchange;
    const ms = this.#timeoutMs;
    const fault = {
      ...failureFault({ kind: 'timeout', phase: 'response', ms }, open.spec.peer, service),
      code: 'TIMEOUT_REPORT',
      message: `${open.spec.peer.calledAET}: no report of the storage commitment within ${ms} ms (N-EVENT-REPORT; PS3.4 J.3.3)`,
      hint: 'the peer sends it to the AE title that asked: set reportTo to a receiver it knows, or keep the association open',
      fields: { phase: 'report', ms },
    };
    const vu = parts.vu(this.#operation.slot);
    parts.errors.failed({ operation: 'N-EVENT-REPORT', ...fault }, vu);
    this.#exchange.sample('dicom_commit_duration', ms, { outcome: 'timeout' });
    parts.host.fail(this.#operation, fault);
  }

  #interrupt(): void {
    this.#stop();
    this.#exchange.open.wire.abort();
    this.#services.parts.host.settle(this.#operation, Answer.INTERRUPTED, 0, '');
  }

  #settle(result: object): void {
    this.#stop();
    this.#services.parts.host.settleJson(this.#operation, result);
  }

  #stop(): void {
    this.#deadline.clear();
    for (const stop of this.#stops.splice(0)) stop();
  }
}

/** Registers `commit`. */
export function wireCommitments(services: ServiceParts, inboxes: Inboxes): void {
  const { parts, calls, associations } = services;
  calls.on('commit', (operation, request, slot) => {
    const call = request as unknown as CommitCall;
    const open = associations.get(call.association);
    const sopClass = SopClass.STORAGE_COMMITMENT;
    if (open.wire.contextFor(sopClass, '') === 0) throw noContext(open, sopClass, 'N-ACTION');
    const about = { open, service: 'N-ACTION', slot, options: call };
    const exchange = new Exchange(parts, associations, about);
    new Commitment(services, operation, exchange, call.timeoutMs).start(call, inboxes);
  });
}
