// What the server told this tab. Other modules read it; only main.js writes it.

export const state = {
  me: null,
  /** The language of this player's Discord: their commands are described in it. */
  locale: "en-US",
  bot: null,
  baseUrl: "",
  guildName: "",
  channels: [],
  roles: [],
  people: [],
  commands: [],
  messages: new Map(),
  unread: new Set(),
  met: new Map(),
  channelId: "",
  /** Where the bot writes to this player alone; empty until it has. */
  directChannelId: "",
  online: false,
  /** The command that this player is led to, and what it brings; null once it was answered. */
  opening: null,
};

export function personById(id) {
  if (state.bot && id === state.bot.id) return state.bot;
  return state.people.find((person) => person.id === id) ?? state.met.get(id) ?? null;
}

/** Remember who wrote and who was named: a message may come before the list of people that it tells of. */
export function meet(message) {
  for (const person of [message.author, ...message.mentions]) state.met.set(person.id, person);
}

/** Whether this player looks at their direct messages. */
export const readsDirect = () => Boolean(state.directChannelId) && state.channelId === state.directChannelId;

export const displayName = (user) => user.global_name ?? user.username;

/** Every command that can be sent, sub-commands by their whole path. */
export function commandLeaves() {
  const leaves = [];
  const visit = (node, path) => {
    const nested = (node.options ?? []).filter((option) => option.type <= 2);
    if (nested.length) for (const option of nested) visit(option, `${path} ${option.name}`);
    else leaves.push({ path, description: node.description, options: node.options ?? [] });
  };
  for (const command of state.commands) visit(command, command.name);
  return leaves;
}

/** The address of a file of this server, relative to the page; null for any other address. */
export function localFile(url) {
  if (!url) return null;
  try {
    const parsed = new URL(url, location.href);
    const own = parsed.origin === location.origin || parsed.origin === state.baseUrl;
    return own && parsed.pathname.startsWith("/attachments/") ? parsed.pathname : null;
  } catch {
    return null;
  }
}
