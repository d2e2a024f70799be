// Which presentation contexts an acceptor of ours takes: behaviour by kind of abstract syntax.
import type { ProposedContext } from '../../dicom/ul/associate-request.ts';
import type { NegotiatedContext } from '../../dicom/ul/associate-request.ts';

export const VERIFICATION = '1.2.840.10008.1.1';
const STORAGE_ROOT = '1.2.840.10008.5.1.4.1.1.';
const STANDARD_ROOT = '1.2.840.10008.';
/** Storage SOP classes outside the common root (PS3.4 B.5): hanging protocols, palettes, implants. */
const OTHER_STORAGE = new Set([
  '1.2.840.10008.5.1.4.34.7',
  '1.2.840.10008.5.1.4.38.1',
  '1.2.840.10008.5.1.4.39.1',
  '1.2.840.10008.5.1.4.43.1',
  '1.2.840.10008.5.1.4.44.1',
  '1.2.840.10008.5.1.4.45.1',
]);

/** True for every storage SOP class, private ones included. */
export function isStorage(sopClass: string): boolean {
  if (!sopClass.startsWith(STANDARD_ROOT)) return true;
  return sopClass.startsWith(STORAGE_ROOT) || OTHER_STORAGE.has(sopClass);
}

/** A proposed context as it stands in an A-ASSOCIATE-RQ. */
export type Proposal = Required<Pick<ProposedContext, 'abstractSyntax' | 'transferSyntaxes'>> & {
  readonly id: number;
};

/** PS3.8 Table 9-18 */
const ACCEPTED = 0;
const ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;
const TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;

export interface ContextPolicy {
  /** Abstract syntaxes that are taken. */
  takes(abstractSyntax: string): boolean;
  /** Transfer syntaxes that are taken, in order of our preference; null = the first proposed. */
  readonly transferSyntaxes: readonly string[] | null;
}

/** Verification and everything that stores, in whatever syntax the sender likes best. */
export const STORE_ANYTHING: ContextPolicy = {
  takes: (abstractSyntax) => abstractSyntax === VERIFICATION || isStorage(abstractSyntax),
  transferSyntaxes: null,
};

/** Answers each proposed context. */
export function answerContexts(
  proposals: readonly Proposal[],
  policy: ContextPolicy,
): NegotiatedContext[] {
  return proposals.map(({ id, abstractSyntax, transferSyntaxes }) => {
    const refused = { id, abstractSyntax, transferSyntax: '', scu: false, scp: false };
    if (!policy.takes(abstractSyntax)) return { ...refused, result: ABSTRACT_SYNTAX_NOT_SUPPORTED };
    const wanted = policy.transferSyntaxes;
    const transferSyntax =
      wanted === null
        ? transferSyntaxes[0]
        : wanted.find((syntax) => transferSyntaxes.includes(syntax));
    if (transferSyntax === undefined)
      return { ...refused, result: TRANSFER_SYNTAXES_NOT_SUPPORTED };
    return { id, abstractSyntax, transferSyntax, result: ACCEPTED, scu: true, scp: false };
  });
}
