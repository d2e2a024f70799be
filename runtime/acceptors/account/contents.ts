// Of each instance what was sent and what came, compared: right is what equals any accepted send.
import type { Comparison } from './pixels/hashes.ts';
import type { Instances } from './instances.ts';
import type { SentRecipe } from '../../threads/delivery.ts';

/** Compares pixels by their numbers; see `HashNumbers`. */
export interface PixelJudge {
  compare(prototype: number, pixels: number, form: number): Comparison;
}

/** How an accepted send was made. */
export interface Version {
  readonly prototype: number;
  /** Where its numbers do not say how. */
  readonly recipe?: SentRecipe | undefined;
}

interface Came {
  readonly pixels: number;
  readonly form: number;
}

/** What does not fit the columns of {@link Instances}: versions after the first, sent or arrived. */
export class Contents {
  readonly #instances: Instances;
  readonly #judge: PixelJudge | undefined;
  readonly #recipes = new Map<number, SentRecipe>();
  readonly #moreSent = new Map<number, Version[]>();
  readonly #moreCame = new Map<number, Came[]>();

  /** @param judge absent where contents are not compared */
  constructor(instances: Instances, judge: PixelJudge | undefined) {
    this.#instances = instances;
    this.#judge = judge;
  }

  /** An accepted send. */
  sent(slot: number, version: Version): void {
    const instances = this.#instances;
    const { prototype, recipe } = version;
    if (instances.sends[slot] === 0) {
      instances.prototype[slot] = prototype;
      if (recipe !== undefined) this.#recipes.set(slot, recipe);
      return;
    }
    const same = (one: Version): boolean =>
      one.prototype === prototype && one.recipe?.edits === recipe?.edits;
    if (!this.versions(slot).some(same)) added(this.#moreSent, slot, version);
  }

  /** An arrival. */
  came(slot: number, { pixels, form }: Came): void {
    const instances = this.#instances;
    if (instances.arrivals[slot] === 0) {
      instances.pixels[slot] = pixels;
      instances.form[slot] = form;
    } else if (pixels !== instances.pixels[slot] || form !== instances.form[slot]) {
      added(this.#moreCame, slot, { pixels, form });
    }
  }

  /** The worst that became of its arrivals; null where that is not looked at. */
  compare(slot: number): Comparison | null {
    const instances = this.#instances,
      judge = this.#judge;
    if (judge === undefined || instances.sends[slot] === 0) return null;
    const first = { pixels: instances.pixels[slot] ?? 0, form: instances.form[slot] ?? 0 };
    let worst = this.#best(judge, slot, first);
    for (const one of this.#moreCame.get(slot) ?? []) {
      const other = this.#best(judge, slot, one);
      if (other > worst) worst = other;
    }
    return worst;
  }

  /** All that was sent of it, the first first. */
  versions(slot: number): readonly Version[] {
    const prototype = this.#instances.prototype[slot] ?? -1;
    return [{ prototype, recipe: this.#recipes.get(slot) }, ...(this.#moreSent.get(slot) ?? [])];
  }

  forget(slot: number): void {
    this.#recipes.delete(slot);
    this.#moreSent.delete(slot);
    this.#moreCame.delete(slot);
  }

  /** Against the accepted send that it is most like. */
  #best(judge: PixelJudge, slot: number, { pixels, form }: Came): Comparison {
    let best = judge.compare(this.#instances.prototype[slot] ?? -1, pixels, form);
    for (const { prototype } of this.#moreSent.get(slot) ?? []) {
      const other = judge.compare(prototype, pixels, form);
      if (other < best) best = other;
    }
    return best;
  }
}

function added<T>(lists: Map<number, T[]>, slot: number, one: T): void {
  const list = lists.get(slot);
  if (list === undefined) lists.set(slot, [one]);
  else list.push(one);
}
