// The archive over the web, on the same store: STOW-RS, QIDO-RS, WADO-RS with metadata (PS3.18 §10).
import type { IncomingMessage, ServerResponse } from 'node:http';
import { keywordOf, tagOf } from '../../dicom/element/dictionary.ts';
import { openDataset, type JsonDataset } from '../../dicom/element/json.ts';
import { fileMeta } from '../../dicom/file/part10.ts';
import { modelOf, toModel } from '../../web/json-model.ts';
import { closing, newBoundary, partHead, relatedType } from '../../web/multipart-writer.ts';
import { answerJson, refuse, takeStow } from '../stations/stow.ts';
import type { Archive } from './archive.ts';
import type { QueryLevel } from './query.ts';
import { inSyntax } from './retrieve.ts';
import type { StoredInstance } from './store.ts';

/** Root of the services. */
export const WEB_ROOT = '/dicom-web';

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
  /** `studies`, `series`, `instances` to search; `metadata`; '' for the resource itself. */
  readonly rest: string;
}

const PLACE =
  /^(?:\/studies\/([\d.]+)(?:\/series\/([\d.]+)(?:\/instances\/([\d.]+))?)?)?(?:\/(studies|series|instances|metadata))?\/?$/;

function placeOf(path: string): Place | null {
  const match = PLACE.exec(path);
  if (match === null) return null;
  const [, study, series, instance, rest = ''] = match;
  return {
    ...(study === undefined ? {} : { study }),
    ...(series === undefined ? {} : { series }),
    ...(instance === undefined ? {} : { instance }),
    rest,
  };
}

export class ArchiveWeb {
  readonly #archive: Archive;
  /** The Authorization header that is asked for; null = none. */
  readonly #authorization: string | null;
  readonly #boundary = newBoundary();

  /** @param token bearer token that every request must show (RFC 6750); absent = anybody may ask */
  constructor(archive: Archive, token?: string) {
    this.#archive = archive;
    this.#authorization = token === undefined ? null : `Bearer ${token}`;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { authorization } = request.headers;
    if (this.#authorization !== null && authorization !== this.#authorization) {
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(request, response, 401, 'this archive asks for a bearer token');
    }
    const url = new URL(request.url ?? '', 'http://archive');
    const place = url.pathname.startsWith(WEB_ROOT)
      ? placeOf(url.pathname.slice(WEB_ROOT.length))
      : null;
    if (place === null) {
      return refuse(request, response, 404, `this archive has ${WEB_ROOT}/studies and below`);
    }
    const { study, rest } = place;
    const isStore = rest === 'studies' || (study !== undefined && rest === '');
    if (request.method === 'POST' && isStore && place.series === undefined) {
      return this.#store(request, response, study);
    }
    if (request.method !== 'GET') return refuse(request, response, 405, 'no such service here');
    request.resume();
    try {
      this.#get(request, response, place, url.searchParams);
    } catch (error) {
      refuse(request, response, 400, (error as Error).message);
    }
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
    if (rest === 'metadata') {
      const metadata = instances.map(({ header }) =>
        toModel(openDataset(header.bytes, header.transferSyntax)),
      );
      return answerJson(response, 200, metadata);
    }
    this.#send(request, response, instances);
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
      if (name === 'limit') limit = Number(value);
      else if (name === 'offset') offset = Number(value);
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

  /** As they are stored, or in the one transfer syntax that was asked for. */
  #send(
    request: IncomingMessage,
    response: ServerResponse,
    instances: readonly StoredInstance[],
  ): void {
    const wanted = /transfer-syntax="?([\d.]+)/.exec(request.headers.accept ?? '')?.[1];
    const pieces: Buffer[] = [];
    for (const { header, dataset, sopClass, sopInstance } of instances) {
      const kept = header.transferSyntax;
      const syntax = wanted ?? kept;
      if (dataset === null) {
        return refuse(request, response, 404, "the archive keeps headers only: keep: 'all'");
      }
      const bytes = inSyntax(dataset, kept, syntax);
      if (bytes === null) return refuse(request, response, 406, 'not in that transfer syntax');
      pieces.push(partHead(this.#boundary, 'application/dicom'));
      pieces.push(fileMeta(sopClass, sopInstance, syntax), bytes);
    }
    pieces.push(closing(this.#boundary));
    response.writeHead(200, {
      'content-type': relatedType(this.#boundary),
      'content-length': pieces.reduce((sum, piece) => sum + piece.length, 0),
    });
    for (const piece of pieces) response.write(piece);
    response.end();
  }

  #store(request: IncomingMessage, response: ServerResponse, study: string | undefined): void {
    let pieces: Buffer[] = [];
    takeStow(request, response, {
      begin: () => (pieces = []),
      // What comes is a view of the socket's buffer.
      data: (bytes) => pieces.push(Buffer.from(bytes)),
      end: (meta) => this.#archive.put(meta, Buffer.concat(pieces), study),
    });
  }
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
