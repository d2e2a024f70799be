// Images of edits whose values differ from send to send: one image per lengths of the values, into
// which values and identity are written in place.
import type { EditRecipe, EncodedValues, RecipeHeader } from '../edit/edit-recipe.ts';
import type { EditShape, SlotValue } from '../edit/edit-shape.ts';
import { type Identity, sopUid } from '../pool/identity.ts';
import type { Prototype } from '../pool/prototype.ts';
import { MAX_ONE_TIME_BYTES, oddBytes, withTemplate } from './framable.ts';
import type { Outgoing } from '../ul/outgoing.ts';
import type { ImageCache } from './image-cache.ts';
import {
  ImageState,
  makeImage,
  MAX_IMAGE_BYTES,
  type StoreChannel,
  type StoreImage,
} from './wire-image.ts';

/** Fields above belong to edited values: VALUE_FIELD + slot. */
const VALUE_FIELD = 100;
/** Recipes of all prototypes; when they pass it they are made anew (bytes). */
const MAX_RECIPE_BYTES = 64 * 1024 ** 2;
const MAX_VARIANTS = 256;
/** An image above the one-time limit is kept whole for the first lengths only. */
const MAX_LARGE_VARIANTS = 8;

/** Lengths of values that were met: what the images of them are kept by. */
interface Variant {
  readonly number: number;
  again: boolean;
}

/** A recipe of a prototype with the lengths it was used with; null: it cannot be compiled. */
interface Known {
  recipe: EditRecipe | null;
  readonly variants: Map<string, Variant>;
  met: number;
}

export class EditedImages {
  readonly #run: string;
  readonly #cache: ImageCache;
  /** By shape, which is met once or for ever: what is known of it goes with it. */
  #fresh = new WeakMap<EditShape, Map<Prototype, Known>>();
  #asIs = new WeakMap<EditShape, Map<Prototype, Known>>();
  #bytes = 0;
  readonly #encoded: EncodedValues = { values: [], lengths: [] };

  constructor(run: string, cache: ImageCache) {
    this.#run = run;
    this.#cache = cache;
  }

  /**
   * A C-STORE-RQ with its values; null where the edits have to be applied otherwise.
   *
   * @throws DataError `DATA_BAD_VALUE`
   */
  prepare(
    prototype: Prototype,
    identity: Identity | null,
    edits: { readonly shape: EditShape; readonly values: readonly SlotValue[] },
    channel: StoreChannel,
  ): Outgoing | null {
    if (channel.originator !== undefined || channel.sopClass !== undefined) return null;
    const fresh = identity !== null;
    const known = this.#knownOf(prototype, fresh, edits.shape);
    if (known.met < 2) this.#meet(known, prototype, fresh, edits.shape);
    const { recipe, variants } = known;
    const encoded = this.#encoded;
    if (recipe === null || !recipe.encode(edits.values, encoded)) return null;
    const variant = variantOf(variants, encoded.lengths);
    let image = this.#cache.find(prototype, fresh, variant, channel);
    if (image === null) {
      image = this.#make({ prototype, identity, recipe, variant }, channel);
      if (image === null) return null;
    } else {
      if (image.state !== ImageState.FREE) image = this.#cache.another(image);
      putValues(image, recipe, encoded);
    }
    if (identity !== null) image.patch(identity);
    image.state = ImageState.PREPARED;
    return image.outgoing();
  }

