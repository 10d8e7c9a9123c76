// The list of messages: order, grouping, dividers.

import { $, el, personName } from "./dom.js";
import { avatar } from "./avatar.js";
import { Follower } from "./follow.js";
import { messageNode, NO_RESPONSE } from "./message.js";
import { displayName, state } from "./state.js";
import { startOfDay } from "./time.js";

const GROUP_MS = 7 * 60 * 1000;
const SHOWN_MAX = 300;
const SOUGHT_MS = 2000;

export class Timeline {
  constructor(acts) {
    this.acts = acts;
    this.list = $("messages");
    this.scroller = $("scroller");
    this.pressedId = "";
    this.follower = new Follower(this.scroller, this.list, $("jump"));
  }

  /** Show a channel from the start; whoever listens hears only what comes after. */
  reset() {
    this.scroller.setAttribute("aria-busy", "true");
    this.list.replaceChildren();
    for (const message of this.ordered()) this.append(message);
    this.toEnd();
    requestAnimationFrame(() => this.scroller.setAttribute("aria-busy", "false"));
  }

  toEnd() {
    this.follower.toEnd();
  }

  ordered() {
    const own = [...state.messages.values()].filter((message) => message.channel_id === state.channelId);
    return own.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)).slice(-SHOWN_MAX);
  }

  /** Show a new or changed message. */
  put(message) {
    if (message.channel_id !== state.channelId) return;
    const old = this.find(message.id);
    if (!old) {
      this.append(message);
      while (this.list.children.length > SHOWN_MAX) this.list.firstElementChild.remove();
      if (message.author.id === state.me.id) this.toEnd();
      else this.follower.news(this.answered(message));
      return;
    }
    const fresh = messageNode(message, { grouped: !old.classList.contains("headed"), acts: this.acts });
    const focused = focusedWithin(old);
    old.replaceWith(fresh);
    // Whoever worked a button by keyboard stays where they were.
    if (focused) (fresh.querySelector(focused) ?? fresh.querySelector("button:not(:disabled)") ?? this.scroller).focus();
    this.follower.replaced(old, fresh);
    // An answer that was thought over is news, and so is what one's own press made of the last message.
    if (old.querySelector(".thinking") && !fresh.querySelector(".thinking")) this.follower.news(this.answered(message));
    else if (message.id === this.pressedId && this.follower.atEnd && !fresh.nextElementSibling) this.follower.news(fresh);
  }

  /** This player used a component of a message: what becomes of it is an answer to them. */
  pressed(message) {
    this.pressedId = message.id;
  }

  /** The node of a message that answers this player. */
  answered(message) {
    const asker = message.interaction_metadata?.user?.id;
    return asker === state.me.id ? this.find(message.id) : null;
  }

  remove(id) {
    const node = this.find(id);
    if (!node) return;
    const next = node.nextElementSibling;
    const focused = node.contains(document.activeElement);
    node.remove();
    if (focused) ($("composer-text") ?? this.scroller).focus();
    if (next?.dataset.messageId && state.messages.has(next.dataset.messageId)) {
      const message = state.messages.get(next.dataset.messageId);
      next.replaceWith(messageNode(message, { grouped: this.groups(this.previousMessage(next), message), acts: this.acts }));
    }
  }

  /** Show a command on its way; returns how to take it away or turn it into a failure. */
  sending(path) {
    const status = el("div", { class: "content sending", text: "Sending command…" });
    const node = el(
      "li",
      { class: "message headed with-context local" },
      el("div", { class: "context" }, avatar(state.me, 16), personName(displayName(state.me), "context-name"), " used ", el("span", { class: "context-command", text: `/${path}` })),
      avatar(state.bot),
      el("div", { class: "message-body" }, el("div", { class: "message-header" }, personName(displayName(state.bot), "author author-bot"), el("span", { class: "app-tag", text: "APP" })), status),
    );
    this.list.append(node);
    this.toEnd();
    return {
      done: () => node.remove(),
      fail: (text) => {
        status.className = "content failed";
        status.setAttribute("role", "alert");
        status.textContent = `⚠ ${text ?? NO_RESPONSE}`;
        const dismiss = el("button", { type: "button", class: "text-button", text: "Dismiss message", on: { click: () => node.remove() } });
        status.after(el("div", { class: "ephemeral-note" }, "Only you can see this · ", dismiss));
        node.classList.add("ephemeral");
        this.toEnd();
      },
    };
  }

  /** Say under a message that using it failed; without a text, take that back. */
  fail(message, text = "") {
    const place = this.find(message.id)?.querySelector(".message-error");
    if (place) place.textContent = text;
  }

  /** Lead to a message, if it is still here. */
  seek(id) {
    const node = this.find(id);
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.classList.add("sought");
    setTimeout(() => node.classList.remove("sought"), SOUGHT_MS);
  }

  append(message) {
    const previous = this.previousMessage(null);
    const day = startOfDay(new Date(message.timestamp));
    if (!previous || startOfDay(new Date(previous.timestamp)) !== day) this.list.append(dayDivider(day));
    this.list.append(messageNode(message, { grouped: this.groups(previous, message), acts: this.acts }));
  }

  groups(previous, message) {
    if (!previous || previous.author.id !== message.author.id) return false;
    return new Date(message.timestamp) - new Date(previous.timestamp) < GROUP_MS;
  }

  previousMessage(before) {
    let node = before ? before.previousElementSibling : this.list.lastElementChild;
    while (node && !node.dataset.messageId) node = node.previousElementSibling;
    return node ? state.messages.get(node.dataset.messageId) : null;
  }

  find(id) {
    return this.list.querySelector(`[data-message-id="${CSS.escape(id)}"]`);
  }
}

/** What finds the focused control again in a message drawn anew; null where none has the focus. */
function focusedWithin(node) {
  if (!node.contains(document.activeElement)) return null;
  const { customId } = document.activeElement.dataset;
  return customId ? `[data-custom-id="${CSS.escape(customId)}"]:not(:disabled)` : "button:not(:disabled)";
}

function dayDivider(day) {
  const text = new Date(day).toLocaleDateString("en", { dateStyle: "long" });
  return el("li", { class: "day", role: "separator", "aria-label": text }, el("span", { text }));
}
