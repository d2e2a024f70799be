// Spellings of other tools, made ours before the parser sees them: dcmtk's single-dash long options.

const DCMTK_LONG: Readonly<Record<string, string>> = {
  '-aec': '--aec',
  '-aet': '--aet',
  '-aem': '--aem',
  '-to': '--timeout',
  '-ta': '--timeout',
  '-td': '--timeout',
};

/** `-aec X -aet Y host port` reads like `--aec X --aet Y host port`; all else is left alone. */
export function normaliseArgv(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((token, i) => {
    if (end !== -1 && i > end) return token;
    return DCMTK_LONG[token] ?? token;
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
  const host = words.host.includes(':') ? `[${words.host}]` : words.host;
  const port = words.port === undefined ? '' : `:${words.port}`;
  return `${words.aec ?? 'ANY-SCP'}@${host}${port}`;
}
