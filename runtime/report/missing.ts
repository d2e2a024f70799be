// An instance that did not arrive, in words: by the file it was read from, where there is one.
import { clock } from '../metrics/numbers.ts';
import type { MissingRow } from '../metrics/summary.ts';

/** `ct/CT_small.dcm`, else the UID as far as it may be told. */
export function missingName({ file, instance }: MissingRow): string {
  return file ?? instance;
}

/** `(CT, sent at 0:12, route CT), …0001 of study …01`. */
export function missingWhere({ file, instance, study, route, ...one }: MissingRow): string {
  const { modality, sentMs } = one;
  const facts = [
    ...(modality === undefined ? [] : [modality]),
    ...(sentMs === undefined ? [] : [`sent at ${clock(sentMs)}`]),
    `route ${route}`,
  ];
  const uid = file === undefined ? '' : `${instance} `;
  return `(${facts.join(', ')}) ${uid}of study ${study}`;
}
