// Light, dark, or as the system says; charts ask for their colours here.

type Choice = 'auto' | 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
let choice: Choice = 'auto';
const listeners: (() => void)[] = [];

function apply(): void {
  const dark = choice === 'dark' || (choice === 'auto' && system.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

/** Starts with the system's theme; paper is always light. */
export function startTheme(): void {
  apply();
  system.addEventListener('change', apply);
  addEventListener('beforeprint', () => {
    document.documentElement.dataset['theme'] = 'light';
    for (const listener of listeners) listener();
  });
  addEventListener('afterprint', apply);
}

/** Calls back whenever colours changed. */
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
