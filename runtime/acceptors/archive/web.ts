// The archive over the web, on the same store: STOW-RS, QIDO-RS, WADO-RS with metadata and frames
// (PS3.18 §10), DELETE.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { keywordOf, tagOf } from '../../dicom/element/dictionary.ts';
import type { JsonDataset } from '../../dicom/element/json.ts';
import { modelOf } from '../../web/json-model.ts';
import { newBoundary } from '../../web/multipart-writer.ts';
import { answerJson, refuse, serveWeb, type StowTaker, takeStow } from '../stations/stow.ts';
import type { WebListening } from '../stations/stow.ts';
import type { WebFaults } from '../stations/web-faults.ts';
import type { Archive } from './archive.ts';
import type { QueryLevel } from './query.ts';
import { metadataOf, NotOffered, sendBulk, sendFrames, sendInstances } from './web-retrieve.ts';

/** Root of the services. @internal */
export const WEB_ROOT = '/dicom-web';

/** Who takes what is stored into a study, or into any. */
type Intake = (study: string | undefined) => StowTaker;

interface WebMore {
  /** In place of the one of the archive's specification. */
  readonly token?: string | undefined;
  /** In place of the archive's. */
  readonly intake?: Intake;
}

/**
 * Opens the services of an archive.
 * @throws DicomError `TCP_EADDRINUSE`, …
 */
export async function openArchiveWeb(
  archive: Archive,
  at: Parameters<typeof serveWeb>[0],
  more: WebMore = {},
): Promise<{ readonly listening: WebListening; readonly url: string }> {
  const services = new ArchiveWeb(archive, more);
  const listening = await serveWeb(at, (request, response, open) =>
    services.answer(request, response, open),
  );
  const scheme = at.tls === null ? 'http' : 'https';
  return { listening, url: `${scheme}://${listening.host}:${listening.port}${WEB_ROOT}` };
}

/** Attributes of a match that nobody has to ask for (PS3.18 Tables 10.6.3-3, -4, -5). */
const ALWAYS: Readonly<Record<'STUDY' | 'SERIES' | 'IMAGE', readonly string[]>> = {
  STUDY: [
    'StudyDate',
    'StudyTime',
    'AccessionNumber',
    'ModalitiesInStudy',
    'ReferringPhysicianName',
    'PatientName',
    'PatientID',
    'PatientBirthDate',
    'PatientSex',
    'StudyInstanceUID',
    'StudyID',
    'NumberOfStudyRelatedSeries',
    'NumberOfStudyRelatedInstances',
  ],
  SERIES: [
    'Modality',
    'SeriesDescription',
    'StudyInstanceUID',
    'SeriesInstanceUID',
    'SeriesNumber',
    'NumberOfSeriesRelatedInstances',
  ],
  IMAGE: [
    'SOPClassUID',
    'SOPInstanceUID',
    'StudyInstanceUID',
    'SeriesInstanceUID',
    'InstanceNumber',
    'NumberOfFrames',
    'Rows',
    'Columns',
    'BitsAllocated',
  ],
};
const LEVEL_OF = { studies: 'STUDY', series: 'SERIES', instances: 'IMAGE' } as const;

/** UIDs of a path, from the top, and what stands behind them. */
interface Place {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  /** `studies`, `series`, `instances` to search; `metadata`, `frames`, …; '' for the resource itself. */
  readonly rest: string;
  /** From 1. */
  readonly frames?: readonly number[];
}

const PLACE =
  /^(?:\/studies\/([\d.]+)(?:\/series\/([\d.]+)(?:\/instances\/([\d.]+))?)?)?(?:\/(studies|series|instances|metadata|rendered|bulkdata|bulkdata\/[\da-fA-F]{8}|frames\/(\d{1,6}(?:,\d{1,6})*)(?:\/rendered)?))?\/?$/;

