// The header an instance was sent with, made again from its numbers: for `verify: 'full'`.
import { diffElements } from '../../dicom/file/diff.ts';
import { keywordOf } from '../../dicom/element/dictionary.ts';
import { compileEdits } from '../../dicom/edit/edits.ts';
import type { CompiledEdits, Edits } from '../../dicom/edit/edits.ts';
import { Pool, putSlot } from '../../dicom/pool/prototype.ts';
import type { Prototype } from '../../dicom/pool/prototype.ts';
import { splitPrototypeNumber } from '../../dicom/pool/share.ts';
import type { PoolShare } from '../../dicom/pool/share.ts';
import { encodingOf, TransferSyntax } from '../../dicom/element/transfer-syntax.ts';
import type { TagDifference } from './delivery.ts';
import { tagPath } from './headers/header.ts';
import type { KeptHeader } from './headers/header.ts';
import { FOREIGN } from './keys.ts';
import { unreadable } from './tag-wishes.ts';
import type { SentRecipe } from '../../threads/delivery.ts';

/** PS3.5 Annex A: what a deflated header is once inflated. */
const EXPLICIT_LE = TransferSyntax.EXPLICIT_LE;

/** Which instance, and of what it was made. */
export interface SentInstance {
  readonly a: number;
  readonly b: number;
  readonly prototype: number;
  /** Absent where its numbers say it all. */
  readonly recipe?: SentRecipe | undefined;
}

/** Compiled edits that are kept: scripts that edit every instance apart come again seldom. */
const MOST_EDITS = 1000;

/** Prototypes of the run's pools, with the run's identities. */
export class SentHeaders {
  readonly #run: string;
  readonly #pools = new Map<number, Pool>();
  readonly #edits = new Map<string, CompiledEdits>();

  constructor(run: string, shares: readonly PoolShare[]) {
    this.#run = run;
    for (const share of shares) this.#pools.set(share.id, new Pool(share));
  }

  /**
   * Elements of an arrived header that are not as they were sent, the script's edits included;
   * those named in `except` are left out.
   */
  changes(
    uid: string,
    sent: SentInstance,
    arrived: KeptHeader,
    except: readonly string[],
  ): TagDifference[] {
    const { pool, member } = splitPrototypeNumber(sent.prototype);
    const prototype = this.#pools.get(pool)?.members[member];
    if (prototype === undefined || arrived.bytes.length === 0) return [];
    const header = this.#headerOf(prototype, sent);
    if (header.bytes.equals(arrived.bytes)) return [];
    try {
      return differencesOf(uid, header, arrived, except);
    } catch (error) {
      const actual = unreadable(error);
      return [{ instance: uid, tag: '(data set)', expected: '(as it was sent)', actual }];
    }
  }

  #headerOf(prototype: Prototype, sent: SentInstance): KeptHeader {
    const { transferSyntax } = prototype.share;
    const { recipe } = sent;
    const edits =
      recipe === undefined || recipe.edits === null ? null : this.#compiled(recipe.edits);
    const plain = encodingOf(transferSyntax).deflated ? EXPLICIT_LE : transferSyntax;
    const identity = recipe === undefined ? ownIdentity(sent) : recipe.identity;
    if (identity === null) {
      if (edits === null) return { bytes: prototype.header, transferSyntax };
      return { bytes: prototype.editedHeader(edits), transferSyntax: plain };
    }
    const template =
      edits === null ? prototype.template(this.#run) : prototype.editedTemplate(this.#run, edits);
    const bytes = Buffer.from(template.header);
    const { slots } = template;
    const [study, member] = identity;
    for (let i = 0; i < slots.length; i += 3) {
      putSlot(bytes, slots[i + 1] ?? 0, slots[i] ?? 0, { study, member });
    }
    return { bytes, transferSyntax: plain };
  }

  #compiled(json: string): CompiledEdits {
    let edits = this.#edits.get(json);
    if (edits === undefined) {
      edits = compileEdits(JSON.parse(json) as Edits);
      if (this.#edits.size >= MOST_EDITS) this.#edits.clear();
      this.#edits.set(json, edits);
    }
    return edits;
  }
}

/** @throws DataError when what arrived is no data set of its transfer syntax */
function differencesOf(
  uid: string,
  sent: KeptHeader,
  arrived: KeptHeader,
  except: readonly string[],
): TagDifference[] {
  const differences = diffElements(
    { dataset: sent.bytes, transferSyntax: sent.transferSyntax },
    { dataset: arrived.bytes, transferSyntax: arrived.transferSyntax },
    { expected: except.map(pathOf) },
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

/** A UID that is not of this run was sent as it is. */
function ownIdentity({ a, b }: SentInstance): readonly [number, number] | null {
  return a === FOREIGN ? null : [a, b];
}

/** A path as differences spell it: keywords, or 'ggggeeee'. */
function pathOf(name: string): string {
  const steps = tagPath(name);
  return steps
    .map(({ tag, item }, i) => keywordOf(tag) + (i < steps.length - 1 ? `[${item}]` : ''))
    .join('.');
}
