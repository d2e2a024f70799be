// Identifiers of the archive's answers: plain objects by keyword <-> encoded data sets.
import { compileEdits } from '../../dicom/data/edits.ts';
import type { EditItem, Edits } from '../../dicom/data/edits.ts';
import { patchHeader } from '../../dicom/data/header-patch.ts';
import { openDataset, toJson } from '../../dicom/data/json.ts';
import type { JsonDataset, JsonValue } from '../../dicom/data/json.ts';
import { isItems } from './matching.ts';

const EMPTY = Buffer.alloc(0);

/**
 * Reads an identifier.
 * @throws DataError `DATA_MALFORMED`
 */
export function readIdentifier(dataset: Buffer, transferSyntax: string): JsonDataset {
  return toJson(openDataset(dataset, transferSyntax));
}

/** Encodes an identifier; text beyond ASCII goes as UTF-8 (PS3.3 C.12.1.1.2). */
export function writeIdentifier(json: JsonDataset, transferSyntax: string): Buffer {
  const edits = editsOf(json);
  const withCharset = isAscii(json) ? edits : { ...edits, SpecificCharacterSet: 'ISO_IR 192' };
  return patchHeader(EMPTY, transferSyntax, compileEdits(withCharset), { lenient: true });
}

function editsOf(json: JsonDataset): Edits {
  const edits: Record<string, Edits[string]> = {};
  for (const [keyword, value] of Object.entries(json)) edits[keyword] = editOf(value);
  return edits;
}

function editOf(value: JsonValue): Edits[string] {
  if (value === null) return '';
  if (Array.isArray(value) && value.length === 0) return '';
  if (isItems(value)) return value.map((item) => editsOf(item) as EditItem);
  return value as Edits[string];
}

function isAscii(json: JsonDataset): boolean {
  return /^[\x00-\x7f]*$/.test(
    JSON.stringify(json, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    ),
  );
}
