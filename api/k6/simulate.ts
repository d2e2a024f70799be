// Types of `options.simulate`: what the embedded router and archive are like. The acceptors take the
// same types: this is their only home.

/**
 * A value as rules and routes expect it: literal, regular expression as data (`re` and its
 * `flags`), '' blank, null absent.
 */
export type Wish = string | number | { readonly re: string; readonly flags?: string } | null;

/** ms, or a text such as '40ms', '2s', '1m30s'. */
export type Span = number | string;

/**
 * A time, times taken in turn, or log-normal: by its median, `lognormal`, and `sigma` of the
 * logarithm (a number, default 0.5), or by median (`p50`) and 95th percentile (`p95`).
 */
export type Delay =
  | Span
  | readonly Span[]
  | { readonly lognormal: Span; readonly sigma?: number }
  | { readonly p50: Span; readonly p95: Span };

/** A status (0 to 0xFFFF), statuses in turn, `[0, 0, 0xA700]`, or by share, `{ A700: 0.01 }`. */
export type FaultStatus = number | readonly number[] | Readonly<Record<string, number>>;

/** What any acceptor does wrong on purpose: receiver, router, archive, sink. Shares are 0..1. */
export interface AcceptorFaults {
  /** Before each C-STORE response. */
  readonly delay?: Delay;
  /** Of C-STOREs; 0, and what shares leave over, is stored. */
  readonly status?: FaultStatus;
  /**
   * Rejects that `share` of the associations (default all); numbers of `result`, `source` and
   * `reason` as in PS3.8 Table 9-21 (default 2, 3, 2: transient, over the limit).
   */
  readonly reject?: {
    readonly share?: number;
    readonly result?: number;
    readonly source?: number;
    readonly reason?: number;
  };
  /** Aborts the association after so many bytes of a data set. */
  readonly abortAfter?: number;
  /** Resets the connection after so many bytes of a data set. */
  readonly resetAfter?: number;
  /** Never answers a store. */
  readonly neverAnswer?: boolean;
  /** Share of the stores that the last three happen to (default all). */
  readonly share?: number;
  /** Accepts associations, but none of their contexts, or only these abstract syntaxes. */
  readonly contexts?: 'none' | readonly string[];
  /** Number of associations at once; beyond it, transient rejection. */
  readonly associationLimit?: number;
  /** From `from` until `to` after the start: rejects associations, resets those that store. */
  readonly down?: readonly { readonly from: Span; readonly to: Span }[];
  /** Seed of the shares (default 1): the same stores fail in every run. */
  readonly seed?: number;
  /** Faults of any service by rules; the first that fits is the one. */
  readonly requests?: readonly RequestRule[];
  /** Faults at the A-ASSOCIATE-RQ by rules, after those above; the first that fits is the one. */
  readonly associate?: readonly AssociateRule[];
  /** An A-RELEASE-RQ is never answered. */
  readonly neverRelease?: boolean;
}

/** When a rule fits, how long it waits, and whether it answers. */
export interface FaultRule {
  /** Only of associations with this called AE title. */
  readonly calledAET?: string;
  /** Only of associations with this calling AE title. */
  readonly callingAET?: string;
  /** Only the first so many that fit. */
  readonly first?: number;
  /** Only every n-th that fits. */
  readonly every?: number;
  /** Only that share of them. */
  readonly share?: number;
  /** Before the answer. */
  readonly delay?: Delay;
  /** Never answers. */
  readonly neverAnswer?: boolean;
}

/**
 * What happens to an A-ASSOCIATE-RQ, e.g. `{ callingAET: 'MOD1', first: 3, reset: true }`. Without
 * one of the four ends the association is accepted, after `delay`.
 */
export interface AssociateRule extends FaultRule {
  /**
   * A-ABORT with the numbers of this `source` and `reason` (PS3.8 Table 9-26); `true` =
   * service-user, no reason.
   */
  readonly abort?: boolean | { readonly source: number; readonly reason: number };
  /** Resets the connection. */
  readonly reset?: boolean;
  /** A-ASSOCIATE-RJ with the numbers of this `result`, `source` and `reason` (PS3.8 Table 9-21). */
  readonly reject?: { readonly result: number; readonly source: number; readonly reason: number };
}

