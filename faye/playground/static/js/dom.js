// Building the page from nodes. No string is ever parsed as HTML.

/**
 * Make an element. `props` are attributes, except: `class`, `text`, `on` (listeners by event name),
 * `style` (properties by name) and booleans, which switch an attribute on or off.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "style") for (const [property, css] of Object.entries(value)) node.style.setProperty(property, css);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A name that people chose: isolated, so that right-to-left marks in it cannot reorder what stands around. */
export function personName(name, className = "") {
  return el("bdi", { class: className, text: name });
}

export const $ = (id) => document.getElementById(id);

/** Open a dialog over the page; when it closes it goes, and whoever opened it goes on where they were. */
export function openDialog(dialog) {
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (document.activeElement !== before && document.activeElement !== document.body) return;
    // The browser gives the focus back, but to a text box not its caret: without it no key writes anything.
    before?.blur();
    before?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

let counter = 0;
export const uniqueId = (prefix) => `${prefix}-${++counter}`;

/** Say something to those who listen instead of look. */
export function announce(text) {
  let region = $("announcer");
  if (!region) {
    region = el("div", { id: "announcer", class: "visually-hidden", role: "status" });
    document.body.append(region);
  }
  region.textContent = text;
}
