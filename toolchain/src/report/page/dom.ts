// Elements made without markup: what a name holds can never become part of the page's structure.

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function byId<E extends Element = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as unknown as E;
}

/** A data block of the page. */
export function block<T>(id: string): T {
  return JSON.parse(byId(id).textContent ?? "") as T;
}

/** Exactly one of them can be reached with Tab; the arrow keys reach the others. */
export function setTabStop(elements: readonly (HTMLElement | SVGElement)[], index: number): void {
  elements.forEach((each, at) => {
    each.setAttribute("tabindex", at === index ? "0" : "-1");
  });
}
