// Our own transport without the sandbox, metrics and threads: what a script is measured against.
// What is measured begins when its code is compiled.
//   node bare.js PORT VUS SECONDS BYTES [STORES [STAMPS]]: so long, or so many; of each of those goes to a
//   file when it was stamped (µs since the epoch) and how long its write took (µs), as JSON
import { writeFileSync } from 'node:fs';
import { Pool } from '../dicom/pool/prototype.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { PendingRequest } from '../dicom/dimse/pending.ts';
import { StoreImages } from '../dicom/scu/store-image.ts';
import { associate } from '../dicom/ul/associate.ts';
import type { Association } from '../dicom/ul/association.ts';
import { Realtime } from './realtime.ts';

const [port = 0, vus = 1, seconds = 2, bytes = 5000, stores = 0] = process.argv
  .slice(2)
  .map(Number);
const [stampsFile] = process.argv.slice(7);
const stamps: { readonly at: number; readonly wroteUs: number }[] = [];
/** Where stamps are wanted, from the begin of what is measured. */
let realtime: Realtime | null = null;
const pool = new Pool(
  syntheticPool({ modality: bytes < 20_000 ? 'SR' : 'MR', bytes }, { id: 0, key: 'bench' }),
);
const prototype = pool.members[0];
if (prototype === undefined) throw new Error('no instance');
const { sopClass, transferSyntax } = prototype.share;
const images = new StoreImages({ run: '000000000000001' });
const identity = { study: 0, member: 2 ** 20 + 1 };
let sent = 0;
let done = 0;
let running = 0;
let until = Infinity;
/** Those before are not counted: as many as compile the code, of large ones 2 GB. */
const WARM_UP = Math.min(25_000, Math.max(100, Math.ceil(2e9 / bytes)));
let counted = 0;
let cpu = process.cpuUsage();
let began = 0;

function measure(): void {
  counted = done;
  if (stampsFile !== undefined) realtime = new Realtime();
  began = performance.now();
  cpu = process.cpuUsage();
  if (stores === 0) until = began + seconds * 1000;
}

class Sender extends PendingRequest {
  readonly association: Association;
  readonly channel: { contextId: number; maxPdu: number };

  constructor(association: Association) {
    super();
    this.association = association;
    const contextId = association.contextFor(sopClass, transferSyntax);
    this.channel = { contextId, maxPdu: association.maxPdu };
  }

  send(): void {
    if (performance.now() > until || (stores > 0 && sent >= WARM_UP + stores)) {
      this.association.release();
      if (--running === 0) report();
      return;
    }
    identity.study = sent++;
    if (prototype === undefined) return;
    this.association.send(images.prepare(prototype, identity, null, this.channel), this);
  }

  onReply(): void {
    if (++done === WARM_UP) measure();
    if (realtime !== null && done > WARM_UP) {
      stamps.push({ at: this.sendStart, wroteUs: (this.sendEnd - this.sendStart) * 1000 });
    }
    if (vus > 1) setImmediate(() => this.send());
    else this.send();
  }

  onFailure(): void {
    throw new Error('a store failed');
  }
}

function report(): void {
  const wallS = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  const count = done - counted;
  const [userUs, systemUs] = [used.user / count, used.system / count];
  const cpuUs = userUs + systemUs;
  const rates = { perSecond: count / wallS, cpuUs, userUs, systemUs };
  console.log(JSON.stringify({ stores: count, wallS, ...rates }));
  if (stampsFile !== undefined && realtime !== null) {
    const { ms, within } = realtime.offset();
    const sent = stamps.map(({ at, wroteUs }) => ({ atUs: (ms + at) * 1000, wroteUs }));
    writeFileSync(stampsFile, JSON.stringify({ withinUs: within * 1000, sent }));
  }
  process.exit(0);
}

const senders: Sender[] = [];
for (let i = 0; i < vus; i++) {
  const contexts = [{ abstractSyntax: sopClass, transferSyntaxes: [transferSyntax] }];
  associate(
    { host: '127.0.0.1', port, calledAET: 'SINK', callingAET: 'BARE', contexts },
    (outcome) => {
      if (outcome.kind !== 'accepted') throw new Error(`no association: ${outcome.kind}`);
      senders.push(new Sender(outcome.association));
      if (senders.length < vus) return;
      running = vus;
      for (const sender of senders) sender.send();
    },
  );
}
