// Instances, studies and pools as scripts hold them: numbers that name a prototype and an identity.
// The bytes stay on the host; a data set that is no longer referenced is simply collected.
import { PACK } from '../abi.ts';
import { Op } from '../bridge.ts';
import { ask } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import { shared } from '../sandbox/shared.ts';
import type { Vu } from '../sandbox/vu.ts';
import { mergeEdits, uidEdit } from './edit-keys.ts';
import type { AnonymiseOptions, Edits, FileFacts } from './types.ts';

/** @internal What the sandbox knows of one prototype. */
export interface Member {
  /** pool * 2^20 + member. */
  readonly prototype: number;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly studyUid: string;
  readonly modality: string;
  readonly transferSyntax: string;
  readonly bytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly sizeClass: 'small' | 'medium' | 'large';
}

const members = new Map<number, Member>();

/** Registers the members of a declared pool. */
export function learn(list: readonly Member[]): void {
  for (const member of list) members.set(member.prototype, member);
}

export function memberOf(prototype: number): Member {
  const member = members.get(prototype);
  if (member === undefined) throw badArgument(`no prototype ${prototype} in this run`);
  return member;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function uidOf(study: number, series: number, instance: number): string {
  const { studies, runNumber } = shared.boot;
  const number = digits(studies.first + study, 13);
  return `2.25.1${runNumber}${number}${digits(series, 4)}${digits(instance, 6)}`;
}

/** A study number nobody else has. */
export function nextStudy(): number {
  const study = shared.studies++;
  if (study < shared.boot.studies.count) return study;
  throw badArgument('dicom.study(): this worker has no study numbers left; end the run earlier');
}

/** How a store identifies itself. */
export const Identity = { POOL: 0, FRESH: 1, AS_IS: 2 } as const;

/** One instance: what to send, and under which identity. Immutable; edits give another one. */
export class Dataset {
  /** @internal */
  readonly vu: Vu;
  /** @internal */
  readonly prototype: number;
  /** @internal Study, series and instance number of this worker; 0 unless fresh. */
  readonly study: number;
  /** Number of its series in the study, from 1; 0 unless fresh. */
  readonly series: number;
  /** Number in its series, from 1; 0 unless fresh. */
  readonly instance: number;
  /** @internal */
  readonly identity: number;
  /** Attributes that are set besides the identity, null when there are none. */
  readonly edits: Edits | null;
  /** The study it was made for, null when for none. */
  readonly parent: Study | null;
  /** Accepted sends of it, for `receiver.expect(image)`. */
  accepted: number;

  // eslint-disable-next-line max-params -- made for every image: no object for its arguments
  constructor(
    vu: Vu,
    prototype: number,
    identity: number,
    edits: Edits | null,
    parent: Study | null,
    study = 0,
    series = 0,
    instance = 0,
  ) {
    this.vu = vu;
    this.prototype = prototype;
    this.identity = identity;
    this.edits = edits;
    this.parent = parent;
    this.study = study;
    this.series = series;
    this.instance = instance;
    this.accepted = 0;
  }

  /** SOP Class UID. */
  get sopClass(): string {
    return memberOf(this.prototype).sopClass;
  }
  /** Transfer Syntax UID. */
  get transferSyntax(): string {
    return memberOf(this.prototype).transferSyntax;
  }
  /** Modality (0008,0060). */
  get modality(): string {
    return memberOf(this.prototype).modality;
  }
  /** Length of the data set as encoded, in bytes. */
  get bytes(): number {
    return memberOf(this.prototype).bytes;
  }
  /** small < 1 MB, medium ≤ 10 MB, large. */
  get sizeClass(): string {
    return memberOf(this.prototype).sizeClass;
  }
  /** SOP Instance UID. */
  get uid(): string {
    const edited = uidEdit(this.edits, 'SOPInstanceUID');
    if (edited !== null) return edited;
    if (this.identity === Identity.FRESH) return uidOf(this.study, this.series, this.instance);
    return memberOf(this.prototype).sopInstance;
  }
  /** Study Instance UID. */
  get studyUid(): string {
    const edited = uidEdit(this.edits, 'StudyInstanceUID');
    if (edited !== null) return edited;
    return this.identity === Identity.FRESH
      ? uidOf(this.study, 0, 0)
      : memberOf(this.prototype).studyUid;
  }

  /**
   * The same instance with attributes set (a value), removed (null) or emptied (''). A new
   * SpecificCharacterSet takes all text with it; text that it cannot say is an error.
   */
  with(edits: Edits): Dataset {
    if (typeof edits !== 'object' || edits === null) {
      throw badArgument('with(): needs an object of keyword: value');
    }
    return this.#copy(mergeEdits(this.edits, edits));
  }

  /** The same content as a new instance of a new study: new patient, study, series, instance. */
  fresh(): Dataset {
    return new Dataset(
      this.vu,
      this.prototype,
      Identity.FRESH,
      this.edits,
      null,
      nextStudy(),
      1,
      1,
    );
  }

  /** The stored bytes, identifiers included: not one byte is changed. */
  asIs(): Dataset {
    return new Dataset(this.vu, this.prototype, Identity.AS_IS, null, null);
  }

  /**
   * De-identified by the Basic Profile (PS3.15 Annex E) and its options. The identity of a fresh
   * instance is made up already and stays.
   */
  anonymised(options: AnonymiseOptions = {}): Dataset {
    const edits = ask(
      this.vu,
      Op.ASK,
      JSON.stringify({ ask: 'anonymise', ...this.recipe(), options }),
    );
    return this.#copy(mergeEdits(this.edits, edits as Edits));
  }

  /** Value of an attribute by keyword, tag or path; undefined when absent. */
  get(attribute: string): unknown {
    return ask(this.vu, Op.ASK, JSON.stringify({ ask: 'get', ...this.recipe(), attribute }));
  }
  /** Whether the attribute is there, empty or not. */
  has(attribute: string): boolean {
    return this.get(attribute) !== undefined;
  }
  /** All attributes but pixel data, as text lines. */
  dump(): string {
    return ask(this.vu, Op.ASK, JSON.stringify({ ask: 'dump', ...this.recipe() })) as string;
  }

  /**
   * SHA-256 (hex) of its pixel data as it is stored here, '' when there is none: what a C-GET must
   * bring in the same transfer syntax (`ReceivedInstance.pixelHash`). Of compressed pixel data it is
   * that of what is in the fragments, however it is cut into them.
   */
  get pixelHash(): string {
    return ask(this.vu, Op.ASK, JSON.stringify({ ask: 'pixelHash', ...this.recipe() })) as string;
  }
  /**
   * The file it was read from, byte for byte. Reads it once more, whole.
   *
   * @throws DicomError `SCRIPT_ARGUMENT` for an instance that was made, not read; `DATA_FILE` when the
   *   file cannot be read any more
   */
  file(): FileFacts {
    return ask(this.vu, Op.ASK, JSON.stringify({ ask: 'file', ...this.recipe() })) as FileFacts;
  }

  /** @internal What the host needs to build it. */
  recipe(): Record<string, unknown> {
    return {
      prototype: this.prototype,
      study: shared.boot.studies.first + this.study,
      series: this.series,
      instance: this.instance,
      fresh: this.identity === Identity.FRESH,
      edits: this.edits ?? undefined,
    };
  }

  #copy(edits: Edits): Dataset {
    const { vu, prototype, identity, parent, study, series, instance } = this;
    return new Dataset(vu, prototype, identity, edits, parent, study, series, instance);
  }

  toJSON(): unknown {
    return { uid: this.uid, modality: this.modality, bytes: this.bytes };
  }
}

