// `require` of one VU: the few modules there are, as thin facades bound to the VU.
import { MODULES } from './abi.ts';
import { dicomFor } from './dicom/facade.ts';
import { webFor } from './dicomweb/facade.ts';
import { k6For } from './k6/facade.ts';
import { badArgument } from './sandbox/errors.ts';
import type { Vu } from './sandbox/vu.ts';

/** Resolves `dicom`, `dicomweb`, `k6` and `k6/*` for one VU; each facade is made at its first use. */
export function requireFor(vu: Vu): (name: string) => unknown {
  const made = new Map<string, unknown>();
  return (name) => {
    let facade = made.get(name);
    if (facade === undefined) {
      facade = moduleFor(vu, name);
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

function moduleFor(vu: Vu, name: string): unknown {
  if (MODULES[name] === MODULES['dicom']) return dicomFor(vu);
  return name === 'dicomweb' ? webFor(vu) : k6For(vu, name);
}
