// What was sent, for the ledger file. Fresh studies are numbers, so that a line holds a range of them:
//   {"first":"2.25.…","last":"2.25.…","studies":40,"instances":4}     40 studies of 4 instances each
//   {"study":"1.2.…","instances":1}                                   a study with a UID of its own
//   {"study":"1.2.…","unanswered":2}                                  sent, and may have arrived
// With `instances` every line also lists the SOP Instance UIDs, one study a line.
import type { MessagePort } from 'node:worker_threads';
import { sopUid, studyUid } from '../../dicom/pool/identity.ts';

export type LedgerMode = 'studies' | 'instances' | 'none';

/** UIDs of an instance whose identity is not that of its numbers. */
export interface OwnUids {
  readonly uid: string;
  readonly studyUid: string;
}

/** Which instance. */
interface Sent {
  readonly study: number;
  readonly member: number;
  readonly own: OwnUids | null;
}

const MAX_HELD = 50_000;

export class Ledger {
  readonly #port: MessagePort;
  readonly #run: string;
  readonly #mode: LedgerMode;
  /** Instances by study number. */
  readonly #fresh = new Map<number, number>();
  /** SOP Instance UIDs by Study Instance UID. */
  readonly #uids = new Map<string, string[]>();
  /** The same for what was sent and never answered. */
  readonly #unanswered = new Map<string, string[]>();

  constructor(port: MessagePort, run: string, mode: LedgerMode) {
    this.#port = port;
    this.#run = run;
    this.#mode = mode;
  }

  /** An instance was accepted; `own` when its UIDs do not follow from the numbers. */
  sent(study: number, member: number, own: OwnUids | null): void {
    if (this.#mode === 'none') return;
    if (own === null && this.#mode === 'studies') {
      this.#fresh.set(study, (this.#fresh.get(study) ?? 0) + 1);
      if (this.#fresh.size >= MAX_HELD) this.flush();
      return;
    }
    this.#list(this.#uids, { study, member, own });
  }

  /** Nobody said what became of it: cut off, timed out, or the connection was lost. */
  unanswered(study: number, member: number, own: OwnUids | null): void {
    if (this.#mode !== 'none') this.#list(this.#unanswered, { study, member, own });
  }

  #list(into: Map<string, string[]>, { study, member, own }: Sent): void {
    const key = own === null ? studyUid(this.#run, study) : own.studyUid;
    const uid = own === null ? sopUid(this.#run, study, member) : own.uid;
    const list = into.get(key);
    if (list === undefined) into.set(key, [uid]);
    else list.push(uid);
    if (into.size >= MAX_HELD) this.flush();
  }

  flush(): void {
    const lines = [
      ...this.#ranges(),
      ...this.#lists(this.#uids, 'instances'),
      ...this.#lists(this.#unanswered, 'unanswered'),
    ];
    if (lines.length === 0) return;
    this.#port.postMessage({ kind: 'ledger', lines: `${lines.join('\n')}\n` });
  }

  /** Runs of consecutive studies with as many instances. */
  *#ranges(): Iterable<string> {
    const entries = [...this.#fresh].sort(([a], [b]) => a - b);
    this.#fresh.clear();
    let from = 0;
    for (let i = 1; i <= entries.length; i++) {
      const [study = 0, count] = entries[i] ?? [];
      const [before = 0, same] = entries[i - 1] ?? [];
      if (i < entries.length && study === before + 1 && count === same) continue;
      const [first = 0, instances] = entries[from] ?? [];
      const uid = studyUid(this.#run, first);
      const last = studyUid(this.#run, before);
      const studies = i - from;
      yield JSON.stringify(
        studies === 1 ? { study: uid, instances } : { first: uid, last, studies, instances },
      );
      from = i;
    }
  }

  *#lists(from: Map<string, string[]>, what: 'instances' | 'unanswered'): Iterable<string> {
    for (const [study, uids] of from) {
      const named = this.#mode === 'instances' ? { uids } : {};
      yield JSON.stringify({ study, [what]: uids.length, ...named });
    }
    from.clear();
  }
}
