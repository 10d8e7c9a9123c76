// A picked command: its name, a field for each option, suggestions as one types.

import { el } from "./dom.js";
import { fixedItems, hasList, namedValues, OptionField, typeName } from "./options.js";

const SUGGEST_DELAY_MS = 120;
const NOTHING_MATCHES = "Nothing matches";

export class CommandLine {
  constructor(command, { popup, suggest, submit, leave, fail }) {
    Object.assign(this, { command, popup, suggest, submit, leave, fail });
    this.fields = [];
    this.current = null;
    this.asked = 0;
    this.chip = el("button", {
      type: "button",
      class: "command-chip",
      text: `/${command.path}`,
      "aria-label": `Command ${command.path}: ${command.description}. Backspace takes it away, Enter sends.`,
      on: { keydown: (event) => this.chipKey(event), focus: () => this.describe(), blur: () => this.popup.hide() },
    });
    this.more = el("button", {
      type: "button",
      class: "command-more",
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      on: { click: () => this.offerMore(), focus: () => this.offerMore(), keydown: (event) => this.moreKey(event), blur: () => this.popup.hide() },
    });
    this.cancel = el("button", { type: "button", class: "command-cancel", "aria-label": "Cancel the command", text: "×", on: { click: () => this.leave() } });
    this.send = el("button", { type: "submit", class: "command-send", "aria-label": "Send the command" }, sendIcon());
    this.holder = el("span", { class: "options" });
    const parts = el("div", { class: "command-parts" }, this.chip, this.holder, this.more);
    this.node = el("div", { class: "command-line" }, parts, el("span", { class: "command-end" }, this.cancel, this.send));
    for (const option of command.options) if (option.required) this.add(option);
    this.showMore();
  }

  /** The values to send, or an `Error` with words for the player. */
  values() {
    const values = {};
    for (const field of this.fields) {
      const value = field.value();
      if (value instanceof Error) {
        field.wrong(true);
        field.input.focus();
        return value;
      }
      if (value !== undefined) values[field.option.name] = value;
    }
    return values;
  }

  /** Fill options in from a text such as `9` or `amount: 9`. */
  fill(text) {
    this.enterAll(namedValues(this.command.options, text));
  }

  /** Names of options typed into a field, such as `premium amount:`, lead on to theirs, as if they had been picked. */
  divide(field) {
    const free = this.command.options.filter((option) => option === field.option || this.fieldOf(option)?.empty !== false);
    const divided = namedValues(free, field.input.value, field.option);
    const typed = [...divided.keys()];
    if (typed.every((option) => option === field.option) && divided.get(field.option) === field.input.value.trim()) return null;
    // The name is taken off the field, also where nothing stands before it.
    if (!divided.has(field.option)) field.option.required ? field.enter("") : this.drop(field);
    this.enterAll(divided);
    return this.fieldOf(typed.at(-1));
  }

  fieldOf(option) {
    return this.fields.find((field) => field.option === option);
  }

  enterAll(values) {
    for (const [option, value] of values) (this.fieldOf(option) ?? this.add(option)).enter(value);
    this.showMore();
  }

  /** Say that the server did not take the command, and lead to the option that it named. */
  refuse(text) {
    const named = this.fields.find((field) => text.startsWith(`${field.option.name}:`));
    named?.wrong(true);
    named ? named.input.focus() : this.focus();
    this.fail(text);
  }

  focus() {
    (this.fields.find((field) => field.empty) ?? this.fields.at(-1))?.input.focus();
    if (!this.fields.length) this.chip.focus();
  }

  pick(item) {
    if (item?.add) {
      this.add(item.add).input.focus();
      return this.showMore();
    }
    if (!item || !this.current) return undefined;
    this.current.pick(item);
    const next = this.fields.find((field) => field.empty && field.option.required);
    if (next) return next.input.focus();
    return this.popup.show([], this.heading(this.current), this.current.input);
  }

  add(option) {
    const field = new OptionField(option, {
      input: (changed) => this.typed(changed),
      focus: (focused) => this.offer(focused),
      blur: () => this.popup.hide(),
      keydown: (event, pressed) => this.fieldKey(event, pressed),
    });
    this.fields.push(field);
    this.holder.append(field.node);
    return field;
  }

  typed(field) {
    this.fail("");
    const next = this.divide(field);
    return next && next !== field ? next.input.focus() : this.offer(field);
  }

