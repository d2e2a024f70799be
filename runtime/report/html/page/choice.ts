// A row of buttons that chooses the service a panel shows; hidden where there is no choice.
import type { ReportData } from '../data.ts';
import { button, h, replace } from './dom.ts';

export interface ServiceChoice {
  readonly element: HTMLElement;
  /** Shows the chosen service, or the first; false when there is none. */
  update(data: ReportData, services: readonly string[]): boolean;
}

export function serviceChoice(show: (data: ReportData, service: string) => void): ServiceChoice {
  const element = h('div', { class: 'tools noprint', role: 'group', 'aria-label': 'service' });
  let chosen = '';
  const update = (data: ReportData, services: readonly string[]): boolean => {
    const [first] = services;
    if (first === undefined) return false;
    const service = services.includes(chosen) ? chosen : first;
    const buttons = services.map((name) => {
      const made = button(name, () => {
        chosen = name;
        update(data, services);
      });
      made.setAttribute('aria-pressed', String(name === service));
      return made;
    });
    const focused = [...element.children].indexOf(document.activeElement ?? element);
    replace(element, ...buttons);
    buttons[focused]?.focus();
    element.hidden = services.length < 2;
    show(data, service);
    return true;
  };
  return { element, update };
}
