// The files of `dashboards/`: made here, committed there, held together by a test.
import { compareDashboard } from './compare.ts';
import { runDashboard } from './run.ts';
import type { Dashboard } from './schema.ts';
import { watchDashboard } from './watch.ts';

/** File name in `dashboards/` -> what it must hold. */
export function dashboardFiles(): Readonly<Record<string, Dashboard>> {
  return {
    'run.json': runDashboard(),
    'compare-runs.json': compareDashboard(),
    'router-watch.json': watchDashboard(),
  };
}
