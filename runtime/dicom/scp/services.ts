// Puts services together to one handler: who answers which request.
import { CommandField } from '../dimse/elements.ts';
import type { IncomingRequest } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';
import { SopClass } from '../dimse/uids.ts';
import type { Association, RequestHandler } from '../ul/association.ts';

/** Answers requests of one kind. */
export interface RequestService {
  onRequest(association: Association, request: IncomingRequest, dataset: Buffer | null): void;
  onCancel?(association: Association, messageId: number): void;
}

export interface Services {
  /** C-ECHO (default: success). */
  readonly echo?: RequestService;
  /** C-STORE. */
  readonly store?: Pick<RequestHandler, 'onStore' | 'onStoreData' | 'onStoreEnd'>;
  /** C-FIND of the query models and of the worklist. */
  readonly find?: RequestService;
  readonly worklist?: RequestService;
  /** C-MOVE and C-GET. */
  readonly retrieve?: RequestService;
  /** N-*, other than storage commitment. */
  readonly normalized?: RequestService;
  readonly commitment?: RequestService;
}

const ECHO: RequestService = {
  onRequest: (association, request) => association.respond(request, { status: Status.SUCCESS }),
};

function serviceFor(services: Services, request: IncomingRequest): RequestService | undefined {
  switch (request.commandField) {
    case CommandField.C_ECHO_RQ:
      return services.echo ?? ECHO;
    case CommandField.C_FIND_RQ: {
      const isWorklist = request.sopClass() === SopClass.WORKLIST_FIND;
      return isWorklist ? (services.worklist ?? services.find) : services.find;
    }
    case CommandField.C_MOVE_RQ:
    case CommandField.C_GET_RQ:
      return services.retrieve;
    case CommandField.N_ACTION_RQ: {
      const isCommitment = request.sopClass() === SopClass.STORAGE_COMMITMENT;
      return isCommitment ? services.commitment : services.normalized;
    }
    default:
      return services.normalized;
  }
}

/** One handler for all of them; what has no service is refused (0x0122 or 0x0211). */
export function serviceHandler(services: Services): RequestHandler {
  const { store } = services;
  const cancellable = [services.find, services.worklist, services.retrieve];
  return {
    onStore: (association, request) => store?.onStore?.(association, request),
    onStoreData: (...piece) => store?.onStoreData?.(...piece),
    onStoreEnd: (association, request) =>
      store?.onStoreEnd?.(association, request) ?? Status.SOP_CLASS_NOT_SUPPORTED,
    onRequest: (association, request, dataset) => {
      const service = serviceFor(services, request);
      if (service !== undefined) service.onRequest(association, request, dataset);
      else association.respond(request, { status: Status.UNRECOGNIZED_OPERATION });
    },
    onCancel: (association, messageId) => {
      for (const service of cancellable) service?.onCancel?.(association, messageId);
    },
  };
}