/** What happens to a request, e.g. `{ service: 'C-FIND', every: 3, status: 0xA700 }`. */
export interface RequestRule extends FaultRule {
  /**
   * `C-FIND`, `C-MOVE`, `N-CREATE`, …; absent = any of these. Over the web: `STOW-RS`, `QIDO-RS`,
   * `WADO-RS`, `DELETE`, whose status is one of HTTP and whose bytes are those of the body.
   */
  readonly service?: string;
  /** SOP class UID. */
  readonly sopClass?: string;
  /** Instead of the service; 0 in a list, and what shares leave over, is the service itself. */
  readonly status?: FaultStatus;
  /** A-ABORT after that many bytes of the data set; 0 = at once. */
  readonly abortAfter?: number;
  /** TCP reset after that many bytes of the data set; 0 = at once. */
  readonly resetAfter?: number;
  /** TCP close after that many bytes of the data set; 0 = at once. */
  readonly closeAfter?: number;
}

/** How a value is made conform. */
export type Coercion = 'upper' | 'lower' | 'trim' | 'digits';

/** One row of the router's rule table; rows apply in their order, each to the result of those before. */
export interface RouterRule {
  /** Called AE title it is for; absent = any. */
  readonly route?: string;
  /** Keyword -> literal, { re, flags }, '' (blank or absent) or null (absent). All must hold. */
  readonly when?: Readonly<Record<string, Wish>>;
  /** Keyword -> new value. `${Keyword}` in it stands for a value that came. */
  readonly set?: Readonly<Record<string, string>>;
  /** Keyword -> keyword whose value it gets, where that one is not blank. */
  readonly copy?: Readonly<Record<string, string>>;
  /** Keyword -> table of values; others stay. */
  readonly map?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Keywords that become empty. */
  readonly blank?: readonly string[];
  /** Keywords that go. */
  readonly remove?: readonly string[];
  /** Keyword -> how its value is made conform. */
  readonly coerce?: Readonly<Record<string, Coercion>>;
}

/** Which instances go where, before the receivers that peers name. Every route that fits takes a copy. */
export interface RouterRoute {
  /** Name, for counts; default its called AE title. */
  readonly name?: string;
  /** Only what came to this AE title of the router. */
  readonly calledAET?: string;
  /** Only what came from this AE title. */
  readonly callingAET?: string;
  /** Only of this Modality (0008,0060). */
  readonly modality?: string;
  /** Keyword -> what it has to be, as in a rule. All must hold. */
  readonly when?: Readonly<Record<string, Wish>>;
  /** Only for what no route before it took. */
  readonly otherwise?: boolean;
  /** First AE titles of receivers, names of `destinations`, or `'archive'`; `[]` takes it and forwards nothing. */
  readonly to: readonly string[];
}

/** TLS of a simulated station; file names are relative to the script. */
export interface StationTls {
  /** PEM text or file: whom to trust. A station that listens asks its peers for a certificate then. */
  readonly ca?: string;
  /** PEM text or file: what to show; needed to listen. */
  readonly cert?: string;
  /** PEM text or file: the private key of `cert`. */
  readonly key?: string;
  /** Of the private key. */
  readonly passphrase?: string;
  /** Name to expect in the certificate of a destination. */
  readonly serverName?: string;
  /** Check the other's certificate (default true). */
  readonly verify?: boolean;
  /** Lowest version of TLS to speak. Default: that of Node. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Highest version of TLS to speak. Default: that of Node. */
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** BCP 195 profile of PS3.15 B.9–B.11. */
  readonly profile?: 'bcp195' | 'bcp195-nd' | 'bcp195-extended';
}

/** Associations towards one destination. */
export interface DestinationPool {
  /** Associations open at once, at most (default 4). */
  readonly associations?: number;
  /** An idle association is released after this many ms (default 1,000; 0 = after every store). */
  readonly lingerMs?: number;
  /**
   * Who waits longer than this number of ms for an association (over the web: a connection) has
   * failed once; see `retry`.
   * Default: no limit.
   */
  readonly waitTimeoutMs?: number;
}

/** Where deliveries go. */
export interface RouterDestination extends DestinationPool {
  /** Host name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** AE title to call there. */
  readonly calledAET: string;
  /** Deliver by STOW-RS below this root (`/dicom-web`) instead of by associations. */
  readonly web?: string;
  /** TLS towards it; `true` trusts the system's authorities. */
  readonly tls?: StationTls | boolean;
}

/** What the router does wrong on purpose, beyond what any acceptor can. Shares are 0..1. */
export interface RouterFaults extends AcceptorFaults {
  /** Share of the stores: answers success and forgets. */
  readonly drop?: number;
  /** Share of the stores: delivers twice. */
  readonly duplicate?: number;
  /** Share of the stores: flips one byte of the pixel data. */
  readonly corrupt?: number;
  /** Before forwarding; a list is taken in turn. */
  readonly forwardDelay?: Delay;
}

