// What a station does wrong on purpose over the web: the same words as for associations. Its own faults
// are those of stores; rules name STOW-RS, QIDO-RS, WADO-RS or DELETE, and fail by an HTTP status.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AcceptorFaults } from '../../../api/k6/simulate.ts';
import { LongTimer } from '../../dicom/long-timer.ts';
import { type CutPoints, cutAt } from '../../dicom/scp/draw.ts';
import type { RequestFault } from '../../dicom/scp/fault-policy.ts';
import { FaultRules } from '../../dicom/scp/fault-rules.ts';
import { resetSocket } from '../../dicom/ul/socket/reset.ts';
import { chance } from './chance.ts';
import { FaultDice } from './faults.ts';
import { isWebRule, requestFaults } from './request-faults.ts';

const NOBODY = { calledAET: '', callingAET: '' };
const REFUSED = 'refused on purpose';

/** What is asked, and whom the answer goes to. */
export interface HeardRequest {
  readonly service: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Connections open, this one among them. */
  readonly open: number;
}

export class WebFaults {
  readonly #dice: FaultDice;
  readonly #rules: readonly RequestFault[];
  readonly #known: FaultRules;

  /** @throws SpecError for a fault nobody knows */
  constructor(faults: AcceptorFaults, now: () => number) {
    this.#dice = new FaultDice(faults, now);
    this.#rules = requestFaults(faults.requests ?? []).filter(isWebRule);
    this.#known = new FaultRules(chance((faults.seed ?? 1) + 8));
  }

  /** The Failure Reason of an instance, 0 = none. */
  status(): number {
    return this.#dice.status();
  }

  /** Answers by `go`, unless a fault stands in its place. `hold`: ms before a store is answered. */
  pass(asked: HeardRequest, go: (hold: number) => void): void {
    const { service, request, open } = asked;
    if (this.#dice.refusal({ open: open - 1 }) !== null) return refuseAsked(asked, 503);
    const rule = this.#rules.find(
      (one) => one.service === service && this.#known.fits(one, NOBODY),
    );
    if (rule !== undefined) return this.#byRule(rule, asked, go);
    if (service !== 'STOW-RS') return go(0);
    const fate = this.#dice.store();
    if (cutRequest(request, fate)) return;
    go(fate.answered ? this.#dice.delay() : Infinity);
  }

  #byRule(rule: RequestFault, asked: HeardRequest, go: (hold: number) => void): void {
    const { service, request, response } = asked;
    const isStore = service === 'STOW-RS';
    if (isStore ? cutRequest(request, rule) : cutResponse(response, rule)) return;
    const draws = this.#known.drawsOf(rule);
    const status = draws.status();
    const delay = rule.neverAnswer === true ? Infinity : draws.delay();
    if (isStore && status === undefined) return go(delay);
    request.resume();
    const answer = (): void => (status === undefined ? go(0) : refuseAsked(asked, status));
    if (delay === 0) answer();
    else later(response, delay, answer);
  }
}

/** Unless who asks has gone by then. */
export function later(response: ServerResponse, ms: number, run: () => void): void {
  const timer = new LongTimer(run, ms);
  response.once('close', () => timer.clear());
}

function refuseAsked({ request, response }: HeardRequest, status: number): void {
  request.resume();
  if (status === 429 || status === 503) response.setHeader('retry-after', '1');
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${REFUSED}\n`);
}

/** Ends the connection at a point of the body that comes; true when it is over already. */
function cutRequest(request: IncomingMessage, points: CutPoints): boolean {
  if (cut(request, points, 0)) return true;
  if (cutAt(points, Infinity) === null) return false;
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    cut(request, points, bytes);
  });
  return false;
}

/** The same of the body that goes. */
function cutResponse(response: ServerResponse, points: CutPoints): boolean {
  const { req } = response;
  if (cut(req, points, 0)) return true;
  if (cutAt(points, Infinity) === null) return false;
  const write = response.write.bind(response) as Write;
  const end = response.end.bind(response) as Write;
  let bytes = 0;
  let isOver = false;
  const counted =
    (pass: Write) =>
    (chunk?: Buffer): unknown => {
      if (isOver) return false;
      const before = bytes;
      bytes += chunk?.length ?? 0;
      const kind = cutAt(points, bytes);
      if (kind === null || chunk === undefined) return chunk === undefined ? end() : pass(chunk);
      isOver = true;
      // What was to come before the cut comes.
      const last = chunk.subarray(0, (points[`${kind}After`] ?? 0) - before);
      return write(last, () => cut(req, points, bytes));
    };
  Object.assign(response, { write: counted(write), end: counted(end) });
  return false;
}

type Write = (chunk?: Buffer, flushed?: () => void) => unknown;

function cut({ socket }: IncomingMessage, points: CutPoints, bytes: number): boolean {
  const kind = cutAt(points, bytes);
  if (kind === 'reset') resetSocket(socket);
  else if (kind !== null) socket.destroy();
  return kind !== null;
}
