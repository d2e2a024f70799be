// Spellings of other tools, made ours before the parser sees them: dcmtk's single-dash long options.

const DCMTK_LONG: Readonly<Record<string, string>> = {
  '-aec': '--aec',
  '-aet': '--aet',
  '-aem': '--aem',
  '-to': '--timeout',
  '-ta': '--timeout',
  '-td': '--timeout',
  '+II': '--invent',
  '+IR': '--images-per-series',
  '+IS': '--series-per-study',
  '+IP': '--studies-per-patient',
};

/** How dcmtk's users write one of our long flags. */
export function dcmtkForms(long: string | undefined): readonly string[] {
  return Object.keys(DCMTK_LONG).filter((form) => DCMTK_LONG[form] === long);
}

/** `-aec X -aet Y host port` reads like `--aec X --aet Y host port`; all else is left alone. */
export function normaliseArgv(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((token, i) => {
    if (end !== -1 && i > end) return token;
    return Object.hasOwn(DCMTK_LONG, token) ? (DCMTK_LONG[token] ?? token) : token;
  });
}

/** Where a peer is and what it is called, as the command line says it. */
export interface ConnectWords {
  /** `AET@host:port`, or just `host:port`. */
  readonly connect?: string;
  readonly aec?: string;
  readonly host?: string;
  readonly port?: string;
}

/**
 * dcmtk's words as one of ours: `-aec X host port` is `-c X@host:port`. dcmtk's default called AE
 * title is ANY-SCP; without host and port there is nothing to say.
 */
export function connectFrom(words: ConnectWords): string | undefined {
  if (words.connect !== undefined) return words.connect;
  if (words.host === undefined) return undefined;
  if (words.host.includes('@')) return words.host;
  const host = words.host.includes(':') ? `[${words.host}]` : words.host;
  const port = words.port === undefined ? '' : `:${words.port}`;
  return `${words.aec ?? 'ANY-SCP'}@${host}${port}`;
}

/** The arguments of a command, with dcmtk's `host port` taken out of them. */
export interface SplitWords {
  readonly words: readonly string[];
  readonly host?: string;
  readonly port?: string;
}

const isPort = (word: string | undefined): boolean => word !== undefined && /^\d{1,5}$/.test(word);

/**
 * `storescu host port file…` and `file… host port` both name the peer. Only a word that stands
 * before a port and is no file (`exists`) is taken for a host.
 */
export function splitHostPort(
  words: readonly string[],
  exists: (word: string) => boolean,
): SplitWords {
  for (const at of [0, words.length - 2]) {
    const [host, port] = [words[at], words[at + 1]];
    if (words.length < 3 || host === undefined || port === undefined) continue;
    if (!isPort(port) || exists(host) || exists(port)) continue;
    return { words: [...words.slice(0, at), ...words.slice(at + 2)], host, port };
  }
  return { words };
}
