// What handleSummary returns, as it goes to the host: texts, bytes as numbers, anything else as JSON.
import { badArgument } from './errors.ts';

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
