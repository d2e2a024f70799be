// What is proposed when a script associates: presentation contexts, roles, extended negotiation.
import { SERVICE_CLASSES } from '../../dicom/dimse/services.ts';
import { isStorageClass, SopClass, STORAGE_CLASSES, StorageClass } from '../../dicom/dimse/uids.ts';
import type {
  CommonExtendedNegotiation,
  ExtendedNegotiation,
  ProposedContext,
  RoleSelection,
} from '../../dicom/ul/associate-request.ts';
import { badArgument } from '../sandbox/host.ts';
import { IDENTIFIER_SYNTAXES, sopClassOf, transferSyntaxOf } from '../names.ts';

/** What a script wants to do on the association. */
export interface ContextWishes {
  /** [SOP class, transfer syntax] of instances, or [service]. */
  readonly pairs: readonly (readonly string[])[];
  readonly contexts?: readonly ExactContext[];
  readonly roles?: readonly RoleSelection[];
  readonly extended?: Readonly<Record<string, readonly number[]>>;
  readonly commonExtended?: readonly CommonExtended[];
  readonly onlyStored?: boolean;
}

interface CommonExtended {
  readonly sopClass: string;
  readonly serviceClass?: string;
  readonly related?: readonly string[];
}

interface ExactContext {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** The part of an A-ASSOCIATE-RQ that follows from it. */
export interface Proposal {
  readonly contexts: readonly ProposedContext[];
  readonly roles?: readonly RoleSelection[];
  readonly extended?: readonly ExtendedNegotiation[];
  readonly commonExtended?: readonly CommonExtendedNegotiation[];
}

/** Storage Service Class (PS3.6 Annex A). */
const STORAGE_SERVICE_CLASS = '1.2.840.10008.4.2';
const SHORT_NAMES = Object.keys(StorageClass).join(', ');
const MAX_CONTEXTS = 128;
const RETRIEVE_CLASSES: readonly string[] = [SopClass.STUDY_ROOT_GET, SopClass.PATIENT_ROOT_GET];
const RETRIEVE_NAMES: ReadonlySet<string> = new Set([
  'StudyRootGet',
  'PatientRootGet',
  ...RETRIEVE_CLASSES,
]);

function mustKnow(name: string): string {
  const uid = sopClassOf(name);
  if (uid !== null) return uid;
  throw badArgument(
    `associate(): unknown SOP class or service "${name}"`,
    `a UID, a service (${[...SERVICE_CLASSES.keys()].join(', ')}) or a storage class by its short name (${SHORT_NAMES})`,
  );
}

function exactContext(context: ExactContext): ProposedContext {
  return {
    abstractSyntax: mustKnow(context.abstractSyntax),
    transferSyntaxes: context.transferSyntaxes.map((name) => {
      const uid = transferSyntaxOf(name);
      if (uid === null) throw badArgument(`associate(): unknown transfer syntax "${name}"`);
      return uid;
    }),
  };
}

/** Contexts: one for each (SOP class, transfer syntax), so that IDs repeat from run to run. */
function pairContexts(wishes: ContextWishes): ProposedContext[] {
  const seen = new Map<string, ProposedContext>();
  const propose = (abstractSyntax: string, transferSyntaxes: readonly string[]): void => {
    const key = `${abstractSyntax} ${transferSyntaxes.join()}`;
    seen.set(key, { abstractSyntax, transferSyntaxes });
  };
  for (const [name = '', transferSyntax] of wishes.pairs) {
    if (transferSyntax === undefined) {
      for (const uid of SERVICE_CLASSES.get(name) ?? [mustKnow(name)]) {
        propose(uid, IDENTIFIER_SYNTAXES);
      }
      continue;
    }
    propose(mustKnow(name), [transferSyntax]);
    if (wishes.onlyStored === false) propose(mustKnow(name), IDENTIFIER_SYNTAXES);
  }
  if (anythingMayCome(wishes)) {
    for (const uid of STORAGE_CLASSES) propose(uid, IDENTIFIER_SYNTAXES);
  }
  return [...seen.values()];
}

/** A C-GET without a word on what may come: the usual storage classes are proposed. */
function anythingMayCome({ pairs, contexts }: ContextWishes): boolean {
  if (contexts !== undefined) return false;
  const named = pairs.some(([name = '']) => RETRIEVE_NAMES.has(name));
  return named && pairs.every(([name = '', syntax]) => syntax === undefined && !isStored(name));
}

function isStored(name: string): boolean {
  const uid = sopClassOf(name);
  return uid !== null && isStorageClass(uid);
}

/** What comes by C-GET needs the SCP role (PS3.4 C.5.3, PS3.7 D.3.3.4). */
function retrieveRoles(
  contexts: readonly ProposedContext[],
  wishes: ContextWishes,
): RoleSelection[] {
  if (!contexts.some((one) => RETRIEVE_CLASSES.includes(one.abstractSyntax))) return [];
  const scu = !anythingMayCome(wishes);
  const stored = contexts.map((one) => one.abstractSyntax).filter(isStorageClass);
  return [...new Set(stored)].map((sopClass) => ({ sopClass, scu, scp: true }));
}

/** What to propose. @throws RingFault with everything a script can get wrong */
export function proposalOf(wishes: ContextWishes): Proposal {
  const contexts = wishes.contexts?.map(exactContext) ?? pairContexts(wishes);
  if (contexts.length === 0) throw badArgument('associate(): no presentation context to propose');
  if (contexts.length > MAX_CONTEXTS) {
    throw badArgument(
      `associate(): ${contexts.length} presentation contexts, at most ${MAX_CONTEXTS} are possible (PS3.8 §9.3.2.2)`,
      'open one association for each kind of instance',
    );
  }
  const roles =
    wishes.roles?.map((role) => ({ ...role, sopClass: mustKnow(role.sopClass) })) ??
    retrieveRoles(contexts, wishes);
  const extended = extendedOf(wishes);
  const commonExtended = commonExtendedOf(wishes);
  return {
    contexts,
    ...(roles.length === 0 ? {} : { roles }),
    ...(extended.length === 0 ? {} : { extended }),
    ...(commonExtended.length === 0 ? {} : { commonExtended }),
  };
}

function extendedOf({ extended = {} }: ContextWishes): ExtendedNegotiation[] {
  return Object.entries(extended).map(([name, info]) => ({
    sopClass: mustKnow(name),
    info: Uint8Array.from(info),
  }));
}

function commonExtendedOf({ commonExtended = [] }: ContextWishes): CommonExtendedNegotiation[] {
  return commonExtended.map(({ sopClass, serviceClass, related = [] }) => ({
    sopClass: mustKnow(sopClass),
    serviceClass: serviceClass ?? STORAGE_SERVICE_CLASS,
    relatedSopClasses: related.map(mustKnow),
  }));
}
