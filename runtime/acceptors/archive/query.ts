// The query/retrieve information model of the archive (PS3.4 C.6): candidates of each level.
import { EMBEDDED_STATION, StationWork } from '../../threads/state.ts';
import { atWork } from '../at-work.ts';
import { openDataset, toJson } from '../../dicom/element/json.ts';
import type { JsonDataset } from '../../dicom/element/json.ts';
import type { ResponseFields } from '../../dicom/dimse/incoming.ts';
import { mismatch } from './facts.ts';
import { isStudyRoot } from './services.ts';
import { matches, project } from '../../dicom/scp/matching.ts';
import type { ArchiveStore, StoredInstance, StoredSeries, StoredStudy } from './store.ts';

export type QueryLevel = 'PATIENT' | 'STUDY' | 'SERIES' | 'IMAGE';
const LEVELS: ReadonlySet<string> = new Set(['PATIENT', 'STUDY', 'SERIES', 'IMAGE']);

/** What the archive answers queries with. */
export interface QueryOptions {
  readonly retrieveAET: string;
  readonly visibleAfterMs: number;
}

/** A level of an identifier, or null when it is none. */
export function levelOf(keys: JsonDataset): QueryLevel | null {
  const level = String(keys['QueryRetrieveLevel'] ?? '');
  return LEVELS.has(level) ? (level as QueryLevel) : null;
}

/** Unique keys by level, from the top (PS3.4 C.6.1.1, C.6.2.1). */
const UNIQUE: readonly (readonly [QueryLevel, string])[] = [
  ['PATIENT', 'PatientID'],
  ['STUDY', 'StudyInstanceUID'],
  ['SERIES', 'SeriesInstanceUID'],
  ['IMAGE', 'SOPInstanceUID'],
];

/** Why an identifier asks for nothing that there is, at a level of the model; null = it does. */
export function levelRefused(keys: JsonDataset, sopClass: string): ResponseFields | null {
  const level = levelOf(keys);
  if (level === null) return mismatch('QueryRetrieveLevel is missing or unknown');
  if (level !== 'PATIENT' || !isStudyRoot(sopClass)) return null;
  return mismatch('Study Root has no PATIENT level');
}

/**
 * Why an identifier cannot be retrieved by; null = it can (PS3.4 C.4.2.1.4.1): the unique key of its
 * level has a value or a list of UIDs, those above one value where they are given. No wildcards.
 */
export function retrievalRefused(keys: JsonDataset, sopClass: string): ResponseFields | null {
  const refused = levelRefused(keys, sopClass);
  if (refused !== null) return refused;
  const level = levelOf(keys);
  for (const [at, keyword] of UNIQUE) {
    const values = [keys[keyword] ?? []].flat().map(String).filter(Boolean);
    if (values.some((value) => /[*?]/.test(value)))
      return mismatch(`${keyword} is a unique key: no wildcards`);
    const isOwn = at === level;
    if (isOwn && values.length === 0) return mismatch(`${keyword} has no value`);
    if (values.length > 1 && (!isOwn || at === 'PATIENT'))
      return mismatch(`${keyword} has more than one value`);
    if (isOwn) return null;
  }
  return null;
}

function uniqueKeysOf(keys: JsonDataset, level: QueryLevel): JsonDataset {
  const unique: JsonDataset = {};
  for (const [at, keyword] of UNIQUE) {
    const value = keys[keyword];
    if (value !== undefined) unique[keyword] = value;
    if (at === level) break;
  }
  return unique;
}

interface Candidate {
  readonly json: JsonDataset;
  readonly instances: readonly StoredInstance[];
}

/** Headers as objects, made at the first query that looks at them. */
const headers = new WeakMap<StoredInstance, JsonDataset>(); // why: a memo, not state

function jsonOf(instance: StoredInstance): JsonDataset {
  let json = headers.get(instance);
  if (json === undefined) {
    const { bytes, transferSyntax } = instance.header;
    json = toJson(openDataset(bytes, transferSyntax));
    headers.set(instance, json);
  }
  return json;
}

/** Queries over an {@link ArchiveStore}. Relational queries work: every key is looked at. */
export class Query {
  readonly #store: ArchiveStore;
  readonly #options: QueryOptions;

