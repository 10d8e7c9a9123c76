// The first things a stranger sees: a question for a name, and what Faye is.

import { avatar } from "./avatar.js";
import { $, el } from "./dom.js";
import { displayName, readsDirect, state } from "./state.js";

const NAME_KEY = "faye-name";

/** The name of this tab's player, if it has one: from the address, or from before a reload. */
export function knownName() {
  const asked = new URLSearchParams(location.search).get("name")?.trim();
  return asked || sessionStorage.getItem(NAME_KEY) || "";
}

export function rememberName(name) {
  sessionStorage.setItem(NAME_KEY, name);
}

/** Ask for a name; each tab is a player of its own. */
export function askName(onName, problem = "") {
  const input = el("input", { class: "text-input", id: "player-name", maxlength: 32, autocomplete: "off", spellcheck: "false", dir: "auto", placeholder: "Anna", required: true });
  const error = el("p", { class: "modal-error", role: "alert", text: problem });
  const form = el(
    "form",
    { class: "gate-form", novalidate: true },
    el("img", { src: "/static/faye.svg", alt: "", width: 84, height: 84 }),
    el("h1", { id: "gate-title", text: "Welcome to Faye" }),
    el("p", { class: "gate-lead", text: "Summon spirits, read their cards, fill your collection. Everything runs on this machine; nothing leaves it." }),
    el("label", { class: "field-label", for: "player-name", text: "What shall we call you?" }),
    input,
    error,
    el("button", { type: "submit", class: "button button-primary gate-button", text: "Enter" }),
    el("p", { class: "muted gate-hint", text: "Open another tab to play as somebody else." }),
  );
  const gate = el("dialog", { class: "gate", "aria-labelledby": "gate-title" }, form);
  gate.addEventListener("cancel", (event) => event.preventDefault());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!/[^\s\p{C}]/u.test(name)) {
      error.textContent = "A name needs at least one visible character.";
      return input.focus();
    }
    gate.close();
    gate.remove();
    return onName(name);
  });
  document.body.append(gate);
  gate.showModal();
  input.focus();
}

/** The panel above the first message of a channel. */
export function showWelcome(begin) {
  if (readsDirect()) return showDirectWelcome();
  const channel = state.channels.find(({ id }) => id === state.channelId);
  const first = state.channels[0]?.id === state.channelId;
  const step = (number, title, text) =>
    el("li", { class: "step" }, el("span", { class: "step-number", "aria-hidden": "true", text: number }), el("span", {}, el("strong", { text: title }), el("span", { class: "muted", text: text })));
  return $("welcome").replaceChildren(
    el("img", { class: "welcome-sigil", src: "/static/faye.svg", alt: "", width: 72, height: 72 }),
    el("h2", { text: `Welcome to #${channel?.name ?? ""}` }),
    first
      ? el("p", { class: "welcome-lead", text: "Faye is a game of spirits. You gather what it takes, summon Esprits, and collect all of their kinds. It is played with slash commands, right here." })
      : el("p", { class: "welcome-lead", text: "A quieter room. Commands work here, too." }),
    ...(first
      ? [
          el("ol", { class: "steps" },
            step("1", "Begin", "/start gives you a purse and your first Epic Esprit"),
            step("2", "Summon", "/summon calls new Esprits; luck adds up until it must turn"),
            step("3", "Look around", "/help knows every command, /daily pays every day")),
          el("button", { type: "button", class: "button button-primary", on: { click: () => begin("start") } }, "Type /start"),
        ]
      : []),
  );
}

function showDirectWelcome() {
  const name = displayName(state.bot);
  $("welcome").replaceChildren(
    avatar(state.bot, 72),
    el("h2", { text: name }),
    el("p", { class: "welcome-lead", text: `What ${name} wrote to you alone. Nobody else sees it.` }),
  );
}