function placeOf(path: string): Place | null {
  const match = PLACE.exec(path);
  if (match === null) return null;
  const [, study, series, instance, rest = '', list] = match;
  if (list !== undefined && instance === undefined) return null;
  return {
    ...(study === undefined ? {} : { study }),
    ...(series === undefined ? {} : { series }),
    ...(instance === undefined ? {} : { instance }),
    rest,
    ...(list === undefined ? {} : { frames: list.split(',').map(Number) }),
  };
}

/** @internal beyond this file */
export class ArchiveWeb {
  readonly #archive: Archive;
  /** The Authorization header that is asked for; null = none. */
  readonly #authorization: string | null;
  readonly #boundary = newBoundary();
  readonly #faults: WebFaults;
  readonly #intake: Intake;

  constructor(archive: Archive, more: WebMore = {}) {
    const { token = archive.token } = more;
    this.#archive = archive;
    this.#intake = more.intake ?? ((study) => archive.intake(study));
    this.#authorization = token === undefined ? null : `Bearer ${token}`;
    this.#faults = archive.webFaults();
  }

  /** @param open connections, this one among them */
  answer(request: IncomingMessage, response: ServerResponse, open = 1): void {
    const { authorization } = request.headers;
    if (this.#authorization !== null && authorization !== this.#authorization) {
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(request, response, 401, 'this archive asks for a bearer token');
    }
    const { place, query } = targetOf(request);
    if (place === null) {
      return refuse(request, response, 404, `this archive has ${WEB_ROOT}/studies and below`);
    }
    const { study, rest } = place;
    const isStore = rest === 'studies' || (study !== undefined && rest === '');
    if (request.method === 'POST' && isStore && place.series === undefined) {
      return this.#faults.pass({ service: 'STOW-RS', request, response, open }, (hold) =>
        this.#store(request, response, { study, hold }),
      );
    }
    request.resume();
    const isDelete = request.method === 'DELETE' && study !== undefined && rest === '';
    if (request.method !== 'GET' && !isDelete) {
      return refuse(request, response, 405, 'no such service here');
    }
    const isSearch = Object.hasOwn(LEVEL_OF, rest);
    const service = isDelete ? 'DELETE' : isSearch ? 'QIDO-RS' : 'WADO-RS';
    this.#faults.pass({ service, request, response, open }, () => {
      try {
        if (isDelete) this.#delete(request, response, place);
        else this.#get(request, response, place, new URLSearchParams(query));
      } catch (error) {
        const status = error instanceof NotOffered ? error.status : 400;
        refuse(request, response, status, (error as Error).message);
      }
    });
  }

  /** Not of the standard, and offered by many: what is below the path is forgotten. */
  #delete(request: IncomingMessage, response: ServerResponse, place: Place): void {
    const gone = this.#archive.forget(keysOf(place), lowest(place));
    if (gone === 0) return refuse(request, response, 404, 'the archive has none of it');
    response.writeHead(204);
    response.end();
  }

  #get(
    request: IncomingMessage,
    response: ServerResponse,
    place: Place,
    params: URLSearchParams,
  ): void {
    const { study, rest } = place;
    if (rest === 'studies' || rest === 'series' || rest === 'instances') {
      return this.#search(response, { ...place, rest }, params);
    }
    if (study === undefined) return refuse(request, response, 404, 'name a study');
    const instances = this.#archive.retrievable(keysOf(place), lowest(place));
    if (instances.length === 0) return refuse(request, response, 404, 'the archive has none of it');
    const root = rootAsked(request);
    if (rest === 'metadata') {
      const metadata = instances.map((instance) => metadataOf(instance, root));
      return answerJson(response, 200, metadata);
    }
    if (rest.endsWith('rendered')) throw new NotOffered(406, NOT_RENDERED);
    const boundary = this.#boundary;
    if (rest.startsWith('bulkdata')) {
      const [, tag] = rest.split('/');
      return sendBulk(response, instances, {
        ...(tag === undefined ? {} : { tag }),
        root,
        boundary,
      });
    }
    const [only] = instances;
    if (place.frames !== undefined && only !== undefined) {
      return sendFrames(response, only, { numbers: place.frames, boundary });
    }
    sendInstances(response, instances, { accept: request.headers.accept ?? '', boundary });
  }

  #search(
    response: ServerResponse,
    place: Place & { readonly rest: keyof typeof LEVEL_OF },
    params: URLSearchParams,
  ): void {
    const level = LEVEL_OF[place.rest];
    const always = Object.fromEntries(ALWAYS[level].map((keyword) => [keyword, '']));
    const keys: JsonDataset = { ...always };
    let limit = Infinity;
    let offset = 0;
    for (const [name, value] of params) {
      if (name === 'limit') limit = countOf(name, value);
      else if (name === 'offset') offset = countOf(name, value);
      else if (name === 'includefield') for (const one of fields(value)) keys[one] ??= '';
      else if (name !== 'fuzzymatching') keys[keyword(name)] = valueOf(name, value);
    }
    Object.assign(keys, keysOf(place));
    const found: object[] = [];
    let n = 0;
    for (const match of this.#archive.found(keys, level)) {
      if (n++ < offset) continue;
      if (found.length >= limit) break;
      const { QueryRetrieveLevel: _level, RetrieveAETitle: _aet, ...rest } = match;
      found.push(modelOf(rest));
    }
    if (found.length > 0) return answerJson(response, 200, found);
    response.writeHead(204);
    response.end();
  }

  #store(
    request: IncomingMessage,
    response: ServerResponse,
    { study, hold }: { readonly study: string | undefined; readonly hold: number },
  ): void {
    const taker = this.#intake(study);
    const end: StowTaker['end'] = (meta) => {
      const fault = this.#faults.status();
      if (fault === 0) return taker.end(meta);
      taker.drop();
      return fault;
    };
    takeStow(request, response, { ...taker, end }, hold);
  }
}

