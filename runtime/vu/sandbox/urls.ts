// URLs for a script: parsed here, by Node's own parser, from a text to texts.

/** A longer text is no URL to a script: parsing it would hold up the worker. */
const LONGEST = 1 << 20;

/** What may be set, as the URL Standard has it. */
const SETTABLE = [
  ...['href', 'protocol', 'username', 'password', 'host', 'hostname'],
  ...['port', 'pathname', 'search', 'hash'],
] as const;
type Settable = (typeof SETTABLE)[number];

const isSettable = (name: unknown): name is Settable => SETTABLE.some((one) => one === name);

/**
 * The parts of a URL, as a JSON list in the order of `SETTABLE` and then the origin; '' for what is
 * no URL.
 *
 * @param request JSON `[url]`, `[url, base]`, or `[url, null, part, value]` to set a part
 */
export function urlParts(request: string): string {
  if (request.length > LONGEST) return '';
  const [text, base, part, value] = JSON.parse(request) as readonly unknown[];
  try {
    const url = typeof base === 'string' ? new URL(textOf(text), base) : new URL(textOf(text));
    if (isSettable(part)) url[part] = textOf(value);
    return JSON.stringify([...SETTABLE.map((name) => url[name]), url.origin]);
  } catch {
    // why: that a text is no URL is the answer
    return '';
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
