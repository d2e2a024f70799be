// Light, dark, or as the system says; charts ask for their colours here.

type Choice = 'auto' | 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
let choice: Choice = 'auto';
const listeners: (() => void)[] = [];

function apply(paper = false): void {
  const dark = choice === 'dark' || (choice === 'auto' && system.matches);
  const { dataset } = document.documentElement;
  dataset['theme'] = dark && !paper ? 'dark' : 'light';
  if (paper) dataset['paper'] = '';
  else delete dataset['paper'];
  for (const listener of listeners) listener();
}

/** Starts with the system's theme; paper is always light, and of the width of paper. */
export function startTheme(): void {
  apply();
  system.addEventListener('change', () => apply());
  addEventListener('beforeprint', () => apply(true));
  addEventListener('afterprint', () => apply());
}

/** Whether the page is being printed. */
export function onPaper(): boolean {
  return document.documentElement.dataset['paper'] !== undefined;
}

/** Calls back whenever colours changed, and when the page goes to paper or comes back. */
export function onTheme(listener: () => void): void {
  listeners.push(listener);
}

export function setTheme(next: Choice): void {
  choice = next;
  apply();
}

/** A colour by the name of its CSS variable: `c1`, `ink`, `grid`, … */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
