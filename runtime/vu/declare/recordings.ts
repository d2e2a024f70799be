// The associations of declared recordings, read when an iteration replays them.
import { openSync } from 'node:fs';
import { startsOf } from '../../executors/recorded.ts';
import { readAssociation } from '../../recording/reader.ts';
import type { Declaration } from '../../threads/vu.ts';
import type { WorkerParts } from '../parts.ts';
import type { Asks } from '../sandbox/asks.ts';
import { RingFault } from '../sandbox/host.ts';

type Declared = Extract<Declaration, { readonly kind: 'recording' }>;

/** Answers what `dicom.recording` and `dicom.replay` ask. */
export function wireRecordings(asks: Asks, parts: WorkerParts): void {
  const files = new Map<number, number>();
  const associationOf = (declared: Declared, index: number): unknown => {
    const { id, file, offsets, lengths } = declared;
    try {
      let open = files.get(id);
      if (open === undefined) files.set(id, (open = openSync(file, 'r')));
      return readAssociation(open, offsets[index] ?? 0, lengths[index] ?? 0);
    } catch (error) {
      throw new RingFault({
        code: 'SCRIPT_STATE',
        message: `recording: cannot be read any more: ${(error as Error).message}`,
      });
    }
  };
  const declaredOf = (fits: (declared: Declared) => boolean): Declared | undefined =>
    parts.plan.declarations.find((one): one is Declared => one.kind === 'recording' && fits(one));
  asks.on('recorded', ({ recording, index, scenario, iteration }) => {
    if (recording !== undefined) {
      const declared = declaredOf(({ id }) => id === recording);
      return declared === undefined ? null : associationOf(declared, Number(index));
    }
    const config = parts.plan.scenarios[Number(scenario)];
    if (config?.executor !== 'recorded') return null;
    const declared = declaredOf(({ name }) => name === config.recording.name);
    if (declared === undefined) return null;
    const { which, copies } = startsOf(config);
    const k = Number(iteration);
    const association = associationOf(declared, which[k] ?? 0);
    return { association, speed: config.speed, copy: copies[k] ?? 0, recording: declared.id };
  });
}
