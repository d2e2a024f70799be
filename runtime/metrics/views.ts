// Views: the fixed ways in which samples are added up. A panel, a threshold, the live line and the
// report each read exactly one view; nothing ever averages a percentile.

export interface ViewKind {
  readonly name: string;
  /** A series belongs to it when it carries all of these tags, not empty. */
  readonly tags: readonly string[];
  /** Only these metrics; all when absent. */
  readonly metrics?: RegExp;
}

export const VIEW_KINDS: readonly ViewKind[] = [
  { name: 'all', tags: [] },
  { name: 'scenario', tags: ['scenario'] },
  { name: 'service', tags: ['service'] },
  { name: 'service+route', tags: ['service', 'route'] },
  { name: 'service+modality', tags: ['service', 'modality'] },
  { name: 'service+size_class', tags: ['service', 'size_class'] },
  { name: 'service+status', tags: ['service', 'status'] },
  { name: 'called_aet', tags: ['called_aet'] },
  { name: 'check', tags: ['check'] },
  { name: 'group', tags: ['group'] },
  { name: 'group+check', tags: ['group', 'check'], metrics: /^checks$/ },
  { name: 'stage', tags: ['scenario', 'stage'] },
  // metrics that have no service
  { name: 'route', tags: ['route'], metrics: /^dicom_(delivery_|visible_|commit_|assoc)/ },
  {
    name: 'outcome',
    tags: ['outcome'],
    metrics: /^(dicom_(assoc|faults|suboperations|visible|instances|req_failed)|http_req_failed)/,
  },
  { name: 'service+outcome', tags: ['service', 'outcome'], metrics: /^dicom_instances$/ },
  {
    name: 'outcome+status',
    tags: ['outcome', 'status'],
    metrics: /^dicom_assoc(s|_aborted)$/,
  },
  { name: 'phase', tags: ['phase'], metrics: /^iteration_failed$/ },
  { name: 'thread', tags: ['thread'], metrics: /^generator_/ },
  // hosts of one run
  {
    name: 'agent',
    tags: ['agent'],
    metrics: /^(generator_|dicom_reqs$|dicom_req_duration$|dicom_req_failed$|iterations$)/,
  },
  { name: 'series', tags: ['series'], metrics: /^target_/ },
];

/** The fixed ways, and those that a run asks for besides; one that is there already is not doubled. */
export function viewKinds(more: readonly string[] = []): readonly ViewKind[] {
  const known = new Set(VIEW_KINDS.filter(({ metrics }) => !metrics).map(({ name }) => name));
  const own = [...new Set(more)].filter((name) => !known.has(name));
  const fixed = VIEW_KINDS.filter(({ name }) => !own.includes(name));
  return [...fixed, ...own.map((name) => ({ name, tags: name.split('+') }))];
}

/** The tags of a series that a view keeps; null when the series does not belong to it. */
export function viewTags(
  kind: ViewKind,
  metric: string,
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | null {
  if (kind.metrics !== undefined && !kind.metrics.test(metric)) return null;
  const kept: Record<string, string> = {};
  for (const name of kind.tags) {
    const value = tags[name];
    if (value === undefined || value === '') return null;
    kept[name] = value;
  }
  return kept;
}
