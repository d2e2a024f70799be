// The help topics as a reader looks for them.

/** In this order; a topic stands in one of them. */
export const TOPIC_GROUPS: readonly (readonly [group: string, topics: readonly string[]])[] = [
  [
    'Start',
    [
      'tutorial',
      'recipes',
      'words',
      'from-k6',
      'from-pytest',
      'from-dcmtk',
      'from-dcm4che',
      'from-pynetdicom',
    ],
  ],
  [
    'Write',
    ['scripts', 'api', 'executors', 'scenarios', 'delivery', 'dicomweb', 'recording', 'metrics'],
  ],
  ['Run', ['configuration', 'ci', 'many-hosts', 'windows', 'security']],
  ['Read', ['outputs', 'servers', 'exit-codes', 'troubleshooting', 'reliability']],
  ['Reference', ['parity', 'performance', 'licences']],
];

/** The groups with the topics that are there; what no group names stands under Reference. */
export function grouped(
  names: readonly string[],
): readonly (readonly [string, readonly string[]])[] {
  const known = new Set(TOPIC_GROUPS.flatMap(([, topics]) => topics));
  const rest = names.filter((name) => !known.has(name));
  return TOPIC_GROUPS.map(([group, topics]) => {
    const all = group === 'Reference' ? [...topics, ...rest] : topics;
    return [group, all.filter((name) => names.includes(name))] as const;
  });
}
