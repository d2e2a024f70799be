// `require` of one VU: the few modules there are, as thin facades bound to the VU.
import { MODULES } from '../abi.ts';
import { dicomFor } from '../dicom/facade.ts';
import { k6For } from '../k6/facade.ts';
import { badArgument } from './errors.ts';
import type { Vu } from './vu.ts';

/** Resolves `dicom`, `k6` and `k6/*` for one VU; each facade is made at its first use. */
export function requireFor(vu: Vu): (name: string) => unknown {
  const made = new Map<string, unknown>();
  return (name) => {
    let facade = made.get(name);
    if (facade === undefined) {
      facade = MODULES[name] === MODULES['dicom'] ? dicomFor(vu) : k6For(vu, name);
      if (facade === undefined) {
        throw badArgument(
          `module "${name}" does not exist here`,
          `there are ${Object.keys(MODULES).join(', ')}`,
        );
      }
      made.set(name, facade);
    }
    return facade;
  };
}