const NOT_RENDERED =
  'this archive renders no images: ask for frames, or for instances (application/dicom)';

/** The root of the services, as who asks knows it. */
function rootAsked({ headers, socket }: IncomingMessage): string {
  const scheme = 'encrypted' in socket ? 'https' : 'http';
  return `${scheme}://${headers.host ?? 'localhost'}${WEB_ROOT}`;
}

/** Cut by hand: URL throws for what a request line may hold (`//`). */
function targetOf({ url = '' }: IncomingMessage): { place: Place | null; query: string } {
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  const place = path.startsWith(WEB_ROOT) ? placeOf(path.slice(WEB_ROOT.length)) : null;
  return { place, query: cut < 0 ? '' : url.slice(cut + 1) };
}

function keysOf({ study, series, instance }: Place): JsonDataset {
  return {
    ...(study === undefined ? {} : { StudyInstanceUID: study }),
    ...(series === undefined ? {} : { SeriesInstanceUID: series }),
    ...(instance === undefined ? {} : { SOPInstanceUID: instance }),
  };
}

function lowest({ series, instance }: Place): QueryLevel {
  if (instance !== undefined) return 'IMAGE';
  return series === undefined ? 'STUDY' : 'SERIES';
}

/** @throws NotOffered for what is no number of matches */
function countOf(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new NotOffered(400, `${name}: must be a whole number`);
}

/** @throws DataError for an attribute that nobody knows */
function keyword(name: string): string {
  return keywordOf(tagOf(name));
}

function fields(value: string): readonly string[] {
  return value.split(',').flatMap((one) => (one === 'all' ? [] : [keyword(one)]));
}

/** A list of UIDs is separated by commas here, by backslashes in a data set. */
function valueOf(name: string, value: string): JsonDataset[string] {
  const isList = keyword(name).endsWith('UID') && value.includes(',');
  return isList ? value.split(',') : value;
}
