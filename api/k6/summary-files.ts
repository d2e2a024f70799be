// What handleSummary returns, as it goes to the host: texts, bytes as numbers, anything else as JSON.
import type { SummaryData, TextSummaryOptions } from './summary-data.ts';
import { badArgument } from '../sandbox/errors.ts';

/** By file name, or `stdout` and `stderr`; undefined for nothing. Refuses what cannot be written. */
export function filesOf(result: unknown): Record<string, unknown> | undefined {
  if (result === undefined || result === null) return undefined;
  if (typeof result !== 'object' || Array.isArray(result) || bytesOf(result) !== null) {
    throw badArgument("handleSummary: must return { stdout: 'text', 'file': 'text or bytes' }");
  }
  const files: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(result)) files[name] = fileOf(name, value);
  return files;
}

function fileOf(name: string, value: unknown): unknown {
  if (typeof value === 'string') return value;
  const bytes = bytesOf(value);
  if (bytes !== null) return { bytes: Array.from(bytes) };
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  throw badArgument(`handleSummary: "${name}" is ${String(value)}, and not text or bytes`);
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return null;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

let texts: { readonly plain: string; readonly coloured: string; readonly noColor: boolean } | null =
  null;

/** What the host tells: the argument of handleSummary, and the summary as text for {@link summaryText}. */
export function summaryOf(told: unknown): unknown {
  const { data, texts: both } = told as {
    readonly data: SummaryData;
    readonly texts: { readonly plain: string; readonly coloured: string };
  };
  texts = { ...both, noColor: data.options.noColor };
  return data;
}

/** The summary as dicomrun prints it; only in handleSummary. */
export function summaryText({ enableColors, indent = '' }: TextSummaryOptions = {}): string {
  if (texts === null) throw badArgument('textSummary() is only allowed in handleSummary()');
  const text = (enableColors ?? !texts.noColor) ? texts.coloured : texts.plain;
  return indent === '' ? text : text.replace(/^(?=.)/gm, () => indent);
}
