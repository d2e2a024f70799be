// The wire images a worker keeps: least recently used ones go when the limit is passed.
import type { Prototype } from '../pool/prototype.ts';
import { type ImageKey, ImageState, type StoreChannel, type StoreImage } from './wire-image.ts';

/** Of one instance: as many as a window of stores under way needs. */
const MOST_TWINS = 16;
/** Of the limit: what copies of images that are in use may take up. */
const SHARE_OF_TWINS = 1 / 8;

export class ImageCache {
  readonly limitBytes: number;
  bytes = 0;
  /** Images made for the cache, and copies made because one was still in use. */
  made = 0;
  cloned = 0;
  #twinBytes = 0;
  #newest: StoreImage | null = null;
  #oldest: StoreImage | null = null;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** An image for that instance, form and context, free if any is; null when there is none. */
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
    let found: StoreImage | null = null;
    for (const image of images) {
      const key = image.key;
      if (key === null || key.owner !== this || key.contextId !== channel.contextId) continue;
      if (key.maxPdu !== channel.maxPdu || key.fresh !== fresh) continue;
      found = image;
      if (image.state === ImageState.FREE) break;
    }
    if (found !== null && found !== this.#newest) {
      this.#unlink(found);
      this.#link(found);
    }
    return found;
  }

  add(image: StoreImage, madeFor: Omit<ImageKey, 'owner'>): void {
    if (image.head.length > this.limitBytes) return;
    this.made++;
    this.#insert(image, { ...madeFor, owner: this });
    this.#trim();
  }

  /**
   * Puts a copy next to an image that a socket still holds, so that both are there once it has let
   * go; in its place where that would be too many.
   */
  another(image: StoreImage): StoreImage {
    const copy = image.clone();
    const { key } = image;
    if (key === null) return copy;
    this.cloned++;
    const bytes = this.#twinBytes + copy.head.length;
    const fits = bytes <= this.limitBytes * SHARE_OF_TWINS && imagesOf(key).length < MOST_TWINS;
    copy.twin = fits || image.twin;
    if (!fits) this.#remove(image);
    this.#insert(copy, key);
    this.#trim();
    return copy;
  }

  #trim(): void {
    while (this.bytes > this.limitBytes && this.#oldest !== null) this.#remove(this.#oldest);
  }

  #insert(image: StoreImage, key: ImageKey): void {
    image.key = key;
    const { images } = key.prototype;
    const list = images.get(key.edits) as StoreImage[] | undefined;
    if (list === undefined) images.set(key.edits, [image]);
    else list.push(image);
    this.bytes += image.head.length;
    if (image.twin) this.#twinBytes += image.head.length;
    this.#link(image);
  }

  #remove(image: StoreImage): void {
    this.#unlink(image);
    this.bytes -= image.head.length;
    if (image.twin) this.#twinBytes -= image.head.length;
    const { key } = image;
    image.key = null;
    if (key === null) return;
    const list = imagesOf(key);
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

/** All of the same instance and edits. */
function imagesOf({ prototype, edits }: Pick<ImageKey, 'prototype' | 'edits'>): StoreImage[] {
  return (prototype.images.get(edits) ?? []) as StoreImage[];
}
