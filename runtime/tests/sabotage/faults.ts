// What a target can do wrong, and the words by which a run has to name it.
import type { AcceptorFaults, Simulation } from '../../../api/k6/simulate.ts';

export interface Fault {
  readonly name: string;
  /** What happens, for the table. */
  readonly what: string;
  readonly router?: object;
  readonly archive?: object;
  /** Variables of the run. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where a station cannot do it: the script's own text, changed. */
  readonly change?: (text: string) => string;
  /** What happens to the files that were written. */
  readonly damage?: (folder: string) => void;
  readonly says: RegExp;
}

const everyOther = (request: object): AcceptorFaults => ({ requests: [{ every: 2, ...request }] });

/** The columns of the table. */
export const COLUMNS = ['loss', 'duplicate', 'pixels', 'status', 'refusal', 'abort'] as const;
export type Column = (typeof COLUMNS)[number];

const STORE = { service: 'C-STORE' };
const REFUSE: AcceptorFaults = {
  associate: [{ every: 2, reject: { result: 1, source: 1, reason: 1 } }],
};

export const FAULTS: Readonly<Record<Column, Fault>> = {
  loss: {
    name: 'loss',
    what: 'answers success to half of the images and forgets them',
    router: { drop: 0.5, seed: 3 },
    says: /did not arrive|✗ .*\b(missing|found|there|whole|counted|forwarded|complete|written|arriv\w*|all of them)\b/,
  },
  duplicate: {
    name: 'duplicate',
    what: 'delivers half of the images twice',
    router: { duplicate: 0.5, seed: 3 },
    says: /more often than sent|✗ .*\b(duplicated|twice|once)\b/,
  },
  pixels: {
    name: 'pixels',
    what: 'changes one byte of the pixel data of half of the images',
    router: { corrupt: 0.5, seed: 3 },
    says: /arrived changed|✗ .*\b(corrupted|pixels?|forwarded)\b/,
  },
  status: {
    name: 'status',
    what: 'answers A700 to every other store',
    router: everyOther({ ...STORE, status: 0xa700 }),
    archive: everyOther({ ...STORE, status: 0xa700 }),
    says: /status A700/,
  },
  refusal: {
    name: 'refusal',
    what: 'rejects every other association',
    router: REFUSE,
    archive: REFUSE,
    says: /rejected the association|✗ .*: accepted\b/,
  },
  abort: {
    name: 'abort',
    what: 'aborts every other association in the middle of a store',
    router: everyOther({ ...STORE, abortAfter: 1000 }),
    archive: everyOther({ ...STORE, abortAfter: 1000 }),
    says: /\babort(ed)?\b/i,
  },
};

/** The stations of a fault, over those of the script. */
export function stationsOf({ router, archive }: Fault): Simulation {
  return {
    ...(router === undefined ? {} : { router: { faults: router } }),
    ...(archive === undefined ? {} : { archive: { faults: archive } }),
  } as Simulation;
}
