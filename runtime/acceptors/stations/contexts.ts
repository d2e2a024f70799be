// What stations of ours take, as rules for the negotiation.
import { isStorageClass, SopClass } from '../../dicom/dimse/uids.ts';
import type { ContextRules } from '../../dicom/scp/contexts.ts';

/** Verification and everything that stores, in whatever syntax the sender likes best. */
export const STORE_ANYTHING: ContextRules = {
  abstractSyntaxes: (uid) => uid === SopClass.VERIFICATION || isStorageClass(uid),
};
