// One section of the report: made once, filled as often as there is newer data.
import type { ReportData } from '../data.ts';
import { h, type Child } from './dom.ts';

export interface Panel {
  readonly element: HTMLElement;
  update(data: ReportData): void;
}

/** A section with a heading. `update` may hide it by answering false. */
export function section(
  title: string,
  children: readonly Child[],
  update: (data: ReportData) => boolean | void,
): Panel {
  const element = h('section', { 'aria-label': title }, h('h2', {}, title), ...children);
  return {
    element,
    update: (data) => {
      element.hidden = update(data) === false;
    },
  };
}
