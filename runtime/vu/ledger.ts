// What was sent, for the ledger file: per study a range, on request every instance.
import type { MessagePort } from 'node:worker_threads';
import { sopUid, studyUid } from '../dicom/data/identity.ts';

interface Entry {
  instances: number;
  uids: string[];
}

const MAX_HELD = 5000;

export class Ledger {
  readonly #port: MessagePort;
  readonly #run: string;
  readonly #mode: 'studies' | 'instances' | 'none';
  readonly #studies = new Map<number | string, Entry>();

  constructor(port: MessagePort, run: string, mode: 'studies' | 'instances' | 'none') {
    this.#port = port;
    this.#run = run;
    this.#mode = mode;
  }

  /** An instance was accepted; `uids` when they do not follow from the numbers. */
  sent(
    study: number,
    member: number,
    uids: { readonly uid: string; readonly studyUid: string } | null,
  ): void {
    if (this.#mode === 'none') return;
    const key = uids === null ? study : uids.studyUid;
    let entry = this.#studies.get(key);
    if (entry === undefined) {
      if (this.#studies.size >= MAX_HELD) this.flush();
      this.#studies.set(key, (entry = { instances: 0, uids: [] }));
    }
    entry.instances++;
    if (this.#mode === 'instances') {
      entry.uids.push(uids === null ? sopUid(this.#run, study, member) : uids.uid);
    }
  }

  flush(): void {
    if (this.#studies.size === 0) return;
    let lines = '';
    for (const [key, { instances, uids }] of this.#studies) {
      const study = typeof key === 'number' ? studyUid(this.#run, key) : key;
      lines += `${JSON.stringify({ study, instances, ...(uids.length === 0 ? {} : { uids }) })}\n`;
    }
    this.#studies.clear();
    this.#port.postMessage({ kind: 'ledger', lines });
  }
}
