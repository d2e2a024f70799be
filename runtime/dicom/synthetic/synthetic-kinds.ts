// Every kind of synthetic instances, by the name that scripts call it.
import { EYE_IODS } from './synthetic-eye.ts';
import { headerByDcmjs, prototypeKey, prototypeRequest } from './synthetic-header.ts';
import { type Iod, IODS } from './synthetic-iods.ts';
import { MORE_IODS } from './synthetic-more.ts';

export const ALL_IODS: Readonly<Record<string, Iod>> = { ...IODS, ...EYE_IODS, ...MORE_IODS };

/**
 * A header of each kind, by dcmjs and in base64. A step of the build, once for all runs.
 *
 * @internal
 */
export function prototypeHeaders(): Readonly<Record<string, string>> {
  const all = Object.values(ALL_IODS).map((iod) => {
    return [prototypeKey(iod), headerByDcmjs(prototypeRequest(iod)).toString('base64')] as const;
  });
  const made = new Map(all);
  if (made.size !== all.length) throw new Error('two kinds of synthetic instances have one key');
  return Object.fromEntries(made);
}
