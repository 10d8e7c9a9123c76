// The options of a command being typed: one small field each.

import { avatar } from "./avatar.js";
import { el, uniqueId } from "./dom.js";
import { displayName, state } from "./state.js";

const TYPES = { 3: "text", 4: "whole number", 5: "true or false", 6: "user", 7: "channel", 8: "role", 9: "user or role", 10: "number", 11: "file" };
const NUMBER_MOST = 2 ** 53;
const TEXT_CHARS_MOST = 6000;

export const typeName = (option) => TYPES[option.type] ?? "value";

/** What can be picked for an option without asking the bot. */
export function fixedItems(option, typed) {
  return candidates(option)
    .filter((item) => item.label.toLowerCase().includes(typed.trim().toLowerCase()))
    .slice(0, 25);
}

function candidates(option) {
  if (option.choices?.length) return option.choices.map((choice) => ({ label: String(choice.name), value: choice.value }));
  const people = () => [...state.people, state.bot].map((user) => ({ label: displayName(user), detail: user.username, value: user.id, icon: avatar(user, 24) }));
  const roles = () => state.roles.map((role) => ({ label: role.name, value: role.id }));
  switch (option.type) {
    case 5: return [{ label: "True", value: true }, { label: "False", value: false }];
    case 6: return people();
    case 7: return state.channels.map((channel) => ({ label: `#${channel.name}`, value: channel.id }));
    case 8: return roles();
    case 9: return [...people(), ...roles()];
    default: return [];
  }
}

/** Whether only what is listed can be entered. */
export const hasList = (option) => Boolean(option.choices?.length) || [5, 6, 7, 8, 9].includes(option.type);

/** One option's field: its text, and the value behind it where one was picked. */
export class OptionField {
  constructor(option, listeners) {
    this.option = option;
    this.picked = null;
    const labelId = uniqueId("option");
    this.input = el("input", {
      class: "option-input",
      type: "text",
      size: 6,
      "aria-labelledby": labelId,
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-required": String(Boolean(option.required)),
      "data-option": option.name,
      inputmode: option.type === 4 ? "numeric" : option.type === 10 ? "decimal" : null,
      spellcheck: "false",
      autocapitalize: "off",
      dir: "auto",
    });
    this.node = el("span", { class: "option" }, el("span", { class: "option-name", id: labelId, text: option.name }), this.input);
    this.input.addEventListener("input", () => {
      this.picked = null;
      this.wrong(false);
      this.fit();
      listeners.input(this);
    });
    this.input.addEventListener("focus", () => listeners.focus(this));
    this.input.addEventListener("blur", () => listeners.blur(this));
    this.input.addEventListener("keydown", (event) => listeners.keydown(event, this));
    this.node.addEventListener("click", () => this.input.focus());
  }

  /** Enter a text at once; the name of a choice picks it. */
  enter(text) {
    this.picked = null;
    this.input.value = text;
    const exact = this.named();
    return exact ? this.pick(exact) : this.fit();
  }

  /** What can be picked and is named by just what stands in the field. */
  named() {
    const typed = this.input.value.trim().toLowerCase();
    return candidates(this.option).find((item) => isNamed(item, typed));
  }

  pick(item) {
    this.picked = item;
    this.input.value = item.label;
    this.wrong(false);
    this.fit();
  }

  fit() {
    this.input.size = Math.max(4, Math.min(28, this.input.value.length + 1));
  }

  wrong(on) {
    this.node.classList.toggle("wrong", on);
    this.input.setAttribute("aria-invalid", String(on));
  }

  get empty() {
    return this.input.value.trim() === "";
  }

  /** The value to send, or an `Error` with words for the player; undefined where nothing was entered. */
  value() {
    if (this.empty) return this.option.required ? new Error(`${this.option.name}: this option is required.`) : undefined;
    const typed = this.input.value.trim();
    if (this.picked) return this.picked.value;
    const meant = theOneMeant(candidates(this.option), typed.toLowerCase());
    if (meant) return meant.value;
    if (hasList(this.option)) return new Error(`${this.option.name}: choose one from the list.`);
    if (this.option.type === 4 || this.option.type === 10) return numberOf(typed, this.option);
    return this.option.type === 3 ? textOf(typed, this.option) : typed;
  }
}

/** Divide `a: one b: two` by the names of options; what has no name belongs to `first`. */
export function namedValues(options, text, first = options[0]) {
  const values = new Map();
  const names = options.map((option) => option.name).join("|");
  if (!names || !text) return values;
  // Names of options have no characters that mean something in an expression.
  const parts = text.split(new RegExp(`(?:^|\\s)(${names}):`, "u"));
  if (parts[0].trim()) values.set(first, parts[0].trim());
  for (let index = 1; index < parts.length; index += 2) {
    values.set(options.find((option) => option.name === parts[index]), parts[index + 1].trim());
  }
  return values;
}

/** The candidate that is named, or the only one whose label contains what was typed. */
function theOneMeant(items, typed) {
  const matching = items.filter((item) => item.label.toLowerCase().includes(typed));
  return items.find((item) => isNamed(item, typed)) ?? (matching.length === 1 ? matching[0] : undefined);
}

/** Whether a text names a candidate: by its label, or by the number that a choice such as “×10” stands for. */
function isNamed(item, typed) {
  return item.label.toLowerCase() === typed || (typeof item.value === "number" && String(item.value) === typed);
}

/** What was typed as the number it is, or an `Error`: Discord's client sends none that breaks the option's bounds. */
function numberOf(typed, option) {
  const { name, min_value: least, max_value: most } = option;
  const number = Number(typed.replace(/[,_ ]/g, ""));
  const whole = option.type === 4;
  if (Number.isNaN(number) || (whole && Number.isFinite(number) && !Number.isInteger(number))) return new Error(`${name}: enter a ${whole ? "whole " : ""}number.`);
  if (Math.abs(number) > NUMBER_MOST) return new Error(`${name}: this number is too ${number > 0 ? "large" : "small"}.`);
  if (number < (least ?? -Infinity)) return new Error(`${name}: must be at least ${least}.`);
  if (number > (most ?? Infinity)) return new Error(`${name}: must be at most ${most}.`);
  return number;
}

/** What was typed, or an `Error` where it is too short or too long for the option. */
function textOf(typed, option) {
  const least = option.min_length ?? 0;
  const most = option.max_length ?? TEXT_CHARS_MOST;
  // Counted as people and the server count: a sign beyond the first 65,536 is one.
  const length = [...typed].length;
  if (length < least || length > most) return new Error(`${option.name}: must be between ${least} and ${most} characters.`);
  return typed;
}
