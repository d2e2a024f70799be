// The files of `dashboards/`: made here, committed there, held together by a test.
import { compareDashboard } from './compare.ts';
import { influxql } from './influxql.ts';
import { promql } from './promql.ts';
import { runDashboard } from './run.ts';
import type { Dashboard } from './schema.ts';
import { watchDashboard } from './watch.ts';

/** File name in `dashboards/` -> what it must hold; those that ask InfluxDB. */
export function dashboardFiles(): Readonly<Record<string, Dashboard>> {
  return {
    'run.json': runDashboard(influxql),
    'compare-runs.json': compareDashboard(influxql),
    'router-watch.json': watchDashboard(influxql),
  };
}

/** The same ones that ask Prometheus and VictoriaMetrics. */
export function prometheusFiles(): Readonly<Record<string, Dashboard>> {
  return {
    'prometheus/run.json': runDashboard(promql),
    'prometheus/compare-runs.json': compareDashboard(promql),
    'prometheus/router-watch.json': watchDashboard(promql),
  };
}
