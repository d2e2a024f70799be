// The data that a script sends, as two hosts can compare it: an entry for each instance, made of its
// bytes. Synthetic ones are computed on each host and compared alike.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Declaration } from '../threads/vu.ts';

/** Of each pool, by declaration: `name` and a digest of each member. */
export type Manifest = readonly {
  readonly key: string;
  readonly members: readonly (readonly [name: string, digest: string])[];
}[];

type Pool = Extract<Declaration, { readonly kind: 'pool' }>['pool'];

const SHOWN = 3;

export function manifestOf(declarations: readonly Declaration[]): Manifest {
  return declarations.flatMap((one) =>
    one.kind === 'pool' ? [{ key: one.key, members: membersOf(one.pool) }] : [],
  );
}

function membersOf({ members, segments }: Pool): Manifest[number]['members'] {
  return members.map((member) => {
    const { origin, location, headerBytes, datasetBytes, pixelHash } = member;
    const hash = createHash('sha256').update(`${datasetBytes} ${pixelHash} `);
    const segment = segments[location.segment];
    if (segment !== undefined) {
      const length = Math.min(headerBytes, segment.byteLength - location.offset);
      hash.update(new Uint8Array(segment, location.offset, length));
    }
    return [basename(origin), hash.digest('hex').slice(0, 32)];
  });
}

/** How data here differ from those of the coordinator, in words; null: not at all. */
export function differenceOf(theirs: Manifest, ours: Manifest): string | null {
  for (const { key, members } of theirs) {
    const own = ours.find((one) => one.key === key);
    const said = own === undefined ? 'is not declared here' : differing(members, own.members);
    if (said !== null) return `data ${key.slice(0, 80)}: ${said}`;
  }
  const more = ours.find(({ key }) => !theirs.some((one) => one.key === key));
  return more === undefined ? null : `data ${more.key.slice(0, 80)}: declared here only`;
}

type Members = Manifest[number]['members'];

function differing(theirs: Members, ours: Members): string | null {
  const [there, here] = [new Map(theirs), new Map(ours)];
  const absent = theirs.filter(([name]) => !here.has(name)).map(([name]) => name);
  const extra = ours.filter(([name]) => !there.has(name)).map(([name]) => name);
  const other = ours.flatMap(([name, digest]) =>
    there.has(name) && there.get(name) !== digest ? [name] : [],
  );
  const parts = [
    ...naming('missing here', absent),
    ...naming('only here', extra),
    ...naming('with other content', other),
  ];
  if (parts.length > 0) return parts.join('; ');
  const same = theirs.every(
    ([name, digest], i) => ours[i]?.[0] === name && ours[i]?.[1] === digest,
  );
  if (same && theirs.length === ours.length) return null;
  return `${ours.length} instances here, ${theirs.length} at the coordinator, or in another order`;
}

function naming(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return [`${what}: ${names.slice(0, SHOWN).join(', ')}${more}`];
}
