// The body of a WADO-RS answer: parts of a multipart, or one body that is a part by itself. What is no
// answer of the service is said as that.
import { WebFailure } from './failure.ts';
import { boundaryOf, MultipartReader } from './multipart-reader.ts';
import type { Retrieved } from './retrieved.ts';

export class RetrievedBody {
  readonly #retrieved: Retrieved;
  readonly #wantsInstances: boolean;
  #reader: MultipartReader | null = null;
  #isZip = false;

  /** @param wantsInstances every part must be a Part 10 instance */
  constructor(retrieved: Retrieved, wantsInstances: boolean) {
    this.#retrieved = retrieved;
    this.#wantsInstances = wantsInstances;
  }

  /** @throws WebFailure `WEB_NOT_MULTIPART` */
  begin(type: string): void {
    const boundary = boundaryOf(type);
    if (boundary !== null) {
      this.#reader = new MultipartReader(boundary, this.#retrieved);
      return;
    }
    const single = /^\s*(application\/(dicom|octet-stream|zip)\b|image\/|video\/)/i.test(type);
    if (!single || /json|xml/i.test(type)) throw notParts(type);
    this.#isZip = /^\s*application\/zip\b/i.test(type);
    this.#retrieved.onPart();
  }

  data(chunk: Buffer): void {
    if (this.#reader !== null) this.#reader.push(chunk);
    else this.#retrieved.onPartData(chunk, 0, chunk.length);
  }

  /** @throws WebFailure `WEB_CUT`, `WEB_NO_PARTS`, `WEB_NOT_DICOM` */
  end(): void {
    const retrieved = this.#retrieved;
    if (this.#reader === null) retrieved.onPartEnd();
    else if (!this.#reader.complete) {
      const hint =
        'the server gave up in the middle, or its boundary is not that of its Content-Type';
      const what = `answered with a multipart body that is cut after ${retrieved.parts} parts`;
      throw new WebFailure('WEB_CUT', what, { hint });
    }
    if (retrieved.parts === 0) {
      throw new WebFailure('WEB_NO_PARTS', 'answered with a multipart body without a part', {
        hint: 'nothing that was asked for is there: a server says so by 404 or 204',
      });
    }
    if (this.#wantsInstances && !this.#isZip && retrieved.odd > 0) {
      const what = `answered with ${retrieved.odd} parts that are no DICOM instances (PS3.10)`;
      throw new WebFailure('WEB_NOT_DICOM', what);
    }
  }
}

function notParts(contentType: string): WebFailure {
  const type = contentType.slice(0, 60) || 'no Content-Type';
  const what = `answered with ${type} where multipart/related was asked for`;
  return new WebFailure('WEB_NOT_MULTIPART', what, {
    hint: 'is the URL the root of the DICOMweb service, and is it not a login page that answers?',
  });
}
