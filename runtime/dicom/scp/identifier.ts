// Reads what came with a request; what cannot be read is answered, not thrown.
import { DataError } from '../data/data-error.ts';
import { type JsonDataset, openDataset, toJson } from '../data/json.ts';
import type { IncomingRequest } from '../dimse/incoming.ts';
import { Status } from '../dimse/status.ts';
import type { Association } from '../ul/association.ts';

/** The transfer syntax of a request's context. */
export function syntaxOf(association: Association, request: IncomingRequest): string {
  return association.context(request.contextId)?.transferSyntax ?? '';
}

/** The data set by keyword, {} for none; null when it is malformed, and 0xC000 was answered. */
export function readIdentifier(
  association: Association,
  request: IncomingRequest,
  dataset: Buffer | null,
): JsonDataset | null {
  if (dataset === null) return {};
  try {
    return toJson(openDataset(dataset, syntaxOf(association, request)));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const errorComment = error.message.replace(/[^\x20-\x7e]/g, '').slice(0, 64);
    association.respond(request, { status: Status.CANNOT_UNDERSTAND, errorComment });
    return null;
  }
}
