// Reads what came with a request; what cannot be read is answered, not thrown. Writes answers.
import { DataError } from '../element/data-error.ts';
import { compileEdits, type Edits } from '../edit/edits.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { type JsonDataset, openDataset, toJson } from '../element/json.ts';
import type { IncomingRequest } from '../dimse/incoming.ts';
import type { Attributes } from '../dimse/model.ts';
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
    const { message: errorComment } = error;
    association.respond(request, { status: Status.CANNOT_UNDERSTAND, errorComment });
    return null;
  }
}

const NOTHING = Buffer.alloc(0);
const BEYOND_ASCII = /[^\x00-\x7f]/;

/** Encodes a response identifier; text beyond ASCII goes as UTF-8 unless it says its own set. */
export function encodeRecord(record: Attributes, transferSyntax: string): Buffer {
  const edits = editsOf(record);
  const wide = BEYOND_ASCII.test(JSON.stringify(record, withoutBigints));
  const all = wide ? { SpecificCharacterSet: 'ISO_IR 192', ...edits } : edits;
  return patchHeader(NOTHING, transferSyntax, compileEdits(all), { lenient: true });
}

/** Keys without a value are answered with none; as an edit null would leave them out. */
function editsOf(record: Attributes): Edits {
  const edits: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(record)) edits[keyword] = editOf(value);
  return edits as Edits;
}

function editOf(value: unknown): unknown {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '';
  if (!Array.isArray(value)) return value;
  return value.map((one: unknown) =>
    typeof one === 'object' && one !== null ? editsOf(one as Attributes) : one,
  );
}

function withoutBigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
