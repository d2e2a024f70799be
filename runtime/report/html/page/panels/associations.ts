// Panel 9: how associations went, and how long each phase took.
import type { PhaseRow } from '../../data.ts';
import { h, replace } from '../dom.ts';
import { count, plural, time } from '../../../../metrics/numbers.ts';
import { section, type Panel } from '../panel.ts';
import { numbers, table, type TableColumn } from '../table.ts';

const PHASES: readonly TableColumn<PhaseRow>[] = [
  { label: 'phase', cell: (row) => row.name },
  numbers('count', (row) => row.count, count),
  numbers('median', (row) => row.p50, time),
  numbers('p95', (row) => row.p95, time),
  numbers('p99', (row) => row.p99, time),
  numbers('max', (row) => row.max, time),
];

export function associations(): Panel {
  const sentence = h('p');
  const causes = h('ul');
  const phases = table<PhaseRow>({
    caption: 'phases',
    empty: 'No association was opened.',
    columns: PHASES,
  });
  return section(
    'Associations',
    [sentence, causes, phases.element],
    ({ summary, phases: rows }) => {
      const { requested, accepted, rejected, failed, aborted, requestsPerAssociation } =
        summary.associations;
      sentence.textContent =
        `${count(requested)} requested: ${count(accepted)} accepted, ${count(rejected)} rejected, ` +
        `${count(failed)} failed otherwise; ${count(aborted)} aborted later; ` +
        `${plural(requestsPerAssociation, 'request')} per association.`;
      replace(
        causes,
        ...summary.associations.causes.map(({ outcome, status, count: n }) =>
          h('li', {}, `${count(n)} × ${outcome}${status === '' ? '' : ` (${status})`}`),
        ),
      );
      phases.update(rows);
    },
  );
}
