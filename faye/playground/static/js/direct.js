// Direct messages: what the bot wrote to this player alone, and how much of it was not read yet.

import { avatar } from "./avatar.js";
import { $, announce, el, personName } from "./dom.js";
import { displayName, readsDirect, state } from "./state.js";

const COUNT_SHOWN_MAX = 99;

// By channel, which is one player's: what came while no tab was open is unread, too.
const readKey = () => `faye-direct-read-${state.directChannelId}`;

/** Show the bot in the column of channels, once it has written; `onChoose(channelId)` opens what it wrote. */
export function showDirect(onChoose) {
  const count = unread();
  const section = $("direct");
  const focused = section.contains(document.activeElement);
  section.hidden = !state.directChannelId;
  section.replaceChildren(
    el("h2", { class: "direct-title", id: "direct-title", text: "Direct messages" }),
    el(
      "button",
      {
        type: "button",
        class: `channel${count ? " unread" : ""}`,
        "aria-current": readsDirect() ? "page" : null,
        on: { click: () => onChoose(state.directChannelId) },
      },
      avatar(state.bot, 24),
      personName(displayName(state.bot), "direct-name"),
      count ? el("span", { class: "badge" }, count > COUNT_SHOWN_MAX ? `${COUNT_SHOWN_MAX}+` : String(count), el("span", { class: "visually-hidden", text: " unread" })) : null,
    ),
  );
  if (focused) section.querySelector("button").focus();
  // On a telephone the column is out of sight.
  $("open-channels").classList.toggle("news", count > 0);
  $("open-channels").setAttribute("aria-label", count ? `Channels, ${count} unread direct ${count === 1 ? "message" : "messages"}` : "Channels");
}

/** A direct message came or changed; `fresh` says that it came just now. */
export function heardDirectly(message, fresh) {
  state.directChannelId = message.channel_id;
  if (readsDirect()) readDirect();
  else if (fresh) announce(`${displayName(message.author)} sent you a direct message`);
}

/** All that is here has been seen. */
export function readDirect() {
  const newest = received().reduce((latest, { id }) => (BigInt(id) > latest ? BigInt(id) : latest), lastRead());
  localStorage.setItem(readKey(), String(newest));
}

const lastRead = () => BigInt(localStorage.getItem(readKey()) ?? 0);
const received = () => [...state.messages.values()].filter((message) => message.direct);
const unread = () => received().filter(({ id }) => BigInt(id) > lastRead()).length;
