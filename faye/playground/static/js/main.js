// Starts the page and connects its parts.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { heardDirectly, readDirect, showDirect } from "./direct.js";
import { $ } from "./dom.js";
import { remember } from "./habits.js";
import { rememberLocale } from "./language.js";
import { showModal } from "./modal.js";
import { showOpening } from "./opening.js";
import { setUpDrawers, showAccount, showChannels, showLanguage, showPeople } from "./sidebar.js";
import { displayName, meet, readsDirect, state } from "./state.js";
import { startTicking } from "./time.js";
import { INTERACTION_FAILED } from "./message.js";
import { Timeline } from "./timeline.js";
import { askName, knownName, rememberName, showWelcome } from "./welcome.js";

const MESSAGES_KEPT = 600;

let connection = null;
const closeDrawers = setUpDrawers();
const timeline = new Timeline({
  use: useComponent,
  dismiss: (message) => send({ t: "dismiss", message_id: message.id }),
  seek: (messageId) => timeline.seek(messageId),
});
const composer = new Composer({
  say: (content) => send({ t: "say", content }),
  command: useCommand,
  suggest: (path, focused, values, handle) =>
    send({ t: "autocomplete", path, focused, values }, (frame) => frame.state !== "pending" && handle(frame.choices ?? null)),
});

function send(frame, handle = null) {
  return connection.send({ ...frame, channel_id: state.channelId }, handle);
}

/** Send a command; `refused(error)` says whether the player goes on typing what did not leave. */
function useCommand(path, values, refused) {
  const row = timeline.sending(path);
  send({ t: "command", path, values }, (frame) => {
    if (frame.t === "refused") return !frame.lost && refused(frame.error) ? row.done() : row.fail(frame.error);
    if (frame.state === "no_response") return row.fail();
    row.done();
    if (frame.state === "answered") remember(path);
    return answered(frame);
  });
}

function useComponent(message, customId, values, done) {
  timeline.fail(message, "");
  timeline.pressed(message);
  send({ t: "component", message_id: message.id, custom_id: customId, values }, (frame) => {
    if (frame.state === "pending") return;
    done();
    if (frame.t === "refused") timeline.fail(message, frame.error);
    else if (frame.state === "no_response") timeline.fail(message, INTERACTION_FAILED);
    else answered(frame);
  });
}

/** The bot answered an act with a modal: show it, and send what is filled in. */
function answered(frame) {
  if (frame.state !== "modal") return;
  showModal(frame.modal, displayName(state.bot), (values, done) =>
    send({ t: "modal", interaction_id: frame.id, values }, (reply) => {
      if (reply.state === "pending") return;
      done(reply.t === "refused" ? reply.error : reply.state === "no_response" ? "Something went wrong. Try again." : null);
    }),
  );
}

const handlers = {
  hello(frame) {
    Object.assign(state, { me: frame.me, bot: frame.bot, baseUrl: frame.base_url, online: frame.online });
    Object.assign(state, { guildName: frame.guild.name, channels: frame.channels, roles: frame.roles, people: frame.people });
    Object.assign(state, { commands: frame.commands, locale: frame.locale });
    state.opening = frame.opening;
    state.directChannelId = frame.messages.find(({ direct }) => direct)?.channel_id ?? "";
    if (!readsDirect() && !state.channels.some(({ id }) => id === state.channelId)) state.channelId = state.channels[0].id;
    state.messages = new Map(frame.messages.map((message) => [message.id, message]));
    frame.messages.forEach(meet);
    const first = $("app").hidden;
    $("app").hidden = false;
    rememberName(state.me.global_name);
    document.title = `Faye — ${state.me.global_name}`;
    showAccount(playAsOther, speak);
    showChannel();
    showPeople();
    composer.refresh();
    if (first) composer.focus();
  },
  message(frame) {
    const fresh = !state.messages.has(frame.message.id);
    meet(frame.message);
    state.messages.set(frame.message.id, frame.message);
    if (state.messages.size > MESSAGES_KEPT) state.messages.delete(state.messages.keys().next().value);
    timeline.put(frame.message);
    if (frame.message.direct) {
      heardDirectly(frame.message, fresh);
      showDirect(openChannel);
    } else if (frame.message.channel_id !== state.channelId && !state.unread.has(frame.message.channel_id)) {
      state.unread.add(frame.message.channel_id);
      listChannels();
    }
  },
  gone(frame) {
    state.messages.delete(frame.id);
    timeline.remove(frame.id);
    showDirect(openChannel);
  },
  people(frame) {
    state.people = frame.people;
    showPeople();
  },
  commands(frame) {
    Object.assign(state, { commands: frame.commands, locale: frame.locale });
    showLanguage();
    composer.refresh();
  },
  begun() {
    state.opening = null;
    showHowToBegin();
  },
  online(frame) {
    if (state.online === frame.online) return;
    state.online = frame.online;
    showPeople();
    showBanner();
  },
  no_name(frame) {
    connection = null;
    askName(enter, frame.error);
  },
  refused(frame) {
    composer.fail(frame.error);
  },
};

function openChannel(id) {
  state.channelId = id;
  closeDrawers();
  showChannel();
  composer.focus();
}

function listChannels() {
  showChannels(openChannel);
  showDirect(openChannel);
}

/** Begin to type a command; whoever reads direct messages is led to where commands are taken. */
function begin(path) {
  if (readsDirect()) openChannel(state.channels[0].id);
  composer.begin(path);
}

function showChannel() {
  state.unread.delete(state.channelId);
  if (readsDirect()) readDirect();
  listChannels();
  showWelcome(begin);
  showHowToBegin();
  timeline.reset();
  showBanner();
}

/** Until a newcomer has begun, the way to do so stands at the message box. */
function showHowToBegin() {
  showOpening(begin, () => send({ t: "begun" }));
  if (readsDirect()) composer.close("You can only read here. Commands go into the channels.");
  else composer.aim(state.channels.find(({ id }) => id === state.channelId)?.name ?? "");
}

function showBanner(lost = false) {
  const text = lost ? "Connection lost. Trying again…" : state.online ? "" : "Faye is starting or away; commands will not be answered until it is back.";
  $("banner").textContent = text;
  $("banner").hidden = !text;
  $("banner").classList.toggle("lost", lost);
}

/** Set this player's Discord to a language; where the connection is down, it is told when that opens again. */
function speak(locale) {
  rememberLocale(state.me.global_name, locale);
  send({ t: "locale", locale });
}

function playAsOther() {
  sessionStorage.clear();
  location.assign(location.pathname);
}

function enter(name) {
  connection = new Connection(
    name,
    (frame) => handlers[frame.t]?.(frame),
    (what) => what === "lost" && showBanner(true),
  );
}

document.addEventListener("faye:command", (event) => begin(event.detail));
document.addEventListener("keydown", (event) => {
  // Escape leads from the messages to the newest one, and back to the message box.
  if (event.key === "Escape" && !event.defaultPrevented && event.target.closest?.("#scroller, #jump")) {
    timeline.toEnd();
    composer.focus();
  }
  // "/" from anywhere goes to the message box, as on Discord.
  const typing = event.target.closest?.("input, textarea, dialog");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) composer.focus();
});

startTicking();
const name = knownName();
if (name) enter(name);
else askName(enter);
