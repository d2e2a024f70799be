// The wire images a worker keeps: least recently used ones go when the limit is passed.
import type { Prototype } from '../pool/prototype.ts';
import type { ImageKey, StoreChannel, StoreImage } from './wire-image.ts';

export class ImageCache {
  readonly limitBytes: number;
  bytes = 0;
  /** Images made for the cache, and copies made because one was still in use. */
  made = 0;
  cloned = 0;
  #newest: StoreImage | null = null;
  #oldest: StoreImage | null = null;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** The image for that instance, form and context; null when there is none. */
  find(
    prototype: Prototype,
    fresh: boolean,
    edits: object | null,
    channel: StoreChannel,
  ): StoreImage | null {
    const images = prototype.images.get(edits) as StoreImage[] | undefined;
    if (images === undefined || channel.originator !== undefined) return null;
    const { sopClass } = channel;
    if (sopClass !== undefined && sopClass !== prototype.share.sopClass) return null;
    for (const image of images) {
      const key = image.key;
      if (key === null || key.owner !== this || key.contextId !== channel.contextId) continue;
      if (key.maxPdu !== channel.maxPdu || key.fresh !== fresh) continue;
      if (image !== this.#newest) {
        this.#unlink(image);
        this.#link(image);
      }
      return image;
    }
    return null;
  }

  add(image: StoreImage, madeFor: Omit<ImageKey, 'owner'>): void {
    if (image.head.length > this.limitBytes) return;
    this.made++;
    this.#insert(image, { ...madeFor, owner: this });
    while (this.bytes > this.limitBytes && this.#oldest !== null) this.#remove(this.#oldest);
  }

  /** Puts `by` in the place of an image that a socket still holds. */
  replace(image: StoreImage, by: StoreImage): StoreImage {
    const { key } = image;
    if (key === null) return by;
    this.cloned++;
    this.#remove(image);
    this.#insert(by, key);
    return by;
  }

  #insert(image: StoreImage, key: ImageKey): void {
    image.key = key;
    const { images } = key.prototype;
    const list = images.get(key.edits) as StoreImage[] | undefined;
    if (list === undefined) images.set(key.edits, [image]);
    else list.push(image);
    this.bytes += image.head.length;
    this.#link(image);
  }

  #remove(image: StoreImage): void {
    this.#unlink(image);
    this.bytes -= image.head.length;
    const { key } = image;
    image.key = null;
    if (key === null) return;
    const list = key.prototype.images.get(key.edits) as StoreImage[] | undefined;
    if (list === undefined) return;
    const at = list.indexOf(image);
    if (at >= 0) list.splice(at, 1);
    if (list.length === 0) key.prototype.images.delete(key.edits);
  }

  #link(image: StoreImage): void {
    image.older = this.#newest;
    image.newer = null;
    if (this.#newest !== null) this.#newest.newer = image;
    this.#newest = image;
    this.#oldest ??= image;
  }

  #unlink(image: StoreImage): void {
    if (image.newer === null) this.#newest = image.older;
    else image.newer.older = image.older;
    if (image.older === null) this.#oldest = image.newer;
    else image.older.newer = image.newer;
    image.newer = null;
    image.older = null;
  }
}
