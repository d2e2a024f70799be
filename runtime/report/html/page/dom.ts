// Elements without innerHTML: whatever a peer, a script or a file name says stays text.
export type Child = Node | string | null | undefined | false;

/** Makes an element; attributes as given, `class` and `text` included. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  append(element, children);
  return element;
}

/** An element of a drawing; its attributes are no style, so the page's policy allows them. */
export function svg(
  tag: 'svg' | 'circle' | 'rect' | 'text',
  attributes: Readonly<Record<string, string>>,
  ...children: Child[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  append(element, children);
  return element;
}

export function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

/** A button that does one thing. */
export function button(label: string, act: () => void): HTMLButtonElement {
  const made = h('button', { type: 'button' }, label);
  made.addEventListener('click', act);
  return made;
}

/** Offers a text as a file; nothing leaves the page. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h('a', { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
