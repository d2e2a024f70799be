// Which destinations an instance goes to: by AE titles, modality, and conditions on its elements.
import type { RouterRoute } from '../../../api/k6/simulate.ts';
import { HeaderReader } from '../account/headers/header.ts';
import type { Looks } from '../patterns/pattern.ts';
import { ConditionList } from './conditions.ts';
import { SpecError } from '../stations/spec-error.ts';

const SOP_INSTANCE_UID = 0x00080018;
const MODALITY = 0x00080060;
const STUDY_INSTANCE_UID = 0x0020000d;

const UNREADABLE = 'its header cannot be read';

/** What a routing decision looks at. */
export interface Routable {
  readonly calledAET: string;
  readonly callingAET: string;
  readonly transferSyntax: string;
  /** The header; null when it cannot be read. */
  readonly bytes: Buffer | null;
}

/** What one decision looks at, and with. */
interface Decision {
  readonly instance: Routable;
  readonly reader: HeaderReader | null;
  readonly looks: Looks;
}

interface Compiled {
  readonly spec: RouterRoute;
  readonly conditions: ConditionList | null;
}

/** Routes in order; every one that fits takes a copy. */
export class RouteTable {
  readonly #routes: readonly Compiled[];
  readonly #needsHeader: boolean;
  readonly #needsStudy: boolean;
  /** A decision may have to be made twice, see {@link Looks}. */
  readonly hasPatterns: boolean;

  /** @throws SpecError when a route names a destination that is not there */
  constructor(
    specs: readonly RouterRoute[],
    destinations: ReadonlySet<string>,
    needsStudy: boolean,
  ) {
    for (const { to } of specs) {
      for (const name of to) {
        if (!destinations.has(name)) {
          throw new SpecError(`router: route to "${name}", which is no destination`);
        }
      }
    }
    this.#routes = specs.map((spec) => ({
      spec,
      conditions: spec.when === undefined ? null : new ConditionList(spec.when),
    }));
    this.hasPatterns = this.#routes.some(({ conditions }) => conditions?.hasPatterns === true);
    this.#needsStudy = needsStudy;
    this.#needsHeader =
      needsStudy ||
      specs.some(({ modality, when }) => modality !== undefined || when !== undefined);
  }

  /**
   * Destinations, each once, and the Study Instance UID where it had to be read.
   * @throws DataError `DATA_MALFORMED`, Error when a header has to be looked at that cannot be read
   */
  find(instance: Routable, looks: Looks): { to: readonly string[]; study: string } {
    const { bytes, transferSyntax } = instance;
    const reader =
      this.#needsHeader && bytes !== null ? new HeaderReader({ bytes, transferSyntax }) : null;
    if (this.#needsStudy && reader === null) throw new Error(UNREADABLE);
    const to = new Set<string>();
    // A route to nowhere takes it, too.
    let taken = false;
    for (const compiled of this.#routes) {
      const { spec } = compiled;
      if (spec.otherwise === true && taken) continue;
      if (!fits(compiled, { instance, reader, looks })) continue;
      taken = true;
      for (const name of spec.to) to.add(name);
    }
    return { to: [...to], study: reader?.value(STUDY_INSTANCE_UID) ?? '' };
  }

  /** The SOP Instance UID after the rules, when they changed the data set; null = as it was. */
  sopInstanceAfter(after: Buffer, before: Buffer, transferSyntax: string): string | null {
    if (after === before) return null;
    return new HeaderReader({ bytes: after, transferSyntax }).value(SOP_INSTANCE_UID);
  }
}

/** @throws Error when it would have to look at a header that cannot be read */
function fits({ spec, conditions }: Compiled, { instance, reader, looks }: Decision): boolean {
  const { calledAET, callingAET, modality } = spec;
  if (calledAET !== undefined && calledAET !== instance.calledAET) return false;
  if (callingAET !== undefined && callingAET !== instance.callingAET) return false;
  if (modality === undefined && conditions === null) return true;
  if (reader === null) throw new Error(UNREADABLE);
  if (modality !== undefined && reader.value(MODALITY) !== modality) return false;
  return conditions === null || conditions.hold(reader, looks);
}
