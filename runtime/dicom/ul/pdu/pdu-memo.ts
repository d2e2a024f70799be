// A-ASSOCIATE PDUs of this thread that were read or written before. A load of short associations says
// the same words again and again: what was decoded or encoded once is looked up. Values and bytes are
// shared, nobody changes them.
import { DicomError } from '../../errors.ts';
import type { AssociateRequest, NegotiatedContext } from '../associate-request.ts';
import { PduType } from '../constants.ts';
import { negotiatedContexts, toAssociateRq } from '../negotiate.ts';
import { decodePdu, encodePdu } from './pdu-codec.ts';
import type { AssociateAc, AssociateRq, Pdu } from './pdu.ts';

/** Characters of all keys together; beyond, everything is forgotten. */
const MOST_CHARS = 131_072;
/** Longer ones, more than a hundred contexts, are decoded every time. */
const MOST_BYTES = 16_384;

const RELEASE_RQ: Pdu = { kind: 'A-RELEASE-RQ' };
const RELEASE_RP: Pdu = { kind: 'A-RELEASE-RP' };
const RELEASE_RQ_BYTES = encodePdu(RELEASE_RQ);
const RELEASE_RP_BYTES = encodePdu(RELEASE_RP);

const decoded = new Map<string, Pdu>();
let decodedChars = 0;
const encoded = new WeakMap<AssociateRq, Buffer>();
const asked = new WeakMap<AssociateRequest, AssociateRq>();
const agreed = new WeakMap<AssociateAc, { rq: AssociateRq; contexts: NegotiatedContext[] }>();

/** What names a user is not kept: tokens differ each time, and passwords are nobody's. */
function worthKeeping(pdu: Pdu): boolean {
  if (pdu.kind === 'A-ASSOCIATE-RQ') return pdu.userIdentity === null;
  return pdu.kind === 'A-ASSOCIATE-AC' && pdu.userIdentityResponse === null;
}

/**
 * Decodes bytes `start` to `end`, the body of a PDU that is not P-DATA-TF. The buffer may be used
 * again afterwards.
 * @throws PduError when the bytes break the layout.
 */
export function decodeAgain(type: number, buffer: Buffer, start: number, end: number): Pdu {
  if (type > PduType.ASSOCIATE_AC || end - start > MOST_BYTES)
    return decodePdu(type, buffer.subarray(start, end));
  const key = String.fromCharCode(type) + buffer.toString('latin1', start, end);
  const known = decoded.get(key);
  if (known !== undefined) return known;
  const pdu = decodePdu(type, buffer.subarray(start, end));
  if (worthKeeping(pdu)) keep(key, pdu);
  return pdu;
}

function keep(key: string, pdu: Pdu): void {
  if (decodedChars + key.length > MOST_CHARS) {
    decoded.clear();
    decodedChars = 0;
  }
  decodedChars += key.length;
  decoded.set(key, pdu);
}

/** Encodes a PDU, header included; the bytes are shared. */
export function encodeAgain(pdu: Pdu): Buffer {
  switch (pdu.kind) {
    case 'A-RELEASE-RQ':
      return RELEASE_RQ_BYTES;
    case 'A-RELEASE-RP':
      return RELEASE_RP_BYTES;
    case 'A-ASSOCIATE-RQ':
      return encodedRq(pdu);
    default:
      return encodePdu(pdu);
  }
}

function encodedRq(pdu: AssociateRq): Buffer {
  let bytes = encoded.get(pdu);
  if (bytes === undefined) encoded.set(pdu, (bytes = encodePdu(pdu)));
  return bytes;
}

/**
 * The A-ASSOCIATE-RQ for a request, which has been encoded: it can be sent.
 * @throws DicomError `ASSOC_ARGUMENT` for one that cannot be encoded.
 */
export function associateRqOf(request: AssociateRequest): AssociateRq {
  const known = asked.get(request);
  if (known !== undefined) return known;
  const rq = toAssociateRq(request);
  try {
    encodedRq(rq);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DicomError(
      'ASSOC_ARGUMENT',
      `the A-ASSOCIATE-RQ cannot be encoded: ${cause.message}`,
      { cause },
    );
  }
  asked.set(request, rq);
  return rq;
}

/** Every proposed context with its answer. */
export function contextsOf(rq: AssociateRq, ac: AssociateAc): readonly NegotiatedContext[] {
  const known = agreed.get(ac);
  if (known?.rq === rq) return known.contexts;
  const contexts = negotiatedContexts(rq, ac);
  agreed.set(ac, { rq, contexts });
  return contexts;
}
