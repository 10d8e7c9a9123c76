// The columns beside the chat: channels at the left, players at the right; drawers on narrow screens.

import { avatar } from "./avatar.js";
import { $, el, personName } from "./dom.js";
import { LANGUAGES } from "./language.js";
import { displayName, readsDirect, state } from "./state.js";

const TOPICS = { "summoning-hall": "Call your first Esprit: type /start", tavern: "Talk, boast, compare" };

export function showChannels(onChoose) {
  $("guild-name").textContent = state.guildName;
  $("channels").replaceChildren(
    ...state.channels.map((channel) =>
      el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            class: `channel${state.unread.has(channel.id) ? " unread" : ""}`,
            "aria-current": channel.id === state.channelId ? "page" : null,
            on: { click: () => onChoose(channel.id) },
          },
          el("span", { class: "hash", "aria-hidden": "true", text: "#" }),
          el("span", { text: channel.name }),
          state.unread.has(channel.id) ? el("span", { class: "visually-hidden", text: "(unread)" }) : null,
        ),
      ),
    ),
  );
  const direct = readsDirect();
  const channel = state.channels.find(({ id }) => id === state.channelId);
  $("channel-mark").textContent = direct ? "@" : "#";
  $("channel-name").textContent = direct ? displayName(state.bot) : (channel?.name ?? "");
  $("channel-topic").textContent = direct ? "Only you see these messages" : (TOPICS[channel?.name] ?? "");
}

export function showAccount(onRename, onLanguage) {
  const choices = LANGUAGES.map(([locale, name]) => el("option", { value: locale, lang: locale, text: name }));
  $("account").replaceChildren(
    avatar(state.me, 32),
    el("span", { class: "account-text" }, personName(displayName(state.me), "account-name"), el("small", { text: "Online" })),
    el("button", { type: "button", class: "icon-button", "aria-label": "Play as somebody else", title: "Play as somebody else", text: "⇄", on: { click: onRename } }),
    el("div", { class: "account-language" },
      el("label", { for: "language", text: "Discord's language" }),
      el("select", { id: "language", on: { change: (event) => onLanguage(event.target.value) } }, choices)),
  );
  showLanguage();
}

export function showLanguage() {
  $("language").value = state.locale;
}

export function showPeople() {
  const here = state.people.filter((person) => person.here);
  const away = state.people.filter((person) => !person.here);
  $("people").replaceChildren(
    ...group("App", state.bot ? [{ ...state.bot, here: state.online }] : []),
    ...group(`Online — ${here.length}`, here),
    ...group(`Offline — ${away.length}`, away),
  );
}

function group(title, people) {
  if (!people.length) return [];
  const rows = people.map((person) =>
    el(
      "li",
      { class: `person${person.here ? "" : " away"}` },
      el("span", { class: "person-picture" }, avatar(person, 32), el("span", { class: "presence", "aria-hidden": "true" })),
      personName(displayName(person), "person-name"),
      person.bot ? el("span", { class: "app-tag", text: "APP" }) : null,
      person.id === state.me.id ? el("span", { class: "person-you", text: "you" }) : null,
      el("span", { class: "visually-hidden", text: person.here ? ", online" : ", offline" }),
    ),
  );
  return [el("h2", { class: "people-title", text: title }), el("ul", { class: "people-list" }, rows)];
}

/** On narrow screens the columns are drawers; on wide ones the players' column can be folded. */
export function setUpDrawers() {
  const scrim = $("scrim");
  const drawers = [["open-channels", "sidebar"], ["open-people", "people"]];
  const close = () => {
    for (const [button, drawer] of drawers) {
      // Whoever is inside goes back to where they came from.
      if ($(drawer).classList.contains("open") && $(drawer).contains(document.activeElement)) $(button).focus();
      $(drawer).classList.remove("open");
      $(button).setAttribute("aria-expanded", "false");
    }
    scrim.hidden = true;
  };
  for (const [button, drawer] of drawers) {
    $(button).addEventListener("click", () => {
      const opening = !$(drawer).classList.contains("open");
      close();
      if (!opening) return;
      $(drawer).classList.add("open");
      $(button).setAttribute("aria-expanded", "true");
      scrim.hidden = false;
      $(drawer).querySelector("button")?.focus();
    });
  }
  scrim.addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  return close;
}
