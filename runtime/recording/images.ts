// Images to replay a recording with: synthetic ones of the recorded kinds and sizes.
import { encodingOf, TransferSyntax } from '../dicom/element/transfer-syntax.ts';
import { modalityOf, type SyntheticSpec } from '../dicom/synthetic/synthetic.ts';
import type { RecordedOperation } from './format.ts';

/** Different sizes that are made of all kinds together, and the bytes they may take. */
const MOST_SIZES = 128;
const MOST_BYTES = 256 * 1024 ** 2;
/** Sizes that are nearer than this share of each other become one, then twice that, and so on. */
const FIRST_STEP = 0.01;
/** Where a SOP class cannot be made, its images are secondary captures. */
const OTHER = 'SC';
/** Smaller data sets have no pixels. */
const LEAST_WITH_PIXELS = 8192;
const LEAST_BYTES = 4228;

/** Counts the images of a recording by kind and size. */
export class ImageKinds {
  readonly #kinds = new Map<string, Map<number, number>>();

  add({ service, by, sopClass, transferSyntax, bytes }: RecordedOperation): void {
    if (service !== 'C-STORE' || by !== 'requestor') return;
    const key = `${sopClass} ${transferSyntax}`;
    let sizes = this.#kinds.get(key);
    if (sizes === undefined) this.#kinds.set(key, (sizes = new Map<number, number>()));
    sizes.set(bytes, (sizes.get(bytes) ?? 0) + 1);
  }

  /** What to make; empty without images. */
  specs(): SyntheticSpec[] {
    for (let step = FIRST_STEP; ; step *= 2) {
      const specs = [...this.#kinds].flatMap(([key, sizes]) => {
        const [sopClass = '', transferSyntax = ''] = key.split(' ');
        return grouped(sizes, step).map((bytes) => specOf(sopClass, transferSyntax, bytes));
      });
      const bytes = specs.reduce((sum, spec) => sum + (spec.bytes ?? 0), 0);
      const isSmall = specs.length <= MOST_SIZES && bytes <= MOST_BYTES;
      if (isSmall || specs.length <= this.#kinds.size) return specs;
    }
  }
}

/** Of sizes that are near each other the most frequent one. */
function grouped(sizes: ReadonlyMap<number, number>, step: number): number[] {
  const groups: { first: number; size: number; count: number }[] = [];
  for (const [size, count] of [...sizes].sort((a, b) => a[0] - b[0])) {
    const last = groups.at(-1);
    if (last === undefined || size > last.first * (1 + step)) {
      groups.push({ first: size, size, count });
    } else if (count > last.count) Object.assign(last, { size, count });
  }
  return groups.map(({ size }) => size);
}

function specOf(sopClass: string, transferSyntax: string, recorded: number): SyntheticSpec {
  const { encapsulated, deflated } = encodingOf(transferSyntax);
  const bytes = Math.max(LEAST_BYTES, recorded + (recorded % 2));
  const known = modalityOf(sopClass);
  // A report or a state is as long as it is; an image of so few bytes has no room for its pixels.
  const modality = bytes < LEAST_WITH_PIXELS ? 'SR' : (known ?? OTHER);
  return {
    modality,
    bytes,
    // The size of compressed data cannot be chosen; the size matters more to whoever receives it.
    transferSyntax: encapsulated || deflated ? TransferSyntax.EXPLICIT_LE : transferSyntax,
    ...(modality === known || sopClass === '' ? {} : { edits: { SOPClassUID: sopClass } }),
  };
}
