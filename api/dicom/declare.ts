// Declarations of the init code: pools, receivers, feeders. The host makes each once; the same call
// in another VU's init gets the same thing.
import { Op } from '../bridge.ts';
import { ask } from '../sandbox/calls.ts';
import { badArgument } from '../sandbox/errors.ts';
import type { Vu } from '../sandbox/vu.ts';
import { Dataset, Study, learn, nextStudy, type Member } from './data.ts';
import { milliseconds } from '../sandbox/duration.ts';
import { mergeEdits } from './edit-keys.ts';
import { Pool } from './pool.ts';
import { Receiver } from './delivery/receiver.ts';
import { Recording, type DeclaredRecording } from './recording/recording.ts';
import type * as T from './types.ts';

const pools = new Map<string, readonly Member[]>();
const receivers = new Map<string, { id: number; aet: string }>();
const recordings = new Map<string, DeclaredRecording>();
const rows = new Map<string, readonly unknown[]>();

function onlyInInit(vu: Vu, what: string): void {
  if (!vu.initialising) {
    throw badArgument(
      `${what}() is a declaration: it is legal only in init code`,
      'move it to the top of the script',
    );
  }
}

function declarePool(vu: Vu, request: Readonly<Record<string, unknown>>): Pool {
  const key = JSON.stringify(request);
  let list = pools.get(key);
  if (list === undefined) {
    list = ask(vu, Op.DECLARE, JSON.stringify({ key, ...request })) as readonly Member[];
    learn(list);
    pools.set(key, list);
  }
  return new Pool(vu, list);
}

export function files(
  vu: Vu,
  where: string | readonly string[] | undefined,
  options: T.FilesOptions = {},
): Pool {
  onlyInInit(vu, 'files');
  const { filter, ...rest } = options;
  const pool = declarePool(vu, { kind: 'files', where, ...rest });
  if (filter === undefined) return pool;
  const selected = pool.select(filter);
  if (selected.length === 0) {
    throw badArgument(
      `files(${JSON.stringify(where) ?? ''}): none of ${pool.length} instances passes the filter`,
      `modalities there: ${[...new Set(pool.members.map((m) => m.modality))].join(', ')}`,
    );
  }
  return selected;
}

export function synthetic(vu: Vu, what: string | T.SyntheticOptions): Pool {
  onlyInInit(vu, 'synthetic');
  const options = typeof what === 'string' ? { preset: what } : what;
  return declarePool(vu, { kind: 'synthetic', options });
}

export function receiver(vu: Vu, options: T.ReceiverOptions): Receiver {
  onlyInInit(vu, 'receiver');
  const { settle, ...rest } = options;
  const spec = { ...rest, settleMs: milliseconds(settle, 'receiver: settle') };
  const key = `receiver ${JSON.stringify(spec)}`;
  let made = receivers.get(key);
  if (made === undefined) {
    made = ask(vu, Op.DECLARE, JSON.stringify({ kind: 'receiver', key, spec })) as {
      id: number;
      aet: string;
    };
    receivers.set(key, made);
  }
  return new Receiver(vu, made.id, made.aet);
}

export function recording(vu: Vu, path: string): Recording {
  onlyInInit(vu, 'recording');
  const key = `recording ${path}`;
  let made = recordings.get(key);
  if (made === undefined) {
    const request = { kind: 'recording', key, path };
    made = ask(vu, Op.DECLARE, JSON.stringify(request)) as DeclaredRecording;
    learn(made.members);
    recordings.set(key, made);
  }
  return new Recording(vu, made);
}

/** Rows of a file, parsed once per worker: `csv` by its header line, `json` an array. */
export function feeder(vu: Vu, kind: 'csv' | 'json', path: string): readonly unknown[] {
  onlyInInit(vu, kind);
  const key = `${kind} ${path}`;
  let list = rows.get(key);
  if (list === undefined) {
    list = ask(vu, Op.DECLARE, JSON.stringify({ kind, key, path })) as readonly unknown[];
    if (!Array.isArray(list)) throw badArgument(`${kind}("${path}"): must hold a list`);
    rows.set(key, Object.freeze(list.map((row: unknown) => Object.freeze(row))));
    list = rows.get(key) ?? list;
  }
  return list;
}

/** A new study: see StudyOptions. */
export function study(vu: Vu, options: T.StudyOptions = {}): Study {
  const { from, worklist, patient, set } = options;
  if (from === undefined) {
    throw badArgument(
      'study({ from }): needs a pool or instances',
      "declare one at the top: dicom.synthetic('KB512')",
    );
  }
  const list =
    from instanceof Pool
      ? from.prototypes
      : from instanceof Dataset
        ? [from.prototype]
        : from.map((d) => d.prototype);
  if (list.length === 0) throw badArgument('study({ from }): the pool is empty');
  const series = positive(options.series ?? 1, 'series');
  const images = positive(
    options.images ?? (from instanceof Dataset ? 1 : Math.max(1, list.length)),
    'images',
  );
  const edits = { ...(worklist === undefined ? {} : identifiers(worklist)), ...patient };
  const all = mergeEdits(mergeEdits(null, edits), set ?? {});
  return new Study(
    vu,
    nextStudy(),
    list,
    { series, images },
    Object.keys(all).length === 0 ? null : all,
  );
}

function positive(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 1) {
    throw badArgument(`study({ ${what} }): must be an integer ≥ 1, got ${String(value)}`);
  }
  return value;
}

const TAKEN_OVER = [
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'PatientSex',
  'AccessionNumber',
  'ReferringPhysicianName',
  'StudyInstanceUID',
  'RequestedProcedureID',
  'RequestedProcedureDescription',
];

/** What a modality takes over from a worklist item (PS3.4 K.6.1, IHE RAD-6). */
function identifiers(item: T.Match): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const keyword of TAKEN_OVER) {
    const value = item[keyword];
    if (
      value !== undefined &&
      keyword !== 'RequestedProcedureDescription' &&
      keyword !== 'RequestedProcedureID'
    ) {
      out[keyword] = value;
    }
  }
  if (item['RequestedProcedureDescription'] !== undefined) {
    out['StudyDescription'] = item['RequestedProcedureDescription'];
  }
  return out;
}
