// The list above the message box: commands, choices, suggestions, people.

import { el, uniqueId } from "./dom.js";

export class Popup {
  /** `onPick(item)` is called for what is picked; items are {label, detail, hint, icon, heading}. */
  constructor(onPick) {
    this.onPick = onPick;
    this.items = [];
    this.active = 0;
    this.id = uniqueId("popup");
    this.heading = el("div", { class: "popup-heading" });
    this.list = el("ul", { class: "popup-list", id: this.id, role: "listbox", "aria-label": "Suggestions" });
    // Told to those who listen where there is nothing to pick.
    this.status = el("div", { class: "visually-hidden", role: "status" });
    this.node = el("div", { class: "popup", hidden: true }, this.heading, this.list);
  }

  get open() {
    return !this.node.hidden;
  }

  get current() {
    return this.open ? (this.items[this.active] ?? null) : null;
  }

  /** Show items under a heading; the heading alone is shown where there is nothing to pick. */
  show(items, heading, input) {
    if (this.input !== input) this.release();
    this.input = input;
    this.items = items;
    this.active = 0;
    this.heading.replaceChildren(...heading);
    this.list.replaceChildren(...items.map((item, index) => this.row(item, index)));
    this.list.hidden = items.length === 0;
    this.node.hidden = items.length === 0 && heading.length === 0;
    this.status.textContent = items.length ? "" : heading.map((part) => part.textContent).join(" ");
    // Only what can open a list may say whether it did.
    if (input.getAttribute("role") === "combobox") {
      input.setAttribute("aria-expanded", String(items.length > 0));
      input.setAttribute("aria-controls", this.id);
    }
    this.mark();
  }

  hide() {
    this.node.hidden = true;
    this.items = [];
    this.status.textContent = "";
    this.release();
  }

  /** The field in use has no open list any more. */
  release() {
    if (this.input?.hasAttribute("aria-expanded")) this.input.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
  }

  move(step) {
    if (!this.items.length) return;
    this.active = (this.active + step + this.items.length) % this.items.length;
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((row, index) => {
      row.classList.toggle("active", index === this.active);
      row.setAttribute("aria-selected", String(index === this.active));
    });
    const row = this.list.children[this.active];
    if (!row) return this.input?.removeAttribute("aria-activedescendant");
    this.input?.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  row(item, index) {
    return el(
      "li",
      {
        id: `${this.id}-${index}`,
        role: "option",
        class: "popup-item",
        on: {
          // The message box keeps the focus.
          pointerdown: (event) => event.preventDefault(),
          pointermove: () => {
            if (this.active === index) return;
            this.active = index;
            this.mark();
          },
          click: () => this.onPick(item),
        },
      },
      item.icon ?? null,
      el("span", { class: "popup-text" }, el("bdi", { class: "popup-label", text: item.label }), item.detail ? el("span", { class: "popup-detail", text: item.detail }) : null),
      item.hint ? el("span", { class: "popup-hint", text: item.hint }) : null,
    );
  }
}