/** True when numbers alone say all of it. */
export function isPlain(image: Dataset): boolean {
  return (
    image.identity === Identity.FRESH &&
    image.edits === null &&
    image.series < PACK.SERIES &&
    image.instance < PACK.INSTANCES
  );
}

/** @internal Series of a study, and instances in each. */
export interface Shape {
  readonly series: number;
  readonly images: number;
}

/** A study of new instances. Its UIDs follow from its number. */
export class Study {
  /** @internal */
  readonly vu: Vu;
  /** @internal */
  readonly number: number;
  /** @internal */
  readonly prototypes: readonly number[];
  /** How many series it has. */
  readonly seriesCount: number;
  /** Instances per series. */
  readonly perSeries: number;
  /** Attributes that are set in every instance, null when there are none. */
  readonly edits: Edits | null;
  /** Accepted stores of its instances, for `receiver.expect(study)`. */
  accepted: number;
  #list: Dataset[] | null;

  // eslint-disable-next-line max-params -- made in every iteration: no object for its arguments
  constructor(
    vu: Vu,
    number: number,
    prototypes: readonly number[],
    shape: Shape,
    edits: Edits | null,
  ) {
    this.vu = vu;
    this.number = number;
    this.prototypes = prototypes;
    this.seriesCount = shape.series;
    this.perSeries = shape.images;
    this.edits = edits;
    this.accepted = 0;
    this.#list = null;
  }

  /** Study Instance UID. */
  get uid(): string {
    return uidEdit(this.edits, 'StudyInstanceUID') ?? uidOf(this.number, 0, 0);
  }

  /** Its instances, series by series. */
  get images(): Dataset[] {
    if (this.#list !== null) return this.#list;
    const list: Dataset[] = [];
    const { prototypes } = this;
    for (let series = 1; series <= this.seriesCount; series++) {
      for (let instance = 1; instance <= this.perSeries; instance++) {
        const prototype = prototypes[list.length % prototypes.length] as number;
        list.push(
          new Dataset(
            this.vu,
            prototype,
            Identity.FRESH,
            this.edits,
            this,
            this.number,
            series,
            instance,
          ),
        );
      }
    }
    return (this.#list = list);
  }
  /** How many instances it has. */
  get length(): number {
    return this.seriesCount * this.perSeries;
  }
  /** Bytes of all its data sets. */
  get bytes(): number {
    return this.images.reduce((sum, image) => sum + image.bytes, 0);
  }
  /** Value of an attribute of its first instance. */
  get(attribute: string): unknown {
    return this.images[0]?.get(attribute);
  }
  /** The same identity with attributes set in every instance. */
  with(edits: Edits): Study {
    const shape = { series: this.seriesCount, images: this.perSeries };
    return new Study(this.vu, this.number, this.prototypes, shape, mergeEdits(this.edits, edits));
  }
  [Symbol.iterator](): Iterator<Dataset> {
    return this.images[Symbol.iterator]();
  }
  toJSON(): unknown {
    return { uid: this.uid, series: this.seriesCount, images: this.length };
  }
}
