// Discord's markdown as DOM nodes. What is not understood stays text.

import { el, personName } from "./dom.js";
import { displayName, personById, state } from "./state.js";
import { timestampNode } from "./time.js";

const DEPTH_MAX = 12;

/** Render a text with blocks: headings, quotes, lists, code. */
export function markdown(text) {
  const out = document.createDocumentFragment();
  const lines = String(text ?? "").split("\n");
  let index = 0;
  while (index < lines.length) {
    const [node, used] = block(lines, index);
    out.append(node);
    index += used;
  }
  return out;
}

/** Render a text without blocks, as in names of fields and labels. */
export function inlineMarkdown(text) {
  const out = document.createDocumentFragment();
  out.append(...inline(String(text ?? ""), 0));
  return out;
}

function block(lines, index) {
  const line = lines[index];
  if (line.startsWith("```")) return codeBlock(lines, index);
  const heading = /^(#{1,3})\s+(\S.*)$/.exec(line);
  if (heading) return [el(`h${heading[1].length + 2}`, { class: `md-h${heading[1].length}` }, inline(heading[2], 0)), 1];
  if (line.startsWith("-# ")) return [el("small", { class: "md-small" }, inline(line.slice(3), 0)), 1];
  if (line.startsWith(">>> ")) return [quote([line.slice(4), ...lines.slice(index + 1)]), lines.length - index];
  if (/^> ?/.test(line)) return collect(lines, index, /^> ?/, quote);
  if (/^\s*[-*] \S/.test(line)) return collect(lines, index, /^\s*[-*] (?=\S)/, (items) => list("ul", items));
  if (/^\s*\d+\. \S/.test(line)) return collect(lines, index, /^\s*\d+\. (?=\S)/, (items) => list("ol", items));
  return [el("div", { class: "md-line" }, line === "" ? el("br") : inline(line, 0)), 1];
}

function collect(lines, index, mark, make) {
  let end = index;
  while (end < lines.length && mark.test(lines[end])) end++;
  return [make(lines.slice(index, end).map((line) => line.replace(mark, ""))), end - index];
}

const quote = (lines) => el("blockquote", { class: "md-quote" }, markdown(lines.join("\n")));
const list = (tag, items) => el(tag, { class: "md-list" }, items.map((item) => el("li", {}, inline(item, 0))));

function codeBlock(lines, index) {
  const rest = lines.slice(index).join("\n").slice(3);
  const end = rest.indexOf("```");
  if (end < 0) return [el("div", { class: "md-line" }, inline(lines[index], 0)), 1];
  const body = rest.slice(0, end).replace(/^[\w+-]*\n/, "");
  const used = rest.slice(0, end).split("\n").length;
  const after = rest.slice(end + 3).split("\n")[0];
  const code = el("pre", { class: "md-pre" }, el("code", { text: body.replace(/\n$/, "") }));
  return [el("div", {}, code, after ? inline(after, 0) : null), used];
}

const wrap = (tag, className) => (match, depth) => el(tag, { class: className }, inline(match[1], depth + 1));

// Tried in this order at each position; sticky expressions match only there.
const RULES = [
  [/\\([^0-9A-Za-z\s])/y, (match) => match[1]],
  [/(`+)([^`]|[^`][^]*?[^`])\1(?!`)/y, (match) => el("code", { class: "md-code", text: match[2].trim() || match[2] })],
  [/\*\*\*([^]+?)\*\*\*(?!\*)/y, (match, depth) => el("strong", {}, el("em", {}, inline(match[1], depth + 1)))],
  [/\*\*([^]+?)\*\*(?!\*)/y, wrap("strong", "")],
  [/__([^]+?)__(?!_)/y, wrap("u", "")],
  [/~~([^]+?)~~/y, wrap("s", "")],
  [/\|\|([^]+?)\|\|/y, spoiler],
  [/\*(?=\S)([^*]*?\S)\*(?!\*)/y, wrap("em", "")],
  [/_(?=\S)([^_]*?\S)_(?![\w_])/y, wrap("em", "")],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s()<>]+)>?(?:\s+"[^"]*")?\)/y, (match, depth) => link(match[2], inline(match[1], depth + 1))],
  [/<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/y, (match) => timestampNode(Number(match[1]), match[2])],
  [/<@!?(\d{1,20})>/y, mentionOfPerson],
  [/<@&(\d{1,20})>/y, (match) => mention(`@${state.roles.find((role) => role.id === match[1])?.name ?? "unknown-role"}`)],
  [/<#(\d{1,20})>/y, (match) => mention(`#${state.channels.find((channel) => channel.id === match[1])?.name ?? "unknown"}`)],
  [/<\/([-\w ]{1,100}):\d{1,20}>/y, mentionOfCommand],
  [/<a?:(\w{2,32}):\d{1,20}>/y, (match) => `:${match[1]}:`],
  [/<(https?:\/\/[^\s<>]+)>/y, (match) => link(match[1], [match[1]])],
  [/https?:\/\/[^\s<>"]*[^\s<>"'.,:;!?)\]]/y, (match) => link(match[0], [match[0]])],
];

function inline(text, depth) {
  if (depth > DEPTH_MAX) return [text];
  const nodes = [];
  let plain = "";
  for (let position = 0; position < text.length; ) {
    const found = special(text, position, depth);
    if (found) {
      if (plain) nodes.push(plain);
      plain = "";
      nodes.push(found.node);
      position = found.end;
    } else {
      plain += text[position++];
    }
  }
  if (plain) nodes.push(plain);
  return nodes;
}

function special(text, position, depth) {
  if (!"\\`*_~|[<h".includes(text[position])) return null;
  // Underscores inside words are not emphasis.
  if (text[position] === "_" && position > 0 && /\w/.test(text[position - 1])) return null;
  for (const [rule, make] of RULES) {
    rule.lastIndex = position;
    const match = rule.exec(text);
    if (!match) continue;
    const node = make(match, depth);
    if (node !== null) return { node, end: position + match[0].length };
  }
  return null;
}

function link(address, children) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return el("span", {}, children);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return el("span", {}, children);
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", class: "md-link" }, children);
}

function spoiler(match, depth) {
  const content = el("span", { class: "md-spoiler-text", "aria-hidden": "true" }, inline(match[1], depth + 1));
  const cover = el("span", { class: "md-spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler, press to reveal" }, content);
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (!cover.classList.contains("revealed")) event.preventDefault();
    cover.classList.add("revealed");
    cover.removeAttribute("role");
    cover.removeAttribute("aria-label");
    content.removeAttribute("aria-hidden");
  };
  cover.addEventListener("click", reveal);
  cover.addEventListener("keydown", reveal);
  return cover;
}

const mention = (text) => el("span", { class: "mention", text });

function mentionOfPerson(match) {
  const person = personById(match[1]);
  return el("span", { class: "mention" }, "@", personName(person ? displayName(person) : "unknown-user"));
}

function mentionOfCommand(match) {
  const open = () => document.dispatchEvent(new CustomEvent("faye:command", { detail: match[1] }));
  return el("button", { type: "button", class: "mention mention-command", on: { click: open } }, `/${match[1]}`);
}
