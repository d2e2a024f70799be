// Where a run is seen in Grafana: the dashboard "Run" with run and time filled in.

export interface LinkedRun {
  readonly id: string;
  /** Wall clock, ms since the epoch. */
  readonly from: number;
  readonly to: number;
}

/**
 * @param base address of Grafana, with or without a path of its own
 */
export function grafanaLink(base: string, run: LinkedRun): string {
  // Rows are stamped with the whole second in which they begin.
  const from = Math.floor(run.from / 1000) * 1000;
  const to = Math.ceil(run.to / 1000) * 1000 + 1000;
  const query = new URLSearchParams({ 'var-testid': run.id, from: `${from}`, to: `${to}` });
  // A password is nobody's business who reads the report.
  const bare = base.replace(/^(https?:\/\/)[^/?#]*@/i, '$1').replace(/\/+$/, '');
  return `${bare}/d/dicomrun-run?${query.toString()}`;
}
