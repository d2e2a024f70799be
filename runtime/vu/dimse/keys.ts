// Attributes of a request as scripts write them: every name has to be known, tags become keywords.
import type { Attributes } from '../../dicom/dimse/model.ts';
import { keywordOf, tagOf } from '../../dicom/element/dictionary.ts';
import { badArgument } from '../sandbox/host.ts';

/**
 * Attributes by keyword, sequences included; an unknown name is an error, not a key that is left out.
 *
 * @throws DataError `DATA_UNKNOWN_TAG` with the nearest keyword
 */
export function byKeyword(attributes: Attributes, what: string): Record<string, unknown> {
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
    throw badArgument(
      `${what}: needs attributes as an object by keyword`,
      "for example { PatientID: 'T1', StudyInstanceUID: '' }",
    );
  }
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const keyword = keywordOf(tagOf(name));
    if (/^[0-9a-f]{8}$/.test(keyword)) {
      throw badArgument(`${what}: "${name}" is private or unknown to the data dictionary`);
    }
    known[keyword] = isItems(value) ? value.map((item) => byKeyword(item, what)) : value;
  }
  return known;
}

function isItems(value: unknown): value is Attributes[] {
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

function isItem(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
