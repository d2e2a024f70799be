// The panels in their order.
import { verdictWord } from '../../../metrics/verdict-word.ts';
import type { ReportData } from '../data.ts';
import { button, h, replace } from './dom.ts';
import { setTheme } from './theme.ts';
import type { Panel } from './panel.ts';
import { associations } from './panels/associations.ts';
import { banner, keyNumbers } from './panels/overview.ts';
import { breakdown } from './panels/breakdown.ts';
import { cases, slowest } from './panels/cases.ts';
import { configuration, downloads } from './panels/provenance.ts';
import { delivery } from './panels/delivery.ts';
import { distribution } from './panels/distribution.ts';
import { errors, failures } from './panels/failures.ts';
import { generator } from './panels/generator.ts';
import { latency, load, throughput } from './panels/timeline.ts';
import { recorded } from './panels/recorded.ts';
import { verdicts } from './panels/verdicts.ts';

const PANELS: readonly (() => Panel)[] = [
  banner,
  keyNumbers,
  verdicts,
  cases,
  recorded,
  load,
  latency,
  throughput,
  failures,
  errors,
  breakdown,
  distribution,
  associations,
  delivery,
  slowest,
  generator,
  configuration,
  downloads,
];

/** The line above every page: whose it is, and its colours. */
export function topBar(): HTMLElement {
  const themes = h(
    'div',
    { class: 'tools noprint', role: 'group', 'aria-label': 'colours' },
    button('light', () => setTheme('light')),
    button('dark', () => setTheme('dark')),
    button('system', () => setTheme('auto')),
    button('print', () => print()),
  );
  return h('div', { class: 'bar' }, h('span', { class: 'faint' }, 'dicomrun'), themes);
}

/** Shows the report; answers how to show newer data of the same run. */
export function showReport(root: HTMLElement, data: ReportData): (data: ReportData) => void {
  const panels = PANELS.map((make) => make());
  replace(root, topBar(), ...panels.map(({ element }) => element));
  const update = (next: ReportData): void => {
    const { verdict, run } = next.summary;
    document.title = `${next.live ? 'running' : verdictWord(verdict)} · ${run.title ?? run.script.split(/[\\/]/).at(-1) ?? ''} · ${run.id}`;
    for (const panel of panels) panel.update(next);
  };
  update(data);
  return update;
}
