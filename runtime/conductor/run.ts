// What the phases of a run share: its threads, its end, and who is told of what breaks. The phases
// themselves stand in phases/, and in the order they happen in runtime/cli/run/execute.ts.
import { DicomRunError, ExitCode } from '../errors.ts';
import { Acceptors } from './acceptors.ts';
import { DeferredEvents } from './fleet/deferred.ts';
import { Fleet } from './fleet/fleet.ts';
import { FaultError, faultProblem } from './fleet/mailbox.ts';
import type { VuPool } from './fleet/member.ts';
import { newVuPool } from './fleet/pool.ts';
import { Discretion } from './records/discretion.ts';
import type { PlaceOf } from './records/error-log.ts';
import type { Recorder } from './records/recorder.ts';
import type { RunSettings } from './run-types.ts';
import { StoppedError } from './stopper.ts';

export class Run {
  readonly settings: RunSettings;
  readonly events: DeferredEvents;
  /** Worker 0 boots as soon as the run is made, while the script is bundled. */
  fleet: Fleet;
  /** Null while nothing listens. */
  acceptors: Acceptors | null = null;
  /** Null until there is somewhere to record. */
  recorder: Recorder | null = null;
  /** Where in the author's file a stack begins; nothing is known before the script is bundled. */
  placeOf: PlaceOf = () => null;
  /** Until the options are known only the script and its files have been heard. */
  discretion: Discretion;
  /** What the workers of the fleet have; null: the default. */
  #heapBytes: number | null;
  #sources = 0;

  constructor(settings: RunSettings) {
    this.settings = settings;
    this.discretion = new Discretion(true, settings.runNumber);
    this.events = new DeferredEvents({
      log: (message) => settings.screen.log(message),
      broken: (error) => settings.stopper.fault(error),
    });
    this.#heapBytes = settings.workerHeapBytes;
    this.fleet = this.#newFleet(settings.pool);
  }

  /** Replaces worker 0 when its heap is to be another; true when it did. */
  async useHeap(heapBytes: number | null): Promise<boolean> {
    if (heapBytes === this.#heapBytes) return false;
    await this.fleet.destroy();
    this.#heapBytes = heapBytes;
    this.fleet = this.#newFleet();
    return true;
  }

  /** Makes the acceptor threads; they start when they are told to listen. */
  newAcceptors(threads: number): Acceptors {
    const { acceptorWorker: file } = this.settings;
    const { events, nextSource } = this;
    this.acceptors = new Acceptors({ file, threads, events, nextSource });
    return this.acceptors;
  }

  /** The phase's result, or StoppedError as soon as somebody asks for the end. */
  until<T>(phase: Promise<T>): Promise<T> {
    return this.settings.stopper.guard(phase);
  }

  /** A fault of ours in a phase ends the run in order: the phases after it still happen. */
  async survive<T>(phase: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await phase;
    } catch (error) {
      this.settings.stopper.fault(error);
      return otherwise;
    }
  }

  /** Said on screen and in the log; the run ends with the code of what failed. */
  phaseFailed(error: unknown): void {
    const problem = this.explain(error);
    this.settings.screen.problem(problem);
    this.settings.stopper.stop(problem.exitCode, problem.message);
    this.recorder?.event('abort', problem.message, problem.where ?? '');
  }

  /** What ends a run before it began; problems of the bundler and of a command say what it takes. */
  told(error: unknown): unknown {
    const isOurs = error instanceof FaultError || error instanceof StoppedError;
    return isOurs ? this.explain(error) : error;
  }

  /** What a person needs to know of what went wrong in a phase. */
  explain(error: unknown): DicomRunError {
    if (error instanceof DicomRunError) return error;
    if (error instanceof StoppedError) {
      return new DicomRunError(error.end.code, { code: 'STOPPED', message: error.end.reason });
    }
    if (error instanceof FaultError) {
      const place = (stack?: string) =>
        stack === undefined ? undefined : this.placeOf(stack)?.where;
      return faultProblem(error, { place, discreet: this.discretion.text });
    }
    const message = error instanceof Error ? error.message : String(error);
    return new DicomRunError(ExitCode.INTERNAL, { code: 'INTERNAL', message }, error);
  }

  /** Ends all threads, whatever they are doing. */
  async destroy(): Promise<void> {
    this.recorder?.stop();
    await Promise.all([this.fleet.destroy(), this.acceptors?.destroy()]);
  }

  readonly nextSource = (): number => this.#sources++;

  #newFleet(pool?: VuPool): Fleet {
    const { vuWorker: file, maxWorkers: maxThreads, cores } = this.settings;
    const fleet = new Fleet({
      pool: pool ?? newVuPool({ file, maxThreads, cores, heapBytes: this.#heapBytes }),
      events: this.events,
      nextSource: () => this.nextSource(),
    });
    fleet.startLead();
    return fleet;
  }
}
