// One message as an element.

import { avatar } from "./avatar.js";
import { componentNodes } from "./components.js";
import { el, personName } from "./dom.js";
import { attachmentNode, embedNode } from "./embed.js";
import { markdown } from "./markdown.js";
import { displayName, state } from "./state.js";
import { fullTime, messageTime } from "./time.js";

const EPHEMERAL = 1 << 6;
const EXCERPT_CHARS_MAX = 120;
const TOKEN_LIFETIME_MS = 15 * 60 * 1000;
export const NO_RESPONSE = "The application did not respond";
export const INTERACTION_FAILED = "This interaction failed";

/**
 * Render a message. `grouped` leaves out the author, as below an earlier message of the same one.
 * `acts` has `use(message, customId, values, done)`, `dismiss(message)` and `seek(messageId)`.
 */
export function messageNode(message, { grouped, acts }) {
  const ephemeral = Boolean(message.flags & EPHEMERAL);
  const context = contextLine(message, acts);
  const headed = !grouped || context;
  const node = el(
    "li",
    {
      class: `message${headed ? " headed" : ""}${ephemeral ? " ephemeral" : ""}${context ? " with-context" : ""}`,
      "data-message-id": message.id,
      "data-author-id": message.author.id,
    },
    context,
    headed ? avatar(message.author) : el("time", { class: "side-time", datetime: message.timestamp, text: shortTime(message) }),
    el(
      "div",
      { class: "message-body" },
      headed ? header(message) : personName(displayName(message.author), "visually-hidden"),
      content(message),
      message.embeds.map(embedNode),
      loose(message).map(attachmentNode),
      components(message, acts),
      el("div", { class: "message-error", role: "alert" }),
      ephemeral ? ephemeralNote(message, acts) : null,
    ),
  );
  return node;
}

function header(message) {
  const bot = message.author.bot;
  return el(
    "div",
    { class: "message-header" },
    personName(displayName(message.author), `author${bot ? " author-bot" : ""}`),
    bot ? el("span", { class: "app-tag", text: "APP" }) : null,
    el("time", { class: "message-time", datetime: message.timestamp, title: fullTime(message.timestamp), text: messageTime(new Date(message.timestamp)) }),
  );
}

function contextLine(message, acts) {
  const used = message.type === 20 ? message.interaction : null;
  if (used) {
    return el(
      "div",
      { class: "context" },
      avatar(used.user, 16),
      personName(displayName(used.user), "context-name"),
      " used ",
      el("span", { class: "context-command", text: `/${used.name}` }),
    );
  }
  if (message.type !== 19) return null;
  const original = state.messages.get(message.message_reference?.message_id);
  if (!original) return el("div", { class: "context" }, el("span", { class: "context-excerpt", text: "an earlier message" }));
  return el(
    "div",
    { class: "context" },
    avatar(original.author, 16),
    personName(displayName(original.author), "context-name"),
    " ",
    el("button", { type: "button", class: "context-excerpt", title: "Go to this message", text: excerptOf(original), on: { click: () => acts.seek(original.id) } }),
  );
}

/** The first line of a message as it reads: names for mentions, no marks, nothing given away. */
function excerptOf(message) {
  const { content, embeds, components: parts } = message;
  const text = content || embeds[0]?.title || embeds[0]?.description || firstText(parts);
  const line = text.split("\n").find((each) => each.trim() && !each.startsWith("```"));
  if (!line) return "Click to see attachment";
  const words = el("div", {}, markdown(line));
  for (const spoiler of words.querySelectorAll(".md-spoiler")) spoiler.textContent = "▒▒▒▒";
  return [...words.textContent].slice(0, EXCERPT_CHARS_MAX).join("");
}

function firstText(components) {
  for (const component of components ?? []) {
    const found = component.content ?? firstText(component.components);
    if (found) return found;
  }
  return "";
}

function content(message) {
  if (message.thinking) return thinking(message);
  if (!message.content) return null;
  const text = el("div", { class: "content" }, markdown(message.content));
  if (!/[\p{L}\p{N}\p{P}]/u.test(message.content) && [...message.content].length <= 27) text.classList.add("jumbo");
  if (message.edited_timestamp) {
    const last = text.lastElementChild ?? text;
    last.append(el("span", { class: "edited", title: fullTime(message.edited_timestamp), text: " (edited)" }));
  }
  return text;
}

function thinking(message) {
  const late = Date.now() - new Date(message.timestamp).getTime() > TOKEN_LIFETIME_MS;
  if (late) return el("div", { class: "failed", text: NO_RESPONSE });
  return el(
    "div",
    { class: "thinking" },
    el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    personName(displayName(message.author)),
    " is thinking…",
  );
}

/** Attachments that no embed and no component shows. */
function loose(message) {
  const shown = JSON.stringify([message.embeds, message.components]);
  return message.attachments.filter((attachment) => !shown.includes(attachment.url));
}

function components(message, acts) {
  if (!message.components.length) return null;
  const use = (customId, values, done) => acts.use(message, customId, values, done);
  return el("div", { class: "components" }, componentNodes(message.components, use));
}

function ephemeralNote(message, acts) {
  return el(
    "div",
    { class: "ephemeral-note" },
    el("span", { "aria-hidden": "true", text: "👁 " }),
    "Only you can see this · ",
    el("button", { type: "button", class: "text-button", text: "Dismiss message", on: { click: () => acts.dismiss(message) } }),
  );
}

const shortTime = (message) => new Date(message.timestamp).toLocaleTimeString("en", { timeStyle: "short" });
