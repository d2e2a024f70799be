// What scripts hand to a web server and get from it. Times are ms.
import type { Dataset, Study } from '../dicom/data.ts';
import type { Pool } from '../dicom/pool.ts';
import type { Receiver } from '../dicom/delivery/receiver.ts';
import type { AcceptorFaults } from '../k6/simulate.ts';
import type { Duration, Match, ReceivedInstance } from '../dicom/types.ts';

/** Who we say we are. Secrets go into the Authorization header and nowhere else. */
export interface WebAuth {
  /** A bearer token (RFC 6750): `{ bearer: __ENV.TOKEN }`. */
  bearer?: string;
  /** A `username` and `password` (RFC 7617). */
  basic?: { username: string; password: string };
  /**
   * Client credentials of OAuth 2 (RFC 6749 §4.4): `clientId` and `clientSecret` for a token
   * of `tokenUrl`, with this `scope`. It is fetched and renewed outside of what is measured.
   */
  oauth2?: { tokenUrl: string; clientId: string; clientSecret: string; scope?: string };
}

/** TLS towards a server. Strings are PEM files, relative to the script, or their text. */
export interface WebTls {
  /** Authorities to trust. Default: those of Node. */
  ca?: string;
  /** Our certificate, where the server asks for one. */
  cert?: string;
  /** Its private key. */
  key?: string;
  /** Of the private key. */
  passphrase?: string;
  /** Name for SNI and certificate check; default the host. */
  serverName?: string;
  /** Check the certificate. Default true. */
  verify?: boolean;
  /** Lowest version of TLS to speak. Default: that of Node. */
  minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** Whom to talk to. Without a `url`: the configured web target (`--web-target`, DICOMRUN_WEB_URL). */
export interface ServerOptions {
  /**
   * Root of the services, `http://host:port/dicom-web`, or one each for `store` (STOW-RS),
   * `search` (QIDO-RS), `retrieve` (WADO-RS).
   */
  url?: string | { store?: string; search?: string; retrieve?: string };
  /** What tags, messages and the account call it. Default `host:port`. */
  name?: string;
  /** Who we say we are. Default: nobody. */
  auth?: WebAuth;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** TLS of `https`. Default: the authorities of Node. */
  tls?: WebTls;
  /**
   * `connect`: TCP and TLS (10 s); `response`: request written to the status line (60 s); `idle`:
   * between two pieces of an answer (60 s).
   */
  timeouts?: { connect?: Duration; response?: Duration; idle?: Duration };
  /**
   * `vu` (default): every VU has keep-alive connections of its own, up to 6, over its iterations;
   * `shared`: the VUs of a worker thread share theirs.
   */
  connections?: 'vu' | 'shared';
  /** Offer HTTP/2 over TLS. Default false. */
  http2?: boolean;
  /** Receiver where what is stored here has to arrive. */
  deliversTo?: Receiver;
}

/** How a STOW-RS endpoint of this run listens and judges; see `dicomrun help delivery`. */
export interface WebReceiverOptions {
  /** What messages call it, up to 16 characters. Default `STOW-RS`. */
  name?: string;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Root of the service; stored to under `/studies` below it. Default `/dicom-web`. */
  path?: string;
  /**
   * Listen with TLS: certificate (`cert`), its private `key` and the `passphrase` of that, as
   * PEM files relative to the script; with a `ca` it asks for certificates of that one.
   */
  tls?: { cert: string; key: string; ca?: string; passphrase?: string };
  /** Compare nothing, pixel data (default), or every element with what was sent. */
  verify?: 'counts' | 'pixels' | 'full';
  /** Keep headers (default), which `tags` of `expect` need, or nothing. */
  keep?: 'nothing' | 'headers';
  /** What it does wrong on purpose; rules name `STOW-RS`, and their status is one of HTTP. */
  faults?: AcceptorFaults;
  /** How an arrival finds what was sent: `sop` (default), `marker`, a keyword. */
  correlate?: string;
  /** How long an arrived instance is remembered. Default 30s. */
  settle?: Duration;
}

/** What any web call may ask for. */
export interface WebCallOptions {
  /** These HTTP statuses are no failure. */
  expectStatus?: readonly number[];
  /** Timeout of this response, in place of the server's. */
  timeout?: Duration;
  /** Tags of the samples of this call. */
  tags?: Record<string, string>;
}

/** success: 2xx; warning: some of it; failure: any other status. */
export type WebOutcome = 'success' | 'warning' | 'failure';

/** Times of one web request in ms, stamped at the socket. */
export interface WebPhases {
  /** sending + waiting + receiving. */
  duration: number;
  /** Waiting for a connection, opening one included. */
  blocked: number;
  /** TCP connect; 0 on a connection that was there. */
  connecting: number;
  /** TLS handshake; 0 on a connection that was there. */
  tls: number;
  /** First to last byte of the request. */
  sending: number;
  /** Last byte of the request to first byte of the answer. */
  waiting: number;
  /** First to last byte of the answer. */
  receiving: number;
}

/** What all answers say. */
export interface WebResponse {
  /** HTTP status. */
  status: number;
  /** Outcome success or warning. */
  ok: boolean;
  /** What the status, and what it says of instances, come to. */
  outcome: WebOutcome;
  /** `Warning` headers, and warnings of instances. */
  warnings: string[];
  /** Times of the request; of a store in several requests, their sums. */
  phases: WebPhases;
  /** What the server said when it refused: the body of a failure, at most 64 KB. */
  problem: string;
}

/** What can be stored: a study, an instance, a pool or several instances. */
export type Storable = Study | Dataset | Pool | readonly Dataset[];

/** How to store. */
export interface WebStoreOptions extends WebCallOptions {
  /** Instances per request at most. Default all in one. */
  perRequest?: number;
  /** Store into this study (`/studies/{study}`): its Study Instance UID. Default `/studies`. */
  study?: string;
}

/** An instance that the server did not take. */
export interface FailedInstance {
  /** The instance, as it was sent. */
  instance: Dataset;
  /** (0008,1197) Failure Reason; 0 where the server does not tell. */
  reason: number;
  /** The reason in words. */
  text: string;
}

/** What became of a store. `ok`: every instance was stored. */
export interface WebStoreResult extends WebResponse {
  /** The first of {@link instances}, for `receiver.expect(result)`. */
  instance: Dataset;
  /** What was sent, each with the identity it was sent under. */
  instances: Dataset[];
  /** How many of them the server took. */
  stored: number;
  /** Those that the server did not take, and why. */
  failed: FailedInstance[];
  /** Of each request; `status` is the highest of these. */
  statuses: number[];
}

/** How to search. */
export interface WebSearchOptions extends WebCallOptions {
  /** Search for series or instances of this study only. */
  study?: string;
  /** Search for instances of this series only. */
  series?: string;
  /**
   * Number of matches of one answer at most. A loop (`for await`) asks for so many at a time
   * (100).
   */
  limit?: number;
  /** Number of matches to skip. Default 0. */
  offset?: number;
  /** Ask for fuzzy matching of names. */
  fuzzy?: boolean;
  /** More attributes to return, by keyword or tag; `'all'` for all. */
  includeField?: string | readonly string[];
}

/** What a search found. Matches are as those of `find()`: plain objects by keyword. */
export interface WebSearchResult extends WebResponse {
  /** Matches, in the order they came. */
  readonly matches: Match[];
  /** How many there are in this answer. */
  readonly count: number;
}

/** A search: await it for one answer, or loop over it page by page. */
export interface WebSearch extends PromiseLike<WebSearchResult>, AsyncIterable<Match> {}

/** What to retrieve: UIDs, and numbers of frames from 1. */
export interface WebResource {
  /** Study Instance UID. */
  study?: string;
  /** Series Instance UID, below `study`. */
  series?: string;
  /** SOP Instance UID, below `series`. */
  instance?: string;
  /** Numbers of frames, from 1. */
  frames?: readonly number[];
}

/** How to retrieve. */
export interface WebRetrieveOptions extends WebCallOptions {
  /**
   * `dicom` (default): instances; `metadata`: their attributes; `frames`: pixel data of frames;
   * `rendered`: an image; `bulkdata`: bulk data.
   */
  as?: 'dicom' | 'metadata' | 'frames' | 'rendered' | 'bulkdata';
  /** UID, name (`'ExplicitVRLittleEndian'`) or `'*'`: as it is stored. Default: the server's choice. */
  transferSyntax?: string;
  /** The Accept header, in place of all that. */
  accept?: string;
  /**
   * Look into the instances that come: hash their pixel data, or (`full`) their data sets, too; then
   * `instances` lists them. Default: they are counted, and never looked at.
   */
  verify?: 'pixels' | 'full';
  /** Write the instances that come into files. */
  keep?: 'nothing' | 'files';
  /** Where files are kept, relative to the script. Default `received`. */
  folder?: string;
}

/** An instance that came by WADO-RS. */
export interface WebReceivedInstance extends ReceivedInstance {
  /** SHA-256 of the data set as it came; '' without `verify: 'full'`. */
  datasetHash: string;
}

/** What came. */
export interface WebRetrieveResult extends WebResponse {
  /** Parts that came: instances, frames. */
  received: number;
  /** Bytes of them. */
  bytes: number;
  /** Of `metadata`: the data sets, as plain objects by keyword. */
  readonly datasets: Match[];
  /** Each of them, where `verify` or `keep` looks into them; the first 10,000. */
  instances: WebReceivedInstance[];
  /** Request written to first byte of the answer, ms. */
  firstByteMs: number;
}

/** A request of your own. */
export interface WebRequestOptions extends WebCallOptions {
  /** Default GET. */
  method?: string;
  /** Below the root of the search service: `/workitems?limit=5`. */
  path: string;
  /** Sent with this request. */
  headers?: Record<string, string>;
  /** Sent as it is. */
  body?: string | Uint8Array | ArrayBuffer;
}

/** Its answer. */
export interface WebAnyResponse extends WebResponse {
  /** By their names in lower case. */
  headers: Record<string, string>;
  /** As text (UTF-8). */
  body: string;
}