  constructor(store: ArchiveStore, options: QueryOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** The answers to a C-FIND identifier, one by one. */
  *find(keys: JsonDataset, level: QueryLevel): Generator<JsonDataset> {
    atWork(StationWork.QUERY, EMBEDDED_STATION.ARCHIVE);
    this.#store.index();
    for (const { json } of this.#candidates(keys, level)) {
      const candidate = { ...json, QueryRetrieveLevel: level };
      // PS3.4 C.4.1.1.3.2: where to retrieve it from is in every answer, asked for or not.
      if (matches(keys, candidate)) yield { ...project(keys, candidate), ...this.#retrieveFrom() };
    }
  }

  /** The instances a C-MOVE or C-GET identifier stands for, by its unique keys alone. */
  instances(keys: JsonDataset, level: QueryLevel): StoredInstance[] {
    this.#store.index();
    const unique = uniqueKeysOf(keys, level);
    const found: StoredInstance[] = [];
    for (const { json, instances } of this.#candidates(unique, level)) {
      if (matches(unique, json)) found.push(...instances);
    }
    return found;
  }

  #retrieveFrom(): JsonDataset {
    return { RetrieveAETitle: this.#options.retrieveAET };
  }

  *#candidates(keys: JsonDataset, level: QueryLevel): Generator<Candidate> {
    if (level === 'PATIENT') {
      yield* this.#patients();
      return;
    }
    for (const study of this.#studies(keys)) {
      if (level === 'STUDY') {
        const candidate = this.#study(study);
        if (candidate !== null) yield candidate;
        continue;
      }
      for (const series of study.series.values()) yield* this.#ofSeries(study, series, level);
    }
  }

  /** With a Study Instance UID there is no need to look at all of them. */
  #studies(keys: JsonDataset): Iterable<StoredStudy> {
    const uid = keys['StudyInstanceUID'];
    if (typeof uid !== 'string' || uid === '' || uid.includes('*'))
      return this.#store.studies.values();
    const study = this.#store.studies.get(uid);
    return study === undefined ? [] : [study];
  }

  *#ofSeries(study: StoredStudy, series: StoredSeries, level: QueryLevel): Generator<Candidate> {
    const instances = this.#visible(series);
    const [first] = instances;
    if (first === undefined) return;
    if (level === 'SERIES') {
      const json = {
        ...jsonOf(first),
        ...this.#common(),
        NumberOfSeriesRelatedInstances: instances.length,
      };
      yield { json, instances };
      return;
    }
    for (const instance of instances) {
      const json = { ...jsonOf(instance), ...this.#common(), StudyInstanceUID: study.uid };
      yield { json, instances: [instance] };
    }
  }

  #study(study: StoredStudy): Candidate | null {
    const instances: StoredInstance[] = [];
    const modalities = new Set<string>();
    const sopClasses = new Set<string>();
    let seriesCount = 0;
    for (const series of study.series.values()) {
      const visible = this.#visible(series);
      const [first] = visible;
      if (first === undefined) continue;
      seriesCount++;
      modalities.add(String(jsonOf(first)['Modality'] ?? ''));
      for (const instance of visible) {
        sopClasses.add(instance.sopClass);
        instances.push(instance);
      }
    }
    const [first] = instances;
    if (first === undefined) return null;
    const json = {
      ...jsonOf(first),
      ...this.#common(),
      ModalitiesInStudy: [...modalities],
      SOPClassesInStudy: [...sopClasses],
      NumberOfStudyRelatedSeries: seriesCount,
      NumberOfStudyRelatedInstances: instances.length,
    };
    return { json, instances };
  }

  *#patients(): Generator<Candidate> {
    const patients = new Map<string, { studies: number; series: number; of: StoredInstance[] }>();
    for (const study of this.#store.studies.values()) {
      const candidate = this.#study(study);
      if (candidate === null) continue;
      const id = String(candidate.json['PatientID'] ?? '');
      const patient = patients.get(id) ?? { studies: 0, series: 0, of: [] };
      patient.studies++;
      patient.series += Number(candidate.json['NumberOfStudyRelatedSeries'] ?? 0);
      patient.of.push(...candidate.instances);
      patients.set(id, patient);
    }
    for (const { studies, series, of } of patients.values()) {
      const [first] = of;
      if (first === undefined) continue;
      const json = {
        ...jsonOf(first),
        ...this.#common(),
        NumberOfPatientRelatedStudies: studies,
        NumberOfPatientRelatedSeries: series,
        NumberOfPatientRelatedInstances: of.length,
      };
      yield { json, instances: of };
    }
  }

  #common(): JsonDataset {
    return { ...this.#retrieveFrom(), InstanceAvailability: 'ONLINE' };
  }

  #visible({ instances }: StoredSeries): StoredInstance[] {
    const { visibleAfterMs } = this.#options;
    if (visibleAfterMs === 0) return [...instances.values()];
    const before = performance.now() - visibleAfterMs;
    return [...instances.values()].filter(({ storedAt }) => storedAt <= before);
  }
}
