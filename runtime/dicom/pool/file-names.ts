// The files of pools by the names that a person knows them by: from the folder that all of a pool's
// files are in.
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { splitPrototypeNumber } from './share.ts';
import type { PoolShare, PrototypeShare } from './share.ts';

export class FileNames {
  readonly #pools: ReadonlyMap<number, PoolShare>;
  /** pool -> the folder that its files have in common. */
  readonly #folders = new Map<number, string>();

  constructor(shares: readonly PoolShare[]) {
    this.#pools = new Map(shares.map((share) => [share.id, share]));
  }

  /** `ct/CT_small.dcm`; '' for an instance that was made, not read. */
  of(prototype: number): string {
    const { pool, member } = splitPrototypeNumber(prototype);
    const share = this.#pools.get(pool);
    const origin = share?.members[member]?.origin ?? '';
    if (share === undefined || !isAbsolute(origin)) return '';
    let folder = this.#folders.get(pool);
    if (folder === undefined) this.#folders.set(pool, (folder = commonFolder(share.members)));
    const name = relative(folder, origin).split(sep).join('/');
    return name === '' ? basename(origin) : name;
  }

  /** Its name, and the modality of the instance; '' where there is none. */
  facts(prototype: number): { readonly file: string; readonly modality: string } {
    const { pool, member } = splitPrototypeNumber(prototype);
    const modality = this.#pools.get(pool)?.members[member]?.modality ?? '';
    return { file: this.of(prototype), modality };
  }
}

function commonFolder(members: readonly PrototypeShare[]): string {
  let common: string[] | null = null;
  for (const { origin } of members) {
    if (!isAbsolute(origin)) continue;
    const steps = dirname(origin).split(sep);
    if (common === null) common = steps;
    const differs = common.findIndex((step, at) => step !== steps[at]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  return `${(common ?? []).join(sep)}${sep}`;
}
