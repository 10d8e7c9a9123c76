// A select menu: a button that opens a list, worked by pointer or keyboard.

import { el, uniqueId } from "./dom.js";
import { emojiText } from "./components.js";
import { displayName, state } from "./state.js";

const LIST_GAP_PX = 8;

/** Options of a select; those of users, roles and channels come from the server. */
export function optionsOf(component) {
  const people = () => [state.bot, ...state.people].map((user) => ({ value: user.id, label: displayName(user) }));
  const roles = () => state.roles.map((role) => ({ value: role.id, label: role.name.startsWith("@") ? role.name : `@${role.name}` }));
  switch (component.type) {
    case 5: return people();
    case 6: return roles();
    case 7: return [...people(), ...roles()];
    case 8: return state.channels.map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
    default: return component.options ?? [];
  }
}

/** Make a select; `onChoose(values)` is called when the list closes with a changed, valid choice. */
export function selectMenu(component, onChoose, labelledBy = null) {
  return new SelectMenu(component, onChoose, labelledBy);
}

class SelectMenu {
  constructor(component, onChoose, labelledBy) {
    this.component = component;
    this.onChoose = onChoose;
    this.options = optionsOf(component);
    this.most = Math.min(component.max_values ?? 1, this.options.length || 1);
    this.least = component.required === false ? 0 : (component.min_values ?? 1);
    this.chosen = new Set(this.options.filter((option) => option.default).map((option) => option.value));
    this.typed = "";
    this.active = 0;
    this.listId = uniqueId("select-list");
    this.label = el("span", { class: "select-label" });
    this.button = el(
      "button",
      {
        type: "button",
        class: "select-button",
        disabled: Boolean(component.disabled),
        role: "combobox",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "aria-controls": this.listId,
        "aria-labelledby": labelledBy,
        "aria-label": labelledBy ? null : component.placeholder || "Make a selection",
        "data-custom-id": component.custom_id,
        on: { click: () => this.toggle(), keydown: (event) => this.key(event), blur: () => this.blur() },
      },
      this.label,
      el("span", { class: "select-arrow", "aria-hidden": "true" }),
    );
    this.list = el("ul", { class: "select-list", id: this.listId, role: "listbox", "aria-multiselectable": String(this.most > 1), hidden: true });
    this.node = el("div", { class: "select" }, this.button, this.list);
    this.showChosen();
  }

  get open() {
    return !this.list.hidden;
  }

  get values() {
    return [...this.chosen];
  }

  toggle() {
    this.open ? this.close(true) : this.show();
  }

  show() {
    this.before = this.values.join();
    this.active = Math.max(0, this.options.findIndex((option) => this.chosen.has(option.value)));
    this.list.replaceChildren(...this.options.map((option, index) => this.row(option, index)));
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    // Open to where there is room within what scrolls.
    const room = this.node.closest("#scroller, dialog").getBoundingClientRect();
    const button = this.button.getBoundingClientRect();
    const [above, below] = [button.top - room.top, room.bottom - button.bottom];
    this.list.classList.toggle("upwards", below < this.list.offsetHeight + LIST_GAP_PX && above > below);
    this.mark();
  }

  close(submit) {
    if (!this.open) return;
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    this.button.removeAttribute("aria-activedescendant");
    const changed = this.before !== this.values.join();
    if (submit && changed && this.chosen.size >= this.least) this.onChoose(this.values);
    this.showChosen();
  }

  blur() {
    // A click into the list keeps it open; anything else closes it.
    setTimeout(() => this.node.contains(document.activeElement) || this.close(true), 120);
  }

  row(option, index) {
    const text = el(
      "span",
      { class: "select-text" },
      el("bdi", { text: option.label }),
      option.description ? el("small", { text: option.description }) : null,
    );
    return el(
      "li",
      {
        id: `${this.listId}-${index}`,
        class: "select-option",
        role: "option",
        "aria-selected": String(this.chosen.has(option.value)),
        on: {
          pointerdown: (event) => event.preventDefault(),
          pointermove: () => index !== this.active && this.moveTo(index),
          click: () => this.choose(index),
        },
      },
      option.emoji ? el("span", { class: "select-emoji", text: emojiText(option.emoji) }) : null,
      text,
      el("span", { class: "select-check", "aria-hidden": "true" }),
    );
  }

  choose(index) {
    const option = this.options[index];
    if (!option) return;
    if (this.most === 1) {
      this.chosen = new Set([option.value]);
      return this.close(true);
    }
    if (this.chosen.has(option.value)) this.chosen.delete(option.value);
    else if (this.chosen.size < this.most) this.chosen.add(option.value);
    [...this.list.children].forEach((row, n) => row.setAttribute("aria-selected", String(this.chosen.has(this.options[n].value))));
    this.moveTo(index);
  }

  moveTo(index) {
    this.active = Math.max(0, Math.min(this.options.length - 1, index));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((row, index) => row.classList.toggle("active", index === this.active));
    const row = this.list.children[this.active];
    if (!row) return;
    this.button.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (!this.open) {
      if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      return this.show();
    }
    const moves = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, Home: 0, End: this.options.length - 1 };
    if (event.key in moves) this.moveTo(moves[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.choose(this.active);
    else if (event.key === "Escape") this.close(false);
    else if (event.key.length === 1) return this.find(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  find(letter) {
    clearTimeout(this.typing);
    this.typed += letter.toLowerCase();
    this.typing = setTimeout(() => (this.typed = ""), 700);
    const index = this.options.findIndex((option) => option.label.toLowerCase().startsWith(this.typed));
    if (index >= 0) this.moveTo(index);
  }

  showChosen() {
    const labels = this.options.filter((option) => this.chosen.has(option.value)).map((option) => option.label);
    this.label.textContent = labels.join(", ") || this.component.placeholder || "Make a selection";
    this.label.classList.toggle("placeholder", labels.length === 0);
  }
}
