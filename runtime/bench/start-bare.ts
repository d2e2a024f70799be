// What the start of thousands of VUs costs a script of Node that has nothing but sockets: each opens an association
// and stores once a second from then on. The same bytes each time, answers told by their length only; nothing is
// counted, and nothing timed but the stores.
//   node start-bare.js PORT SOCKETS SECONDS BYTES
import { connect } from 'node:net';
import { Pool } from '../dicom/pool/prototype.ts';
import { StoreImages } from '../dicom/scu/store-image.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { DEFAULT_MAX_PDU } from '../dicom/ul/constants.ts';
import { toAssociateRq } from '../dicom/ul/negotiate.ts';
import { encodePdu } from '../dicom/ul/pdu/pdu-codec.ts';

const [port = 0, sockets = 0, seconds = 10, bytes = 32_768] = process.argv.slice(2).map(Number);

/** What it prints. */
export interface StartedBare {
  /** Time until the last association was open. */
  readonly openS: number;
  /** p95 of the stores that were sent in the first second, and in the last one. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** So many connect in a turn of the loop: at once none would have its answer before all have asked. */
const EACH_TURN = 32;
/** As the rows of the bench ask for. */
const LEAST_REACHED = 0.98;
const PDU_HEADER_BYTES = 6;

const pool = new Pool(syntheticPool({ modality: 'MR', bytes }, { id: 0, key: 'bench' }));
const [prototype] = pool.members;
if (prototype === undefined) throw new Error('no instance');
const { sopClass, transferSyntax } = prototype.share;
const contexts = [{ abstractSyntax: sopClass, transferSyntaxes: [transferSyntax] }];
const peer = { host: '127.0.0.1', port, calledAET: 'SINK', callingAET: 'BARE' };
const request = encodePdu(toAssociateRq({ ...peer, contexts }));
const images = new StoreImages({ run: '000000000000001' });
const channel = { contextId: 1, maxPdu: DEFAULT_MAX_PDU };
const store = images.prepare(prototype, { study: 0, member: 2 ** 20 + 1 }, null, channel).head;

/** How long each store of the first and of the last second took (ms), by the time it was sent. */
const first: number[] = [];
const last: number[] = [];
let opened = 0;
let openedAt = NaN;
const began = performance.now();

/** Where the PDU at the head of what came ends; every answer here is one. */
const pduEnd = (held: Buffer): number =>
  held.length < PDU_HEADER_BYTES ? Infinity : PDU_HEADER_BYTES + held.readUInt32BE(2);

function open(): void {
  const socket = connect({ host: peer.host, port, noDelay: true });
  let held: Buffer = Buffer.alloc(0);
  let isOpen = false;
  let sentAt = 0;
  const send = (): void => {
    sentAt = performance.now();
    socket.write(store);
  };
  const answered = (): void => {
    const now = performance.now();
    if (sentAt < began + 1000) first.push(now - sentAt);
    if (sentAt >= began + (seconds - 1) * 1000) last.push(now - sentAt);
    setTimeout(send, 1000);
  };
  socket.once('connect', () => socket.write(request));
  socket.on('data', (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (held.length < pduEnd(held)) return;
    held = held.subarray(pduEnd(held));
    if (isOpen) return answered();
    isOpen = true;
    if (++opened === sockets) openedAt = performance.now();
    send();
  });
}

let begun = 0;
function openSome(): void {
  for (let i = 0; i < EACH_TURN && begun < sockets; i++, begun++) open();
  if (begun < sockets) setImmediate(openSome);
}
openSome();

const p95 = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN;

setTimeout(() => {
  // Of a start that did not come to its end there are no figures.
  const isWhole = opened === sockets && last.length >= sockets * LEAST_REACHED;
  if (!isWhole) console.error(`opened ${opened}, ${last.length} stores in the last second`);
  const openS = (openedAt - began) / 1000;
  const figures: StartedBare = { openS, firstMs: p95(first), lastMs: p95(last) };
  console.log(JSON.stringify(figures));
  process.exit(isWhole ? 0 : 1);
}, seconds * 1000);
