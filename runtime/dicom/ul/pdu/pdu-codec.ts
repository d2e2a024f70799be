// PDUs to bytes and back. P-DATA-TF is not here: it is streamed (pdu-reader.ts) and framed
// (frame.ts).
import { FIXED_BODY_BYTES, PduType } from '../constants.ts';
import type { UserIdentity } from '../associate-request.ts';
import type { Abort, AssociateAc, AssociateRj, AssociateRq, Pdu, UserInformation } from './pdu.ts';
import { Item, PDU_LAYOUTS } from './pdu-fields.ts';
import { type FieldValue, type Node, PduError, readNode } from './pdu-items.ts';
import { writePdu } from './pdu-writer.ts';

const TYPES: Readonly<Record<Pdu['kind'], number>> = {
  'A-ASSOCIATE-RQ': PduType.ASSOCIATE_RQ,
  'A-ASSOCIATE-AC': PduType.ASSOCIATE_AC,
  'A-ASSOCIATE-RJ': PduType.ASSOCIATE_RJ,
  'A-RELEASE-RQ': PduType.RELEASE_RQ,
  'A-RELEASE-RP': PduType.RELEASE_RP,
  'A-ABORT': PduType.ABORT,
};

const num = (value: FieldValue | undefined): number => (typeof value === 'number' ? value : 0);
const str = (value: FieldValue | undefined): string => (typeof value === 'string' ? value : '');
const bytes = (value: FieldValue | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : Buffer.alloc(0);
const uidOf = (items: readonly Node[], type: number): string =>
  str(items.find((item) => item.type === type)?.values['uid']);

/**
 * Decodes the body of a PDU that is not P-DATA-TF.
 * @throws PduError when the bytes break the layout.
 */
export function decodePdu(type: number, body: Buffer): Pdu {
  const layout = PDU_LAYOUTS[type];
  if (layout === undefined) {
    throw new PduError(
      `PDU type 0x${type.toString(16).padStart(2, '0')} is unknown`,
      0,
      'PS3.8 §9.3.1',
    );
  }
  if (layout.items !== true && body.length !== FIXED_BODY_BYTES) {
    throw new PduError(
      `${layout.name} has ${body.length} bytes instead of ${FIXED_BODY_BYTES}`,
      0,
      layout.clause,
    );
  }
  const node = readNode(type, layout, { buffer: body, start: 0, end: body.length });
  const { result, source, reason } = node.values;
  switch (type) {
    case PduType.ASSOCIATE_RQ:
      return toAssociateRq(node);
    case PduType.ASSOCIATE_AC:
      return toAssociateAc(node);
    case PduType.ASSOCIATE_RJ:
      return {
        kind: 'A-ASSOCIATE-RJ',
        result: num(result),
        source: num(source),
        reason: num(reason),
      };
    case PduType.RELEASE_RQ:
      return { kind: 'A-RELEASE-RQ' };
    case PduType.RELEASE_RP:
      return { kind: 'A-RELEASE-RP' };
    default:
      return { kind: 'A-ABORT', source: num(source), reason: num(reason) };
  }
}

function userItems(node: Node): readonly Node[] {
  return node.items.find((item) => item.type === Item.USER_INFORMATION)?.items ?? [];
}

function toUser(items: readonly Node[]): UserInformation {
  const of = (type: number): readonly Node[] => items.filter((item) => item.type === type);
  const max = of(Item.MAXIMUM_LENGTH)[0];
  const ops = of(Item.ASYNC_OPERATIONS)[0];
  return {
    maxPdu: max === undefined ? null : num(max.values['maxPdu']),
    implementationClassUid: uidOf(items, Item.IMPLEMENTATION_CLASS),
    implementationVersion: str(of(Item.IMPLEMENTATION_VERSION)[0]?.values['text']),
    asyncOps:
      ops === undefined
        ? null
        : { invoked: num(ops.values['invoked']), performed: num(ops.values['performed']) },
    roles: of(Item.ROLE_SELECTION).map(({ values }) => ({
      sopClass: str(values['sopClass']),
      scu: num(values['scu']) === 1,
      scp: num(values['scp']) === 1,
    })),
    extended: of(Item.EXTENDED).map(({ values }) => ({
      sopClass: str(values['sopClass']),
      info: bytes(values['info']),
    })),
    commonExtended: of(Item.COMMON_EXTENDED).map(({ values }) => ({
      sopClass: str(values['sopClass']),
      serviceClass: str(values['serviceClass']),
      relatedSopClasses: Array.isArray(values['relatedSopClasses'])
        ? (values['relatedSopClasses'] as readonly string[])
        : [],
    })),
  };
}

function toIdentity(items: readonly Node[]): UserIdentity | null {
  const item = items.find((one) => one.type === Item.USER_IDENTITY_RQ);
  if (item === undefined) return null;
  return {
    type: num(item.values['type']),
    respond: num(item.values['respond']) === 1,
    primary: bytes(item.values['primary']),
    secondary: bytes(item.values['secondary']),
  };
}

function common(node: Node): Omit<AssociateRq, 'kind' | 'contexts' | 'userIdentity'> {
  return {
    protocolVersion: num(node.values['protocolVersion']),
    calledAET: str(node.values['calledAET']),
    callingAET: str(node.values['callingAET']),
    applicationContext: uidOf(node.items, Item.APPLICATION_CONTEXT),
    user: toUser(userItems(node)),
  };
}

function toAssociateRq(node: Node): AssociateRq {
  const contexts = node.items
    .filter((item) => item.type === Item.CONTEXT_RQ)
    .map((item) => ({
      id: num(item.values['id']),
      abstractSyntax: uidOf(item.items, Item.ABSTRACT_SYNTAX),
      transferSyntaxes: item.items
        .filter((inner) => inner.type === Item.TRANSFER_SYNTAX)
        .map((inner) => str(inner.values['uid'])),
    }));
  return {
    kind: 'A-ASSOCIATE-RQ',
    ...common(node),
    contexts,
    userIdentity: toIdentity(userItems(node)),
  };
}

function toAssociateAc(node: Node): AssociateAc {
  const contexts = node.items
    .filter((item) => item.type === Item.CONTEXT_AC)
    .map((item) => ({
      id: num(item.values['id']),
      result: num(item.values['result']),
      transferSyntax: uidOf(item.items, Item.TRANSFER_SYNTAX),
    }));
  const answer = userItems(node).find((item) => item.type === Item.USER_IDENTITY_AC);
  return {
    kind: 'A-ASSOCIATE-AC',
    ...common(node),
    contexts,
    userIdentityResponse: answer === undefined ? null : bytes(answer.values['response']),
  };
}

const leaf = (type: number, values: Record<string, FieldValue>): Node => ({
  type,
  values,
  items: [],
});
const uidItem = (type: number, uid: string): Node => leaf(type, { uid });

function fromUser(user: UserInformation, identity: readonly Node[]): Node {
  const items: Node[] = [];
  if (user.maxPdu !== null) items.push(leaf(Item.MAXIMUM_LENGTH, { maxPdu: user.maxPdu }));
  items.push(uidItem(Item.IMPLEMENTATION_CLASS, user.implementationClassUid));
  if (user.asyncOps !== null) items.push(leaf(Item.ASYNC_OPERATIONS, { ...user.asyncOps }));
  for (const role of user.roles) {
    items.push(
      leaf(Item.ROLE_SELECTION, { sopClass: role.sopClass, scu: +role.scu, scp: +role.scp }),
    );
  }
  if (user.implementationVersion !== '') {
    items.push(leaf(Item.IMPLEMENTATION_VERSION, { text: user.implementationVersion }));
  }
  for (const item of user.extended) {
    items.push(leaf(Item.EXTENDED, { sopClass: item.sopClass, info: item.info }));
  }
  for (const item of user.commonExtended) items.push(leaf(Item.COMMON_EXTENDED, { ...item }));
  return { type: Item.USER_INFORMATION, values: {}, items: [...items, ...identity] };
}

const toBytes = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? Buffer.from(value, 'utf8') : value;

function identityItem(identity: UserIdentity): Node {
  return leaf(Item.USER_IDENTITY_RQ, {
    type: identity.type,
    respond: identity.respond === true ? 1 : 0,
    primary: toBytes(identity.primary),
    secondary: toBytes(identity.secondary ?? ''),
  });
}

function fromAssociateRq(pdu: AssociateRq): Node {
  const contexts = pdu.contexts.map((context) => ({
    type: Item.CONTEXT_RQ,
    values: { id: context.id },
    items: [
      uidItem(Item.ABSTRACT_SYNTAX, context.abstractSyntax),
      ...context.transferSyntaxes.map((uid) => uidItem(Item.TRANSFER_SYNTAX, uid)),
    ],
  }));
  return fromAssociate(
    pdu,
    contexts,
    pdu.userIdentity === null ? [] : [identityItem(pdu.userIdentity)],
  );
}

function fromAssociateAc(pdu: AssociateAc): Node {
  const contexts = pdu.contexts.map((context) => ({
    type: Item.CONTEXT_AC,
    values: { id: context.id, result: context.result },
    items: [uidItem(Item.TRANSFER_SYNTAX, context.transferSyntax)],
  }));
  const response = pdu.userIdentityResponse;
  return fromAssociate(
    pdu,
    contexts,
    response === null ? [] : [leaf(Item.USER_IDENTITY_AC, { response })],
  );
}

function fromAssociate(
  pdu: AssociateRq | AssociateAc,
  contexts: readonly Node[],
  identity: readonly Node[],
): Node {
  const { protocolVersion, calledAET, callingAET } = pdu;
  return {
    type: TYPES[pdu.kind],
    values: { protocolVersion, calledAET, callingAET },
    items: [
      uidItem(Item.APPLICATION_CONTEXT, pdu.applicationContext),
      ...contexts,
      fromUser(pdu.user, identity),
    ],
  };
}

function toNode(pdu: Pdu): Node {
  switch (pdu.kind) {
    case 'A-ASSOCIATE-RQ':
      return fromAssociateRq(pdu);
    case 'A-ASSOCIATE-AC':
      return fromAssociateAc(pdu);
    case 'A-ASSOCIATE-RJ':
    case 'A-ABORT':
      return leaf(TYPES[pdu.kind], codes(pdu));
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      return leaf(TYPES[pdu.kind], {});
  }
}

function codes(pdu: AssociateRj | Abort): Record<string, FieldValue> {
  const { source, reason } = pdu;
  return pdu.kind === 'A-ABORT' ? { source, reason } : { result: pdu.result, source, reason };
}

/**
 * Encodes a PDU, header included.
 * @throws RangeError for an item longer than its length field can say.
 */
export function encodePdu(pdu: Pdu): Buffer {
  const node = toNode(pdu);
  const layout = PDU_LAYOUTS[node.type];
  if (layout === undefined) throw new RangeError(`no layout for PDU type ${node.type}`);
  return writePdu(layout, node);
}
