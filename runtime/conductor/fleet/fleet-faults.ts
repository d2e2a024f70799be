// What a fleet says when a worker hangs or dies.
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { ScriptFault } from '../../threads/samples.ts';

/** Whose code ran, for messages. */
export function guestName(vu: number, scenario: string): string {
  const who = vu > 0 ? `VU ${vu}` : 'a VU';
  return scenario === '' ? who : `${who} (${scenario})`;
}

export function initHang(hangMs: number): ScriptFault {
  return {
    code: 'SCRIPT_HANG',
    name: 'Error',
    message: `the module code did not come to its end within ${hangMs / 1000} s`,
    hint: 'is there an endless loop? heavy work belongs into setup()',
  };
}

export function tooManyDeaths(worker: number, why: string): DicomRunError {
  return new DicomRunError(ExitCode.INTERNAL, {
    code: 'WORKER_DIED',
    message: `worker ${worker} cannot go on: ${why}`,
    hint: 'see errors.ndjson; a script that exhausts the memory of its worker does this',
  });
}
