// Which proposed contexts an acceptor takes, by rules; what makes no sense is told apart.
import type { NegotiatedContext, RoleSelection } from '../ul/associate-request.ts';
import { ContextResult } from '../ul/constants.ts';
import type { AssociateRq } from '../ul/pdu/pdu.ts';
import type { AssociateDecision } from './acceptor-types.ts';

export interface ContextRules {
  /** Abstract syntaxes taken: a list, or a rule (default: all). */
  readonly abstractSyntaxes?: readonly string[] | ((abstractSyntax: string) => boolean);
  /**
   * Transfer syntaxes taken: a list, or a rule (default: all). The requestor's order decides among
   * them.
   */
  readonly transferSyntaxes?:
    readonly string[] | ((transferSyntax: string, abstractSyntax: string) => boolean);
  /** Prefer this order of transfer syntaxes over the requestor's: a list, or one an abstract syntax. */
  readonly prefer?: readonly string[] | ((abstractSyntax: string) => readonly string[]);
  /** Grant proposed roles (default true). */
  readonly roles?: boolean;
}

function takes(abstractSyntax: string, { abstractSyntaxes }: ContextRules): boolean {
  if (abstractSyntaxes === undefined) return true;
  if (typeof abstractSyntaxes === 'function') return abstractSyntaxes(abstractSyntax);
  return abstractSyntaxes.includes(abstractSyntax);
}

function chooseSyntax(
  proposed: readonly string[],
  abstractSyntax: string,
  { transferSyntaxes, prefer = [] }: ContextRules,
): string {
  const taken = proposed.filter((uid) => {
    if (uid === '' || transferSyntaxes === undefined) return uid !== '';
    if (typeof transferSyntaxes === 'function') return transferSyntaxes(uid, abstractSyntax);
    return transferSyntaxes.includes(uid);
  });
  const order = typeof prefer === 'function' ? prefer(abstractSyntax) : prefer;
  return order.find((uid) => taken.includes(uid)) ?? taken[0] ?? '';
}

/** Answers each proposed context. */
export function negotiateContexts(rq: AssociateRq, rules: ContextRules = {}): NegotiatedContext[] {
  const roles = grantedRoles(rq, rules);
  return rq.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => {
    const role = roles.find((one) => one.sopClass === abstractSyntax);
    const context = { id, abstractSyntax, scu: role?.scu ?? true, scp: role?.scp ?? false };
    const refused = (result: number): NegotiatedContext => ({
      ...context,
      transferSyntax: '',
      result,
    });
    if (!takes(abstractSyntax, rules)) return refused(ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED);
    const transferSyntax = chooseSyntax(transferSyntaxes, abstractSyntax, rules);
    if (transferSyntax === '') return refused(ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED);
    return { ...context, transferSyntax, result: ContextResult.ACCEPTED };
  });
}

/** The role selections to answer with: as proposed, or none. */
export function grantedRoles(rq: AssociateRq, rules: ContextRules = {}): readonly RoleSelection[] {
  return rules.roles === false ? [] : rq.user.roles;
}

const MAX_CONTEXTS = 128;
/** PS3.8 Table 9-26: service-provider, invalid PDU parameter value. */
const INVALID_PARAMETER = { kind: 'abort', source: 2, reason: 6 } as const;
/** PS3.8 Table 9-21: called AE title not recognized. */
const CALLED_NOT_RECOGNIZED = { kind: 'reject', result: 1, source: 1, reason: 7 } as const;

/**
 * The answer to a request that is none, whoever accepts: null when it is one. Context IDs are odd,
 * 1 to 255, each once; every context has an abstract syntax (PS3.8 §9.3.2.2); the called AE title
 * is not blank (PS3.8 §9.3.2).
 */
export function nonsense({ contexts, calledAET }: AssociateRq): AssociateDecision | null {
  if (calledAET.trim() === '') return CALLED_NOT_RECOGNIZED;
  const ids = new Set(contexts.map(({ id }) => id));
  const wrong =
    ids.size < contexts.length ||
    contexts.length > MAX_CONTEXTS ||
    contexts.some(({ id, abstractSyntax }) => id % 2 === 0 || abstractSyntax === '');
  return wrong ? INVALID_PARAMETER : null;
}
