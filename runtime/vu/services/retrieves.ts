// C-MOVE and C-GET: sub-operations are counted; what a C-GET brings is counted and hashed as it comes.
import { resolve } from 'node:path';
import { queryClass } from '../../dicom/dimse/uids.ts';
import { retrieve, type RetrieveResult } from '../../dicom/scu/retrieve.ts';
import type { CallRequest } from '../calls.ts';
import type { Operation } from '../operation.ts';
import type { ServiceParts } from '../services.ts';
import { Exchange, noContext, type ServiceOptions } from './exchange.ts';
import { Intake } from './intake.ts';
import type { Inboxes } from './inboxes.ts';

interface RetrieveCall extends ServiceOptions {
  readonly association: number;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly model?: string;
  readonly level?: string;
  readonly destination?: string;
  /** Sub-operations after which C-CANCEL is sent. */
  readonly cancelAfter?: number;
  readonly keep?: 'nothing' | 'files';
  readonly folder?: string;
}

/** Counts a finished retrieval; counters a peer leaves out read as 0. */
function retrieveResult(exchange: Exchange, result: RetrieveResult): object {
  const base = exchange.answered(result);
  const count = (value: number): number => Math.max(0, value);
  const completed = count(result.completed);
  const failed = count(result.failed);
  const warnings = count(result.warning);
  for (const [outcome, n] of [
    ['success', completed],
    ['failure', failed],
    ['warning', warnings],
  ] as const) {
    if (n > 0) exchange.sample('dicom_suboperations', n, { outcome });
  }
  if (result.cancelledAt > 0) {
    exchange.sample('dicom_cancel_duration', result.lastByte - result.cancelledAt);
  }
  const { failedInstances } = result;
  return { ...base, remaining: count(result.remaining), completed, failed, warnings, failedInstances };
}

/** Registers `move` and `get`. */
export function wireRetrieves(services: ServiceParts, inboxes: Inboxes): void {
  const { parts, calls, associations } = services;
  const { host } = parts;

  const begin = (operation: Operation, call: RetrieveCall, slot: number): void => {
    const open = associations.get(call.association);
    const { model = 'study', keys, destination, cancelAfter = Infinity, timeoutMs } = call;
    const kind = destination === undefined ? 'get' : 'move';
    const service = kind === 'get' ? 'C-GET' : 'C-MOVE';
    const sopClass = queryClass(model, kind);
    if (open.wire.contextFor(sopClass, '') === 0) throw noContext(open, sopClass, service);
    const exchange = new Exchange(parts, associations, { open, service, slot, options: call });
    const intake = kind === 'get' ? new Intake(folderOf(call, parts.plan.folder)) : null;
    if (intake !== null) inboxes.of(open).intake = intake;
    const onDone = (result: RetrieveResult): void => {
      intake?.close();
      if (result.failure !== null) exchange.fail(operation, result.failure);
      else host.settleJson(operation, { ...retrieveResult(exchange, result), ...intake?.result() });
    };
    const running = retrieve(
      open.wire,
      {
        model,
        level: call.level ?? 'STUDY',
        keys,
        ...(destination === undefined ? {} : { destination }),
        ...(timeoutMs === undefined ? {} : { responseMs: timeoutMs }),
      },
      {
        onProgress: ({ completed, failed, warning }) => {
          const done = Math.max(0, completed) + Math.max(0, failed) + Math.max(0, warning);
          if (done >= cancelAfter) running.cancel();
        },
        onDone,
      },
    );
    if (intake !== null) intake.onInstance = (n) => n >= cancelAfter && running.cancel();
    operation.cancel = (): void => open.wire.abort();
  };

  const handler = (operation: Operation, call: CallRequest, slot: number): void =>
    begin(operation, call as unknown as RetrieveCall, slot);
  calls.on('move', handler);
  calls.on('get', handler);
}

function folderOf(call: RetrieveCall, base: string): string | null {
  return call.keep === 'files' ? resolve(base, call.folder ?? 'received') : null;
}
