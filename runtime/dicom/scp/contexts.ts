// Which proposed contexts an acceptor takes, by rules that are data.
import type { NegotiatedContext, RoleSelection } from '../ul/associate-request.ts';
import { ContextResult } from '../ul/constants.ts';
import type { AssociateRq } from '../ul/pdu/pdu.ts';

export interface ContextRules {
  /** Abstract syntaxes taken (default: all). */
  readonly abstractSyntaxes?: readonly string[];
  /** Transfer syntaxes taken (default: all). The requestor's order decides among them. */
  readonly transferSyntaxes?: readonly string[];
  /** Prefer this order of transfer syntaxes over the requestor's. */
  readonly prefer?: readonly string[];
  /** Accept only that many contexts, in order; the others get `refuseWith`. */
  readonly atMost?: number;
  /** Result of contexts refused by `atMost` (default 1, user rejection; PS3.8 Table 9-18). */
  readonly refuseWith?: number;
  /** Grant proposed roles (default true). */
  readonly roles?: boolean;
}

function chooseSyntax(proposed: readonly string[], rules: ContextRules): string {
  const allowed = rules.transferSyntaxes;
  const taken = allowed === undefined ? proposed : proposed.filter((uid) => allowed.includes(uid));
  const preferred = rules.prefer?.find((uid) => taken.includes(uid));
  return preferred ?? taken[0] ?? '';
}

/** Answers each proposed context. */
export function negotiateContexts(rq: AssociateRq, rules: ContextRules = {}): NegotiatedContext[] {
  let left = rules.atMost ?? Infinity;
  const allowed = rules.abstractSyntaxes === undefined ? null : new Set(rules.abstractSyntaxes);
  const roles = grantedRoles(rq, rules);
  return rq.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => {
    const role = roles.find((one) => one.sopClass === abstractSyntax);
    const context = { id, abstractSyntax, scu: role?.scu ?? true, scp: role?.scp ?? false };
    const refused = (result: number): NegotiatedContext => ({
      ...context,
      transferSyntax: '',
      result,
    });
    if (allowed !== null && !allowed.has(abstractSyntax)) {
      return refused(ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED);
    }
    const transferSyntax = chooseSyntax(transferSyntaxes, rules);
    if (transferSyntax === '') return refused(ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED);
    left -= 1;
    if (left < 0) return refused(rules.refuseWith ?? ContextResult.USER_REJECTION);
    return { ...context, transferSyntax, result: ContextResult.ACCEPTED };
  });
}

/** The role selections to answer with: as proposed, or none. */
export function grantedRoles(rq: AssociateRq, rules: ContextRules = {}): readonly RoleSelection[] {
  return rules.roles === false ? [] : rq.user.roles;
}