/** What the archive does wrong on purpose, beyond what any acceptor can. Shares are 0..1. */
export interface ArchiveFaults extends AcceptorFaults {
  /** Share of the stores: answers success and forgets, by either protocol. */
  readonly drop?: number;
  /** Share of the stores: keeps it with one byte of the pixel data flipped. */
  readonly corrupt?: number;
}

/** What follows a delivery that failed. */
export interface RouterRetry {
  /** Attempts after the first (default 3). */
  readonly retries?: number;
  /** Before the first retry, ms (default 1,000), then times `factor` (default 2). */
  readonly backoffMs?: number;
  /** What number the wait is multiplied by after every retry (default 2). */
  readonly factor?: number;
}

/** A router that forwards what it is sent, by rules and routes. */
export interface SimulatedRouter {
  /** Called AE titles it answers to; absent = any. */
  readonly aets?: readonly string[];
  /** Calling AE titles it lets in; absent = any. */
  readonly allow?: readonly string[];
  /** AE title it calls itself at destinations (default DICOMRUN_ROUTER). */
  readonly callingAET?: string;
  /** Further places to deliver to, by name. */
  readonly destinations?: Readonly<Record<string, RouterDestination>>;
  /** Which instances go where. Without any, what peers name as `deliversTo`. */
  readonly routes?: readonly RouterRoute[];
  /** What it changes before it forwards. */
  readonly rules?: readonly RouterRule[];
  /** `immediate` (default), or a study is sent when nothing of it came for `stableMs`. */
  readonly mode?: 'immediate' | 'stable';
  /** ms without an arrival after which a study is sent (default 2,000), with `mode: 'stable'`. */
  readonly stableMs?: number;
  /** What follows a delivery that failed. */
  readonly retry?: RouterRetry;
  /** Bytes held in memory at most; beyond it stores are answered A700 (default 1 GiB). */
  readonly queueBytes?: number;
  /** A larger data set waits in a temporary file instead of memory (default 16 MiB). */
  readonly spoolBytes?: number;
  /** Where those files are, relative to the script (default the system's folder for temporary files). */
  readonly spoolFolder?: string;
  /** TLS of its own port; peers that send to it need `tls` too. */
  readonly tls?: StationTls;
  /** Of every destination that is not spelled out. */
  readonly pool?: DestinationPool;
  /** What it does wrong on purpose. Default nothing. */
  readonly faults?: RouterFaults;
}

/**
 * An archive: C-STORE, C-FIND, C-MOVE, C-GET, worklist, procedure steps, storage commitment,
 * DICOMweb.
 */
export interface SimulatedArchive {
  /** Called AE titles it answers to; empty or absent = any. */
  readonly aets?: readonly string[];
  /** What it keeps: nothing, headers (default), or all of it, which C-GET and C-MOVE need. */
  readonly keep?: 'nothing' | 'headers' | 'all';
  /** Bytes kept at most; the oldest studies go first (default 256 MiB). */
  readonly keepBytes?: number;
  /** A stored instance can be found after this many ms (default 0). */
  readonly visibleAfterMs?: number;
  /** The same SOP instance again: replace it (default), ignore it, or refuse it (0x0111). */
  readonly duplicates?: 'replace' | 'ignore' | 'refuse';
  /**
   * C-MOVE destinations besides the receivers of the script, by AE title: `host`, `port`, and
   * `tls` (`true` trusts the authorities of the system).
   */
  readonly destinations?: Readonly<
    Record<
      string,
      { readonly host: string; readonly port: number; readonly tls?: StationTls | boolean }
    >
  >;
  /** TLS of its own port and of DICOMweb; peers that ask it need `tls` too. */
  readonly tls?: StationTls;
  /** Over the web it answers only who shows this bearer token (RFC 6750); default: anybody. */
  readonly token?: string;
  /** Scheduled procedure steps by keyword; every one matches until it is done. */
  readonly worklist?: readonly Readonly<Record<string, unknown>>[];
  /** Storage commitment reports follow after this many ms (default 0). */
  readonly commitAfterMs?: number;
  /**
   * Where they go: the association of the request while it is open (default), or always a `new` one
   * to the address of the calling AE title in `destinations`.
   */
  readonly commitOn?: 'same' | 'new';
  /** What it does wrong on purpose. Default nothing. */
  readonly faults?: ArchiveFaults;
}

/** What `--embedded` starts. Without effect on a real target. */
export interface Simulation {
  /** The router, which stands where the target would. */
  readonly router?: SimulatedRouter;
  /** The archive, for queries, retrieval and DICOMweb. */
  readonly archive?: SimulatedArchive;
}
