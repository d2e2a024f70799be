// `metric{tag:value,tag2:value2}`: the name of a metric or of a sub-metric.

export interface Selector {
  /** As written, trimmed. */
  readonly text: string;
  readonly metric: string;
  /** All of them must be present in a sample; empty for the whole metric. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Null when it is not of that form. Values may stand in double or single quotes. */
export function parseSelector(text: string): Selector | null {
  const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\{(.*)\})?\s*$/s.exec(text);
  const metric = match?.[1];
  if (match === null || metric === undefined) return null;
  const body = match[2];
  const tags: Record<string, string> = {};
  if (body !== undefined && body.trim() !== '') {
    for (const part of splitTags(body)) {
      const colon = part.indexOf(':');
      const key = colon < 0 ? '' : part.slice(0, colon).trim();
      if (key === '') return null;
      tags[key] = unquoted(part.slice(colon + 1).trim());
    }
  }
  return { text: text.trim(), metric, tags };
}

/** Whether a series with these tags is counted in the sub-metric. */
export function selects(selector: Selector, tags: Readonly<Record<string, string>>): boolean {
  for (const [key, value] of Object.entries(selector.tags)) {
    if ((tags[key] ?? '') !== value) return false;
  }
  return true;
}

function splitTags(body: string): string[] {
  const parts: string[] = [];
  let from = 0;
  // The quote that is open. One inside a value, as in `O'Neill`, opens nothing.
  let quote = '';
  for (let i = 0; i < body.length; i++) {
    const char = body[i] ?? '';
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (/["']/.test(char) && /:\s*$/.test(body.slice(from, i))) quote = char;
    if (char === ',' && quote === '') {
      parts.push(body.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(body.slice(from));
  return parts;
}

function unquoted(value: string): string {
  return /^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value;
}
