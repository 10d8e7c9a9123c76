// The message box: plain words, or a slash command with its options.

import { $, el } from "./dom.js";
import { CommandLine } from "./command-line.js";
import { usualFirst } from "./habits.js";
import { Popup } from "./popup.js";
import { commandLeaves, state } from "./state.js";

const COMMANDS_SHOWN = 60;

export class Composer {
  /** `acts` has `say(text)`, `command(path, values, refused)` and `suggest(path, option, values, handle)`. */
  constructor(acts) {
    this.acts = acts;
    this.form = $("composer");
    this.popup = new Popup((item) => this.pick(item));
    this.text = el("textarea", {
      id: "composer-text",
      rows: 1,
      maxlength: 2000,
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-label": "Message, or / for a command",
      dir: "auto",
    });
    this.error = el("p", { class: "composer-error", role: "alert" });
    this.line = el("div", { class: "composer-line" }, this.text);
    this.form.append(this.popup.node, this.popup.status, this.error, this.line);
    this.commandLine = null;
    this.closed = null;
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("focus", () => this.typed());
    this.text.addEventListener("blur", () => this.commandLine || this.popup.hide());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  /** Say why nothing can be written here; what was being typed waits until `aim`. */
  close(reason) {
    this.closed = el("p", { id: "composer-text", class: "composer-closed", tabindex: -1, text: reason });
    this.popup.hide();
    this.fail("");
    this.draw();
  }

  draw() {
    this.line.replaceChildren(this.closed ?? this.commandLine?.node ?? this.text);
  }

  /** Name the channel that words go to. */
  aim(channelName) {
    if (this.closed) {
      this.closed = null;
      this.draw();
    }
    if (state.opening) this.text.placeholder = `Type /${state.opening.command} to begin`;
    else this.text.placeholder = window.innerWidth < 600 ? "Message, or / for commands" : `Message #${channelName} — type / for commands`;
  }

  /** Go on writing; where one cannot, reading. */
  focus() {
    if (this.closed) $("scroller").focus();
    else (this.commandLine ?? this.text).focus();
  }

  /** Begin a command as if it had been picked from the list. */
  begin(path) {
    const command = commandLeaves().find((leaf) => leaf.path === path);
    if (!command) {
      this.text.value = `/${path}`;
      this.text.focus();
      return this.typed();
    }
    this.enter(command);
  }

  /** The commands changed: show the new ones. */
  refresh() {
    if (!this.commandLine && document.activeElement === this.text) this.typed();
  }

  fail(text) {
    this.error.textContent = text ?? "";
  }

  typed() {
    this.fail("");
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(200, this.text.scrollHeight)}px`;
    const text = this.text.value;
    if (!text.startsWith("/") || text.includes("\n")) return this.popup.hide();
    const typed = text.slice(1).toLowerCase();
    const whole = wholeCommand(text.slice(1));
    if (whole) return this.enter(whole.leaf, whole.rest);
    const items = matching(typed).map((leaf) => ({ label: `/${leaf.path}`, detail: leaf.description, hint: signature(leaf), leaf }));
    const heading = items.length ? [el("span", { text: "Commands" })] : [el("span", { text: state.online ? "No such command" : "The bot is offline" })];
    this.popup.show(items.slice(0, COMMANDS_SHOWN), heading, this.text);
  }

  key(event) {
    if (event.isComposing) return;
    if (this.popup.open && this.popup.items.length) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        return this.popup.move(event.key === "ArrowDown" ? 1 : -1);
      }
      if (event.key === "Escape") {
        event.preventDefault();
        return this.popup.hide();
      }
      if ((event.key === "Enter" && !event.shiftKey) || (event.key === "Tab" && !event.shiftKey)) {
        event.preventDefault();
        return this.pick(this.popup.current);
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    }
  }

  pick(item) {
    if (this.commandLine) this.commandLine.pick(item);
    else if (item?.leaf) this.enter(item.leaf);
  }

  /** Begin a command; `rest` is what was typed or pasted behind its name. */
  enter(command, rest = "") {
    this.text.value = "";
    const commandLine = new CommandLine(command, {
      popup: this.popup,
      suggest: this.acts.suggest,
      submit: () => this.submit(),
      leave: () => this.leave(),
      fail: (text) => this.fail(text),
    });
    this.show(commandLine);
    commandLine.fill(rest);
    commandLine.focus();
  }

  show(commandLine) {
    this.commandLine = commandLine;
    this.draw();
  }

  leave() {
    this.commandLine = null;
    this.popup.hide();
    this.fail("");
    this.draw();
    this.text.focus();
  }

  /** Take up a command that was not sent, with all that was typed; false where something else is being typed. */
  resume(commandLine, error) {
    if (this.commandLine || this.text.value) return false;
    this.show(commandLine);
    commandLine.refuse(error);
    return true;
  }

  submit() {
    if (this.commandLine) {
      const values = this.commandLine.values();
      if (values instanceof Error) return this.fail(values.message);
      const line = this.commandLine;
      this.leave();
      return this.acts.command(line.command.path, values, (error) => this.resume(line, error));
    }
    const text = this.text.value.trim();
    if (!text) return undefined;
    if (text.startsWith("/")) return this.fail("Pick a command from the list, or begin your message with something other than “/”.");
    if (this.acts.say(text)) {
      this.text.value = "";
      this.typed();
    } else this.fail("Not connected. Your message is still here; try again in a moment.");
    return undefined;
  }
}

/** Commands whose path starts with, then those that contain what was typed. */
function matching(typed) {
  const leaves = usualFirst(commandLeaves());
  const starts = leaves.filter((leaf) => leaf.path.startsWith(typed));
  const contains = leaves.filter((leaf) => !leaf.path.startsWith(typed) && `${leaf.path} ${leaf.description.toLowerCase()}`.includes(typed.trim()));
  return [...starts, ...contains];
}

/** The command whose whole path a text begins with, and what follows it; null while the path is being typed. */
function wholeCommand(text) {
  const typed = text.toLowerCase();
  const named = commandLeaves().filter((leaf) => typed.startsWith(`${leaf.path} `));
  const leaf = named.sort((a, b) => b.path.length - a.path.length)[0];
  return leaf ? { leaf, rest: text.slice(leaf.path.length + 1).trim() } : null;
}

function signature(leaf) {
  return leaf.options.map((option) => (option.required ? option.name : `${option.name}?`)).join("  ");
}
