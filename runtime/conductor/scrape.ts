// `--scrape NAME=URL`: numbers that the system under test publishes as Prometheus text, beside ours.
import type { Options } from '../config/types.ts';
import { EMBEDDED_PAGE } from './share.ts';
import type { EmbeddedAddress } from '../threads/acceptor.ts';

const TIMEOUT_MS = 4_000;
const MAX_SERIES = 200;
const MAX_BYTES = 5_000_000;

/** One value of a page. */
export interface PageSample {
  /** `http_requests_total` */
  readonly metric: string;
  /** Labels as they stand, `{code="200"}`, or ''. */
  readonly labels: string;
  readonly value: number;
}

/** Lines `name{labels} value [timestamp]`; comments and what is no number are left out. */
export function parsePage(text: string): readonly PageSample[] {
  const samples: PageSample[] = [];
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z_:][A-Za-z0-9_:]*)(\{.*\})?\s+(\S+)/.exec(line);
    const value = Number(match?.[3]);
    if (match === null || !Number.isFinite(value)) continue;
    samples.push({ metric: match[1] ?? '', labels: match[2] ?? '', value });
  }
  return samples;
}

/** An address without user and password, which go into a header: they are shown nowhere. */
export function withoutCredentials(url: string): {
  readonly bare: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === '' && password === '') return { bare: url, headers: {} };
  parsed.username = '';
  parsed.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  return { bare: parsed.href, headers: { authorization } };
}

/** The beginning of a page; what comes after that is not waited for, be it without end. */
async function firstBytes(response: Response, most: number): Promise<string> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (reader !== undefined && bytes < most) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array };
    if (done || value === undefined) break;
    chunks.push(value);
    bytes += value.length;
  }
  await reader?.cancel();
  return Buffer.concat(chunks).toString('utf8', 0, most);
}

export interface ScraperPorts {
  readonly sample: (metric: string, tags: Readonly<Record<string, string>>, value: number) => void;
  /** Once per page: it cannot be read, or has too many series. */
  readonly warn: (text: string) => void;
}

/** Reads every page at each interval, and once more when it is stopped. */
export class Scraper {
  readonly #pages: readonly { readonly name: string; readonly url: string }[];
  readonly #ports: ScraperPorts;
  readonly #warned = new Set<string>();
  readonly #known = new Map<string, Set<string>>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  readonly #everyMs: number;

  constructor(options: Options, embedded: EmbeddedAddress | null, ports: ScraperPorts) {
    this.#ports = ports;
    this.#everyMs = options.scrapeIntervalMs;
    this.#pages = options.scrape.flatMap(({ name, url }) => {
      if (url !== EMBEDDED_PAGE) return [{ name, url }];
      const port = embedded?.metricsPort ?? 0;
      return port === 0 ? [] : [{ name, url: `http://${embedded?.host}:${port}/metrics` }];
    });
  }

  start(): void {
    if (this.#pages.length === 0) return;
    this.#timer = setInterval(() => void this.#readAll(), this.#everyMs);
    void this.#readAll();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#readAll();
    this.#stopped = true;
  }

  async #readAll(): Promise<void> {
    await Promise.all(
      this.#pages.map((page) =>
        this.#read(page).catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          this.#warn(
            page.name,
            `--scrape ${page.name}: ${withoutCredentials(page.url).bare} cannot be read: ${why}`,
          );
        }),
      ),
    );
  }

  async #read({ name, url }: { readonly name: string; readonly url: string }): Promise<void> {
    const { bare, headers } = withoutCredentials(url);
    const response = await fetch(bare, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const text = await firstBytes(response, MAX_BYTES);
    if (this.#stopped) return;
    const known = this.#known.get(name) ?? new Set<string>();
    this.#known.set(name, known);
    for (const { metric, labels, value } of parsePage(text)) {
      const key = metric + labels;
      if (!known.has(key) && known.size >= MAX_SERIES) {
        this.#warn(name, `--scrape ${name}: only the first ${MAX_SERIES} series are kept`);
        continue;
      }
      known.add(key);
      this.#ports.sample(`target_${metric}`, { series: name + labels }, value);
    }
  }

  #warn(name: string, text: string): void {
    if (this.#stopped || this.#warned.has(name)) return;
    this.#warned.add(name);
    this.#ports.warn(text);
  }
}
