// Values of a script as texts. A script may hand anything to anything: getters and `toString` that
// throw, proxies, symbols, texts of hundreds of megabytes.

/** Longest text of an error, a reason or a name; longer ones are cut and say so. */
export const LONGEST_TEXT = 8_192;

/** A text of at most `most` characters. */
export function cutText(text: string, most = LONGEST_TEXT): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}… (${text.length} characters)`;
}

/** Any value as a text that is no longer than {@link LONGEST_TEXT}. Never throws. */
export function textOf(value: unknown): string {
  try {
    return cutText(wordsOf(value));
  } catch {
    return 'a value that cannot be read';
  }
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return `[Function ${value.name || 'anonymous'}]`;
  if (value instanceof Error) {
    const { name, message } = value;
    return name === 'Error' ? String(message) : `${String(name)}: ${String(message)}`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value) ?? String(value);
}
