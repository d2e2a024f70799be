// N-CREATE, N-SET, N-GET, N-ACTION, N-EVENT-REPORT, N-DELETE.
import { NORMALIZED_CALLS } from '../../dicom/dimse/services.ts';
import { normalized } from '../../dicom/scu/normalized.ts';
import type { CallRequest } from '../sandbox/calls.ts';
import type { OpenAssociation } from '../associations/associations.ts';
import { badArgument } from '../sandbox/host.ts';
import { sopClassOf } from '../names.ts';
import type { Operation } from '../sandbox/operation.ts';
import type { ServiceParts } from './services.ts';
import { byKeyword } from './keys.ts';
import { Exchange, noContext, type ServiceOptions } from './exchange.ts';

interface NormalisedCall extends ServiceOptions {
  readonly association: number;
  /** UID or name. */
  readonly sopClass: string;
  readonly sopInstance: string | null;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly keywords?: readonly string[];
  readonly type?: number;
  /** Presentation context to use: UID or name of a meta SOP class. */
  readonly context?: string;
}

/** Meta SOP classes of print management (PS3.4 H.3.2): their members have no context of their own. */
const PRINT_META: readonly string[] = ['1.2.840.10008.5.1.1.9', '1.2.840.10008.5.1.1.18'];
const PRINT_CLASS = '1.2.840.10008.5.1.1.';

/** The SOP class of a name or UID. @throws RingFault */
export function classOf(name: string, service: string): string {
  const uid = sopClassOf(name);
  if (uid !== null) return uid;
  throw badArgument(
    `${service}: unknown SOP class "${name}"`,
    "give a UID, or a name such as 'MPPS'",
  );
}

/** The abstract syntax of the context to send on. */
function contextClass(open: OpenAssociation, call: NormalisedCall, service: string): string {
  const sopClass = classOf(call.context ?? call.sopClass, service);
  if (open.wire.contextFor(sopClass, '') !== 0) return sopClass;
  const meta = sopClass.startsWith(PRINT_CLASS)
    ? PRINT_META.find((uid) => open.wire.contextFor(uid, '') !== 0)
    : undefined;
  if (meta === undefined) throw noContext(open, sopClass, service);
  return meta;
}

/** Registers the six services. */
export function wireNormalised({ parts, calls, associations }: ServiceParts): void {
  for (const [op, service] of NORMALIZED_CALLS) {
    calls.on(op, (operation: Operation, request: CallRequest, slot: number) => {
      const call = request as unknown as NormalisedCall;
      const open = associations.get(call.association);
      const context = contextClass(open, call, service);
      const exchange = new Exchange(parts, associations, { open, service, slot, options: call });
      operation.cancel = (): void => open.wire.abort();
      normalized(
        open.wire,
        {
          service,
          sopClass: classOf(call.sopClass, service),
          sopInstance: call.sopInstance ?? '',
          contextClass: context,
          attributes: call.attributes === undefined ? null : byKeyword(call.attributes, op),
          ...(call.keywords === undefined ? {} : { wanted: call.keywords }),
          ...(call.type === undefined ? {} : { typeId: call.type }),
          ...(call.timeoutMs === undefined ? {} : { responseMs: call.timeoutMs }),
        },
        (result) => {
          if (result.failure !== null) {
            exchange.fail(operation, result.failure);
            return;
          }
          const base = exchange.answered(result);
          const { attributes, sopInstance } = result;
          parts.host.settleJson(operation, { ...base, attributes: attributes ?? {}, sopInstance });
        },
      );
    });
  }
}
