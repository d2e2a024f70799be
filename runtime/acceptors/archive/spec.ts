// What a simulated archive does, as data.

import type { AcceptorFaults } from '../faults.ts';
import type { TlsSpec } from '../tls.ts';

export interface ArchiveSpec {
  /** AE titles it answers to; empty or absent = any. */
  readonly aets?: readonly string[];
  /** What it keeps of an instance: nothing, its header (default), or all of it (C-GET, C-MOVE). */
  readonly keep?: 'nothing' | 'headers' | 'all';
  /** Bytes kept at most; the oldest studies go first (default 256 MiB). */
  readonly keepBytes?: number;
  /** A stored instance can be found after this many ms (default 0). */
  readonly visibleAfterMs?: number;
  /** The same SOP instance again: replace it (default), ignore it, or refuse it (0x0111). */
  readonly duplicates?: 'replace' | 'ignore' | 'refuse';
  /** Where C-MOVE destinations are: AE title -> address. */
  readonly destinations?: Readonly<
    Record<
      string,
      { readonly host: string; readonly port: number; readonly tls?: TlsSpec | boolean }
    >
  >;
  /** TLS of its own port. */
  readonly tls?: TlsSpec;
  /** Scheduled procedure steps, as plain objects by keyword; every one matches until it is done. */
  readonly worklist?: readonly Readonly<Record<string, unknown>>[];
  /** Storage commitment reports follow after this many ms (default 0). */
  readonly commitAfterMs?: number;
  /**
   * Where they go: the association of the request while it is open (default), or always a `new` one
   * to the address of the calling AE title in `destinations`.
   */
  readonly commitOn?: 'same' | 'new';
  readonly faults?: AcceptorFaults;
}

export const ARCHIVE_DEFAULTS = {
  aet: 'ARCHIVE',
  keep: 'headers',
  keepBytes: 256 * 1024 ** 2,
  visibleAfterMs: 0,
  duplicates: 'replace',
} as const;
