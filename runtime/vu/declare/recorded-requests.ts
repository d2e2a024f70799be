// Gathers the requests of a recording, for the report to say how they were answered then.
import { sizeClass } from '../../dicom/pool/share.ts';
import { statusClass } from '../../dicom/dimse/status.ts';
import type { RecordedAssociation, RecordedOperation } from '../../recording/format.ts';
import type { RecordedRequests } from '../../threads/recorded-requests.ts';

const SIZE_CLASSES = ['small', 'medium', 'large'];

/** What is kept of one request, until all are known. */
interface Request {
  readonly service: number;
  readonly bytes: number;
  readonly ms: number;
  readonly isOk: boolean;
}

export class RequestCollector {
  readonly #services: string[] = [];

  /** Those of one association that its requestor made, and the connection brought. */
  of({ operations }: RecordedAssociation): readonly Request[] {
    return operations.filter(isReplayed).map(({ service, bytes, sending, waiting, status }) => ({
      service: this.#numberOf(service),
      bytes,
      ms: waiting === null ? Number.NaN : sending + waiting,
      isOk: status !== null && statusClass(status) !== 'failure',
    }));
  }

  #numberOf(service: string): number {
    const known = this.#services.indexOf(service);
    return known >= 0 ? known : this.#services.push(service) - 1;
  }

  /** @param all by association, in the order of the recording */
  columns(all: readonly (readonly Request[])[]): RecordedRequests {
    const count = all.reduce((sum, { length }) => sum + length, 0);
    const made = {
      services: this.#services,
      sizeClasses: SIZE_CLASSES,
      first: new Uint32Array(shared(4 * (all.length + 1))),
      service: new Uint8Array(shared(count)),
      sizeClass: new Uint8Array(shared(count)),
      bytes: new Float64Array(shared(8 * count)),
      ms: new Float64Array(shared(8 * count)),
      ok: new Uint8Array(shared(count)),
    };
    let at = 0;
    all.forEach((requests, i) => {
      made.first[i] = at;
      for (const { service, bytes, ms, isOk } of requests) {
        made.service[at] = service;
        made.sizeClass[at] = SIZE_CLASSES.indexOf(sizeClass(bytes));
        made.bytes[at] = bytes;
        made.ms[at] = ms;
        made.ok[at] = isOk ? 1 : 0;
        at += 1;
      }
    });
    made.first[all.length] = at;
    return made;
  }
}

/** N-services are not said again. */
function isReplayed({ by, unfinished, service }: RecordedOperation): boolean {
  return by === 'requestor' && unfinished !== true && service.startsWith('C-');
}

function shared(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}
