// The header an instance was sent with, made again from its numbers: for `verify: 'full'`.
import { diffDatasets } from '../dicom/data/diff.ts';
import { Pool, putSlot } from '../dicom/data/prototype.ts';
import type { Prototype } from '../dicom/data/prototype.ts';
import { splitPrototypeNumber } from '../dicom/data/share.ts';
import type { PoolShare } from '../dicom/data/share.ts';
import { encodingOf } from '../dicom/data/transfer-syntax.ts';
import type { TagDifference } from './delivery.ts';
import type { KeptHeader } from './header.ts';
import { FOREIGN } from './keys.ts';

/** PS3.5 Annex A: what a deflated header is once inflated. */
const EXPLICIT_LE = '1.2.840.10008.1.2.1';

/** Which instance, and of what it was made. */
export interface SentInstance {
  readonly a: number;
  readonly b: number;
  readonly prototype: number;
}

/** Prototypes of the run's pools, with the run's identities. */
export class SentHeaders {
  private readonly run: string;
  private readonly pools = new Map<number, Pool>();

  constructor(run: string, shares: readonly PoolShare[]) {
    this.run = run;
    for (const share of shares) this.pools.set(share.id, new Pool(share));
  }

  /**
   * Elements of an arrived header that are not as they were sent, those named in `except` left out.
   * Edits of the script are not known here: name them.
   */
  changes(
    uid: string,
    sent: SentInstance,
    arrived: KeptHeader,
    except: readonly string[],
  ): TagDifference[] {
    const { pool, member } = splitPrototypeNumber(sent.prototype);
    const prototype = this.pools.get(pool)?.members[member];
    if (prototype === undefined || arrived.bytes.length === 0) return [];
    const header = this.headerOf(prototype, sent);
    if (header.bytes.equals(arrived.bytes)) return [];
    const { differences } = diffDatasets(
      { dataset: header.bytes, transferSyntax: header.transferSyntax },
      { dataset: arrived.bytes, transferSyntax: arrived.transferSyntax },
      { expected: except },
    );
    return differences
      .filter(({ expected }) => !expected)
      .map(({ path, kind, before, after }) => ({
        instance: uid,
        tag: path,
        expected: kind === 'added' ? null : before,
        actual: kind === 'removed' ? null : after,
      }));
  }

  private headerOf(prototype: Prototype, { a, b }: SentInstance): KeptHeader {
    const { transferSyntax } = prototype.share;
    if (a === FOREIGN) return { bytes: prototype.header, transferSyntax };
    const { header, slots } = prototype.template(this.run);
    const bytes = Buffer.from(header);
    for (let i = 0; i < slots.length; i += 3) {
      putSlot(bytes, slots[i + 1] ?? 0, slots[i] ?? 0, { study: a, member: b });
    }
    const { deflated } = encodingOf(transferSyntax);
    return { bytes, transferSyntax: deflated ? EXPLICIT_LE : transferSyntax };
  }
}
