// Pools: what a script draws instances from.
import { badArgument } from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';
import { Dataset, Identity, type Member } from './data.ts';
import type { Edits, NextOptions, PoolSelector } from './types.ts';

const ofLists = new WeakMap<readonly Member[], readonly number[]>();

/** Prototype numbers: those of a declared pool are the same array in each VU. */
function prototypesOf(list: readonly Member[]): readonly number[] {
  let prototypes = ofLists.get(list);
  if (prototypes === undefined) {
    prototypes = list.map((member) => member.prototype);
    ofLists.set(list, prototypes);
  }
  return prototypes;
}

/** Instances to draw from: files or synthetic ones, shared by all workers. */
export class Pool {
  /** @internal */
  readonly vu: Vu;
  /** @internal */
  readonly members: readonly Member[];
  /** @internal Prototype numbers; one array, so that what is derived from it can be remembered. */
  readonly prototypes: readonly number[];
  #drawn: number;
  constructor(vu: Vu, list: readonly Member[]) {
    this.vu = vu;
    this.members = list;
    this.prototypes = prototypesOf(list);
    this.#drawn = 0;
  }
  /** How many instances it has. */
  get length(): number {
    return this.members.length;
  }
  /** The instance at that index, from 0; negative ones count from the end. */
  at(index: number): Dataset {
    const member = this.members.at(index);
    if (member === undefined) {
      throw badArgument(`pool: no instance ${index}, it has ${this.members.length}`);
    }
    return new Dataset(this.vu, member.prototype, Identity.POOL, null, null);
  }
  /** Those that match; an empty selection is an empty pool. */
  select(selector: PoolSelector): Pool {
    return new Pool(
      this.vu,
      this.members.filter((member) => matches(member, selector, this.vu)),
    );
  }
  /** The next one: in order (default), at random, by weight, or the VU's own. */
  next(options: NextOptions = {}): Dataset {
    const count = this.members.length;
    if (count === 0) throw badArgument('pool: it is empty, there is no next instance');
    const order = options.order ?? 'sequential';
    if (order === 'random') return this.at(Math.floor(Math.random() * count));
    if (order === 'perVu') return this.at(Math.max(0, this.vu.id - 1) % count);
    if (order === 'weighted') return this.at(weighted(this.members, options.weights ?? {}));
    if (order !== 'sequential') {
      throw badArgument(
        `next(): unknown order "${String(order)}"`,
        'sequential, random, weighted, perVu',
      );
    }
    return this.at(this.#drawn++ % count);
  }
  *[Symbol.iterator](): Iterator<Dataset> {
    for (let i = 0; i < this.members.length; i++) yield this.at(i);
  }
  // One-instance pools act as that instance, so that `from: endoscope` and `store(endoscope)` read well.
  /** The next instance as a new one of a new study. */
  fresh(): Dataset {
    return this.next().fresh();
  }
  /** The next instance with attributes set. */
  with(edits: Edits): Dataset {
    return this.next().with(edits);
  }
  /** The next instance as it is stored, byte for byte. */
  asIs(): Dataset {
    return this.next().asIs();
  }
  /** An attribute of the first instance. */
  get(attribute: string): unknown {
    return this.at(0).get(attribute);
  }
  /** SOP Class UID of the first instance. */
  get sopClass(): string {
    return this.at(0).sopClass;
  }
  /** Transfer Syntax UID of the first instance. */
  get transferSyntax(): string {
    return this.at(0).transferSyntax;
  }
  /** Modality of the first instance. */
  get modality(): string {
    return this.at(0).modality;
  }
  /** Length of the first data set, in bytes. */
  get bytes(): number {
    return this.at(0).bytes;
  }
}

function oneOf(value: string, wanted: string | readonly string[] | undefined): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? value === wanted : wanted.includes(value);
}

function matches(member: Member, selector: PoolSelector, vu: Vu): boolean {
  const { size } = selector;
  const sizeFits =
    size === undefined ||
    (typeof size === 'string'
      ? member.sizeClass === size
      : member.bytes >= (size.min ?? 0) && member.bytes <= (size.max ?? Infinity));
  return (
    sizeFits &&
    oneOf(member.modality, selector.modality) &&
    oneOf(member.sopClass, selector.sopClass) &&
    oneOf(member.transferSyntax, selector.transferSyntax) &&
    (selector.where === undefined ||
      selector.where(new Dataset(vu, member.prototype, Identity.POOL, null, null)))
  );
}

function weighted(list: readonly Member[], weights: Readonly<Record<string, number>>): number {
  const weightOf = (m: Member): number =>
    weights[m.modality] ?? weights[m.sizeClass] ?? weights['*'] ?? 0;
  const total = list.reduce((sum, member) => sum + weightOf(member), 0);
  if (!(total > 0))
    throw badArgument('next({ order: "weighted" }): the weights give nothing to draw');
  let at = Math.random() * total;
  for (let i = 0; i < list.length; i++) {
    at -= weightOf(list[i] as Member);
    if (at < 0) return i;
  }
  return list.length - 1;
}
