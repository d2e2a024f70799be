// What goes over one association, a line a PDU or message, for `--trace`. It names neither patients
// nor instances: SOP classes, sizes, statuses and the standard's words.
import { readText, scanCommand, type CommandScan } from '../../dicom/dimse/command.ts';
import { Element, RESPONSE_BIT } from '../../dicom/dimse/elements.ts';
import { serviceName } from '../../dicom/dimse/services.ts';
import { statusHex } from '../../dicom/dimse/status.ts';
import type { Failure } from '../../dicom/errors.ts';
import {
  ABORT_REASONS,
  contextText,
  describeFailure,
  REJECT_REASONS,
  type PeerName,
} from '../../dicom/failure-text.ts';
import type { Direction, Trace } from '../../dicom/trace.ts';
import type { AssociateAc, AssociateRj, AssociateRq, Pdu } from '../../dicom/ul/pdu/pdu.ts';
import { shortName } from '../names.ts';

const ARROW = { sent: '→', received: '←' } as const;

export class Transcript implements Trace {
  readonly #number: number;
  readonly #peer: PeerName;
  readonly #say: (line: string) => void;
  /** Abstract syntaxes by context ID: an AC names them by ID only. */
  #proposed: ReadonlyMap<number, string> = new Map();
  readonly #began = performance.now();

  /** @param number of the association, to tell lines of several apart */
  constructor(number: number, peer: PeerName, say: (line: string) => void) {
    this.#number = number;
    this.#peer = peer;
    this.#say = say;
  }

  pdu(direction: Direction, pdu: Pdu): void {
    this.#line(ARROW[direction], this.#pduText(pdu));
  }

  message(direction: Direction, command: Buffer, bytes: number): void {
    this.#line(ARROW[direction], messageText(command, bytes));
  }

  /** Releases and aborts were seen as PDUs. */
  ended(why: Failure): void {
    if (why.kind === 'released' || why.kind === 'aborted') return;
    this.#line('×', describeFailure(why, this.#peer).message);
  }

  #line(arrow: string, text: string): void {
    const ms = (performance.now() - this.#began).toFixed(1);
    this.#say(`#${this.#number} +${ms} ms ${arrow} ${text}`);
  }

  #pduText(pdu: Pdu): string {
    switch (pdu.kind) {
      case 'A-ASSOCIATE-RQ':
        return this.#request(pdu);
      case 'A-ASSOCIATE-AC':
        return this.#accept(pdu);
      case 'A-ASSOCIATE-RJ':
        return rejection(pdu);
      case 'A-ABORT': {
        const why = pdu.source === 2 ? ` (${ABORT_REASONS[pdu.reason] ?? 'non-standard'})` : '';
        const who = pdu.source === 2 ? 'service-provider' : 'service-user';
        return `A-ABORT source ${pdu.source} (${who}), reason ${pdu.reason}${why}`;
      }
      default:
        return pdu.kind;
    }
  }

  #request(rq: AssociateRq): string {
    this.#proposed = new Map(rq.contexts.map(({ id, abstractSyntax }) => [id, abstractSyntax]));
    const contexts = rq.contexts.map(
      ({ id, abstractSyntax, transferSyntaxes }) =>
        `${id} ${shortName(abstractSyntax)} [${transferSyntaxes.map(shortName).join(', ')}]`,
    );
    const titles = `called ${rq.calledAET}, calling ${rq.callingAET}`;
    return `A-ASSOCIATE-RQ ${titles}, max PDU ${rq.user.maxPdu ?? 'unstated'}; contexts ${contexts.join('; ')}`;
  }

  #accept(ac: AssociateAc): string {
    const contexts = ac.contexts.map(({ id, result, transferSyntax }) => {
      const name = shortName(this.#proposed.get(id) ?? '');
      if (result === 0) return `${id} ${name} ${shortName(transferSyntax)}`;
      return `${id} ${name} refused: ${contextText({ result })}`;
    });
    return `A-ASSOCIATE-AC max PDU ${ac.user.maxPdu ?? 'unstated'}; contexts ${contexts.join('; ')}`;
  }
}

function rejection({ result, source, reason }: AssociateRj): string {
  const why = REJECT_REASONS[`${source}/${reason}`] ?? 'non-standard reason';
  return `A-ASSOCIATE-RJ result ${result}, source ${source}, reason ${reason} (${why})`;
}

const scan: CommandScan = {
  commandField: -1,
  messageId: -1,
  respondedTo: -1,
  dataSetType: -1,
  status: -1,
};

function messageText(command: Buffer, bytes: number): string {
  if (!scanCommand(command, 0, command.length, scan)) return 'a command set that cannot be read';
  const { commandField, messageId, respondedTo, status } = scan;
  const service = serviceName(commandField);
  if ((commandField & RESPONSE_BIT) !== 0) {
    return `${service}-RSP to message ${respondedTo}, status 0x${statusHex(status)}`;
  }
  if (respondedTo >= 0) return `${service}-RQ of message ${respondedTo}`;
  const text = (element: number): string => readText(command, 0, command.length, element);
  const affected = text(Element.AFFECTED_SOP_CLASS);
  const sopClass = shortName(affected === '' ? text(Element.REQUESTED_SOP_CLASS) : affected);
  const size = bytes === 0 ? '' : `, ${bytes} bytes`;
  return `${service}-RQ message ${messageId}, ${sopClass}${size}`;
}
