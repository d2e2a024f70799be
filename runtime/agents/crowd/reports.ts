// What agents report besides their numbers: into the recorder, once there is one.
import type { Recorder } from '../../conductor/records/recorder.ts';
import type { Stopper } from '../../conductor/stopper.ts';
import type { ExitCode } from '../../errors.ts';
import { isBeforeT0 } from '../../threads/samples.ts';
import type { ErrorMessage } from '../../threads/samples.ts';
import type { UpRecord } from '../protocol.ts';
import type { Remote } from '../remote.ts';

/** Reports that a phase may wait for before there is anything to record in. */
const AT_ONCE: ReadonlySet<UpRecord['k']> = new Set(['ready', 'refused']);

export interface ReportsSettings {
  readonly stopper: Stopper;
  /** A scenario has come to its end at that agent. */
  readonly over: (remote: Remote, scenario: number) => void;
  /** An agent reports nothing after this. */
  readonly ended: () => void;
}

export class Reports {
  readonly #settings: ReportsSettings;
  #recorder: Recorder | null = null;
  #early: (() => void)[] | null = [];

  constructor(settings: ReportsSettings) {
    this.#settings = settings;
  }

  attach(recorder: Recorder): void {
    this.#recorder = recorder;
    const early = this.#early ?? [];
    this.#early = null;
    for (const call of early) call();
  }

  take(remote: Remote, record: UpRecord): void {
    if (this.#early !== null && !AT_ONCE.has(record.k)) {
      this.#early.push(() => this.take(remote, record));
      return;
    }
    const recorder = this.#recorder;
    switch (record.k) {
      case 'log': {
        const { message } = record;
        recorder?.log({ ...message, message: `${remote.name}: ${message.message}` });
        break;
      }
      case 'error':
        recorder?.error(byOurClock(record.error, remote.clock.offsetMs));
        break;
      case 'case':
        recorder?.caseState(record.message);
        break;
      case 'over':
        this.#settings.over(remote, record.scenario);
        break;
      case 'failTest':
        recorder?.failTest(record.message);
        break;
      case 'stopping':
        this.#settings.stopper.stop(
          record.code as ExitCode,
          `agent ${remote.shown}: ${record.reason}`,
        );
        break;
      default:
    }
    remote.takeRecord(record);
    if (record.k === 'end') this.#settings.ended();
  }
}

/** What was stamped before t0 was known has the time of its agent's clock. */
function byOurClock(error: ErrorMessage, offsetMs: number): ErrorMessage {
  return isBeforeT0(error.time) ? { ...error, time: error.time - offsetMs } : error;
}