  #knownOf(prototype: Prototype, fresh: boolean, shape: EditShape): Known {
    const all = fresh ? this.#fresh : this.#asIs;
    let byPrototype = all.get(shape);
    if (byPrototype === undefined) {
      byPrototype = new Map();
      all.set(shape, byPrototype);
    }
    let known = byPrototype.get(prototype);
    if (known === undefined) {
      known = { recipe: null, variants: new Map(), met: 0 };
      byPrototype.set(prototype, known);
    }
    return known;
  }

  /** Compiles a recipe when edits are met for the second time: the first may be the last. */
  #meet(known: Known, prototype: Prototype, fresh: boolean, shape: EditShape): void {
    known.met++;
    if (known.met < 2) return;
    try {
      known.recipe = prototype.recipe(fresh ? this.#run : null, shape);
    } catch {
      // why: what is wrong is told by the edits themselves, with their values
      return;
    }
    this.#bytes += known.recipe.bytes;
    if (this.#bytes > MAX_RECIPE_BYTES) this.#forget();
  }

  #forget(): void {
    this.#fresh = new WeakMap();
    this.#asIs = new WeakMap();
    this.#bytes = 0;
  }

  #make(
    of: {
      readonly prototype: Prototype;
      readonly identity: Identity | null;
      readonly recipe: EditRecipe;
      readonly variant: Variant;
    },
    channel: StoreChannel,
  ): StoreImage | null {
    const { prototype, identity, recipe, variant } = of;
    const built = recipe.build(this.#encoded.lengths);
    if (built === null) return null;
    for (let i = 0; i < built.values.length; i += 2) {
      recipe.put(built.header, built.values[i] ?? 0, i / 2, this.#encoded);
    }
    const large = prototype.share.datasetBytes > MAX_ONE_TIME_BYTES;
    const keep = variant.again;
    const whole = keep && (!large || variant.number < MAX_LARGE_VARIANTS);
    variant.again = true;
    const slots = slotsOf(built);
    const framable = withTemplate(
      prototype,
      { header: built.header, slots },
      {
        sopClass: prototype.share.sopClass,
        ...this.#uidOf(prototype, identity, recipe),
        rest: null,
        restBytes: 0,
        copyLimit: whole ? MAX_IMAGE_BYTES : MAX_ONE_TIME_BYTES,
      },
    );
    if (oddBytes(framable)) return null;
    const image = makeImage(framable, channel, identity);
    // why: no slots where some were asked for = the peer's PDUs are too small to patch in
    if (!keep || (slots.length > 0 && image.slots.length === 0)) return image;
    const { contextId, maxPdu } = channel;
    const fresh = identity !== null;
    this.#cache.add(image, { prototype, fresh, edits: variant, contextId, maxPdu });
    return image;
  }

  /** The SOP Instance UID of the command and what it follows. */
  #uidOf(
    prototype: Prototype,
    identity: Identity | null,
    recipe: EditRecipe,
  ): { sopInstance: string; fresh: boolean; uidField?: number } {
    const { uidSlot } = recipe;
    if (uidSlot >= 0) {
      const sopInstance = String(this.#encoded.values[uidSlot]);
      return { sopInstance, fresh: false, uidField: VALUE_FIELD + uidSlot };
    }
    if (identity === null) return { sopInstance: prototype.share.sopInstance, fresh: false };
    return { sopInstance: sopUid(this.#run, identity.study, identity.member), fresh: true };
  }
}

function variantOf(variants: Map<string, Variant>, lengths: readonly number[]): Variant {
  const key = lengths.join();
  let variant = variants.get(key);
  if (variant === undefined) {
    if (variants.size >= MAX_VARIANTS) variants.clear();
    variant = { number: variants.size, again: false };
    variants.set(key, variant);
  }
  return variant;
}

/** Slots of identity and values together, in order of offset. */
function slotsOf(built: RecipeHeader): number[] {
  const { identity, values } = built;
  const slots: number[] = [];
  let next = 0;
  for (let i = 0; i < values.length; i += 2) {
    const at = values[i] ?? 0;
    for (; next < identity.length && (identity[next + 1] ?? 0) < at; next += 3) {
      slots.push(identity[next] ?? 0, identity[next + 1] ?? 0, identity[next + 2] ?? 0);
    }
    slots.push(VALUE_FIELD + i / 2, at, values[i + 1] ?? 0);
  }
  for (; next < identity.length; next++) slots.push(identity[next] ?? 0);
  return slots;
}

function putValues(image: StoreImage, recipe: EditRecipe, encoded: EncodedValues): void {
  const { slots, head } = image;
  for (let i = 0; i < slots.length; i += 2) {
    const field = slots[i] ?? 0;
    if (field >= VALUE_FIELD) recipe.put(head, slots[i + 1] ?? 0, field - VALUE_FIELD, encoded);
  }
}
