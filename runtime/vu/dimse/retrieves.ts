// C-MOVE and C-GET: sub-operations are counted; what a C-GET brings is counted and hashed as it comes.
import { resolve } from 'node:path';
import { queryClass } from '../../dicom/dimse/services.ts';
import { retrieve, type RetrieveResult, type SubOperations } from '../../dicom/scu/retrieve.ts';
import type { CallRequest } from '../sandbox/calls.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { ServiceParts } from './services.ts';
import type { Expected } from './delivery.ts';
import type { Recipe } from './datasets.ts';
import { memberNumber } from '../../dicom/pool/identity.ts';
import { byKeyword } from './keys.ts';
import { Exchange, noContext, type ServiceOptions } from './exchange.ts';
import { Intake } from './intake.ts';
import type { Inboxes } from './inboxes.ts';
import type { VuSlot } from '../vu-slot.ts';

interface RetrieveCall extends ServiceOptions {
  readonly association: number;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly model?: string;
  readonly level?: string;
  readonly destination?: string;
  /** The receiver that this is, and what must arrive there. */
  readonly receiver?: number;
  readonly expected?: readonly (Recipe & { readonly uid: string; readonly studyUid: string })[];
  /** Sub-operations after which C-CANCEL is sent. */
  readonly cancelAfter?: number;
  readonly keep?: 'nothing' | 'files';
  readonly folder?: string;
}

/** Counts a finished retrieval; counters that the peer leaves out are null. */
function retrieveResult(exchange: Exchange, result: RetrieveResult): object {
  const { completed, failed, warning: warnings, remaining } = result;
  const base = exchange.answered(result, result);
  for (const [outcome, n] of [
    ['success', completed],
    ['failure', failed],
    ['warning', warnings],
  ] as const) {
    if (n !== null && n > 0) exchange.sample('dicom_suboperations', n, { outcome });
  }
  if (result.cancelledAt > 0) {
    // The final response may have been on its way, and in the same chunk as the last match.
    exchange.sample('dicom_cancel_duration', Math.max(0, result.lastByte - result.cancelledAt));
  }
  const { failedInstances } = result;
  return {
    ...base,
    remaining,
    completed,
    failed,
    warnings,
    failedInstances,
  };
}

/** What a C-GET brought is the request's traffic, not that of its iteration. */
function countReceived(exchange: Exchange, vu: VuSlot, { bytes, received }: Intake): void {
  if (received > 0) exchange.sample('dicom_instances', received, { outcome: 'success' });
  exchange.sample('data_received', bytes);
  vu.countedReceived += bytes;
}

/** Instances that the disk did not take were refused; why is told to the user. */
function tellNotKept({ open, parts, service, vu }: Exchange, failure: string): void {
  if (failure === '') return;
  const { calledAET } = open.spec.peer;
  const message = `instances were answered with 0xA700, because they cannot be kept: ${failure}`;
  const hint = 'give folder a place with room that you may write to';
  parts.errors.failed({ operation: service, code: 'DATA_FILE', message, hint, calledAET }, vu);
}

function begin(
  services: ServiceParts,
  inboxes: Inboxes,
  operation: Operation,
  asked: { readonly call: RetrieveCall; readonly slot: number },
): void {
  const { parts, associations } = services;
  const { call, slot } = asked;
  const open = associations.get(call.association);
  const { model = 'study', destination, cancelAfter = Infinity, timeoutMs } = call;
  const [kind, service] =
    destination === undefined ? (['get', 'C-GET'] as const) : (['move', 'C-MOVE'] as const);
  const sopClass = queryClass(model, kind);
  if (open.wire.contextFor(sopClass, '') === 0) throw noContext(open, sopClass, service);
  const exchange = new Exchange(parts, associations, { open, service, slot, options: call });
  announce(services, call, { route: open.spec.peer.calledAET, slot });
  const intake = kind === 'get' ? new Intake(folderOf(call, parts.plan.folder)) : null;
  if (intake !== null) inboxes.of(open).intake = intake;
  const request = {
    ...{ model, level: call.level ?? 'STUDY', keys: byKeyword(call.keys, kind) },
    ...(destination === undefined ? {} : { destination }),
    ...(timeoutMs === undefined ? {} : { responseMs: timeoutMs }),
  };
  const running = retrieve(open.wire, request, {
    onProgress: (counters) => doneOf(counters) >= cancelAfter && running.cancel(),
    onDone: (result) => {
      intake?.close();
      if (intake !== null) tellNotKept(exchange, intake.failure);
      if (result.failure !== null) exchange.fail(operation, result.failure);
      else {
        if (intake !== null) countReceived(exchange, parts.vu(slot), intake);
        const answer = { ...retrieveResult(exchange, result), ...intake?.result() };
        parts.host.settleJson(operation, answer);
      }
    },
  });
  if (intake !== null) intake.onInstance = (n) => n >= cancelAfter && running.cancel();
  operation.cancel = (): void => open.wire.abort();
}

/** What must arrive at a receiver of the run is awaited there before the request goes out. */
function announce(
  { delivery }: ServiceParts,
  { receiver, expected = [] }: RetrieveCall,
  from: { readonly route: string; readonly slot: number },
): void {
  if (receiver !== undefined) delivery.awaited({ receiver, ...from }, expected.map(asSent));
}

/** An instance as its archive was sent it. */
function asSent(one: NonNullable<RetrieveCall['expected']>[number]): Expected {
  const { uid, studyUid, prototype, study, series, instance, fresh, edits } = one;
  const recipe = {
    identity: fresh ? ([study, memberNumber(series, instance)] as const) : null,
    edits: edits === undefined ? null : JSON.stringify(edits),
  };
  return { uid, studyUid, prototype, recipe };
}

/** Sub-operations that are over. */
function doneOf({ completed, failed, warning }: SubOperations): number {
  return (completed ?? 0) + (failed ?? 0) + (warning ?? 0);
}

/** Registers `move` and `get`. */
export function wireRetrieves(services: ServiceParts, inboxes: Inboxes): void {
  for (const op of ['move', 'get']) {
    services.calls.on(op, (operation, request: CallRequest, slot) => {
      const call = request as unknown as RetrieveCall;
      begin(services, inboxes, operation, { call, slot });
    });
  }
}

function folderOf(call: RetrieveCall, base: string): string | null {
  return call.keep === 'files' ? resolve(base, call.folder ?? 'received') : null;
}