  drop(field) {
    this.fields = this.fields.filter((other) => other !== field);
    field.node.remove();
  }

  remove(field) {
    this.drop(field);
    this.showMore();
    (this.fields.at(-1)?.input ?? this.chip).focus();
  }

  showMore() {
    const left = this.optional().length;
    this.more.hidden = left === 0;
    this.more.textContent = `+${left} optional`;
  }

  optional() {
    return this.command.options.filter((option) => !this.fields.some((field) => field.option === option));
  }

  describe() {
    this.current = null;
    this.popup.show([], [el("strong", { text: `/${this.command.path}` }), el("span", { text: this.command.description })], this.chip);
  }

  offerMore() {
    this.current = null;
    const items = this.optional().map((option) => ({ label: option.name, detail: option.description, hint: typeName(option), add: option }));
    this.popup.show(items, [el("span", { text: "Options" })], this.more);
  }

  /** Show what fits the field: fixed choices at once, the bot's suggestions when they come. */
  offer(field) {
    this.current = field;
    const asked = ++this.asked;
    if (!field.option.autocomplete) {
      const typed = field.picked ? "" : field.input.value;
      const items = fixedItems(field.option, typed);
      const nothing = !items.length && hasList(field.option) && !field.empty && !field.picked;
      return this.popup.show(items, this.heading(field, nothing ? NOTHING_MATCHES : ""), field.input);
    }
    this.popup.show([], this.heading(field, "Loading…"), field.input);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(field, asked), SUGGEST_DELAY_MS);
    return undefined;
  }

  ask(field, asked) {
    const values = {};
    for (const other of this.fields) {
      const value = other.value();
      if (other !== field && value !== undefined && !(value instanceof Error)) values[other.option.name] = value;
    }
    values[field.option.name] = field.input.value;
    this.suggest(this.command.path, field.option.name, values, (choices) => {
      // Only the answer to the latest letter counts.
      if (asked !== this.asked || this.current !== field || document.activeElement !== field.input) return;
      const items = (choices ?? []).map((choice) => ({ label: String(choice.name), value: choice.value }));
      const note = choices === null ? "Suggestions could not be loaded" : items.length ? "" : NOTHING_MATCHES;
      this.popup.show(items, this.heading(field, note), field.input);
    });
  }

  heading(field, note = "") {
    return [
      el("strong", { text: field.option.name }),
      el("span", { text: field.option.description }),
      el("em", { text: note || `${typeName(field.option)}${field.option.required ? "" : ", optional"}` }),
    ];
  }

  fieldKey(event, field) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.popup.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.enterIn(field);
    } else if (event.key === "Tab" && !event.shiftKey && this.popup.current && !field.picked && !field.empty) {
      // Tab takes the marked suggestion along and goes on.
      field.pick(this.popup.current);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.popup.open && this.popup.items.length ? this.popup.hide() : this.leave();
    } else if (event.key === "Backspace" && field.input.value === "") {
      event.preventDefault();
      field.option.required ? this.leave() : this.remove(field);
    }
  }

  enterIn(field) {
    const exact = field.value();
    const marked = this.popup.current;
    // What is typed out is as good as picked, unless another one was marked since.
    const settled = field.picked || (!(exact instanceof Error) && exact !== undefined && (!marked || field.named()?.value === marked.value));
    if (marked && !settled) return this.pick(marked);
    return this.submit();
  }

  chipKey(event) {
    if (event.key === "Backspace" || event.key === "Delete" || event.key === "Escape") {
      event.preventDefault();
      this.leave();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.submit();
    } else if (event.key.length === 1 && event.key !== " " && !(event.ctrlKey || event.metaKey || event.altKey) && this.optional().length) {
      // Somebody types on behind a command whose options are all optional: the key lands in the first one's field.
      this.add(this.optional()[0]).input.focus();
      this.showMore();
    }
  }

  moreKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.popup.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.popup.current) {
      event.preventDefault();
      this.pick(this.popup.current);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.leave();
    }
  }
}

function sendIcon() {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  for (const [name, value] of [["viewBox", "0 0 24 24"], ["width", "20"], ["height", "20"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  const path = document.createElementNS(ns, "path");
  path.setAttribute("fill", "currentColor");
  path.setAttribute("d", "M3 20.500v-7l9-1.500-9-1.500v-7L22 12 3 20.500Z");
  svg.append(path);
  return svg;
}
