// Buttons, selects and layouts of a message.

import { announce, el } from "./dom.js";
import { fileNode, picture } from "./embed.js";
import { markdown } from "./markdown.js";
import { selectMenu } from "./select.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary" };

/** Render top-level components; `use(customId, values, done)` sends what the player does. */
export function componentNodes(components, use) {
  return components.map((component) => node(component, use));
}

function node(component, use) {
  const children = (parent) => (parent.components ?? []).map((child) => node(child, use));
  switch (component.type) {
    case 1: return el("div", { class: "row" }, children(component));
    case 2: return button(component, use);
    case 3: case 5: case 6: case 7: case 8: return select(component, use);
    case 9: return el("div", { class: "section" }, el("div", { class: "section-text" }, children(component)), node(component.accessory, use));
    case 10: return el("div", { class: "text-display" }, markdown(component.content));
    case 11: return cover(component.spoiler, el("div", { class: "thumbnail" }, picture(component.media, { width: 85, height: 85 }, component.description)));
    case 12: return gallery(component);
    case 13: return cover(component.spoiler, fileNode(component.name ?? "file", component.size, component.file.url));
    case 14: return el("hr", { class: `separator${component.divider === false ? " invisible" : ""}${component.spacing === 2 ? " large" : ""}` });
    case 17: return cover(component.spoiler, container(component, children(component)));
    default: return el("div", { class: "muted", text: "This component is not shown here." });
  }
}

function container(component, children) {
  const colour = Number.isInteger(component.accent_color) ? `#${component.accent_color.toString(16).padStart(6, "0")}` : null;
  return el("div", { class: `container${colour ? " accented" : ""}`, style: colour ? { "--accent": colour } : {} }, children);
}

function gallery(component) {
  const several = component.items.length > 1;
  const size = several ? { width: 260, height: 260 } : { width: 520, height: 380 };
  const items = component.items.map((item) => cover(item.spoiler, picture(item.media, size, item.description)));
  return el("div", { class: `gallery${several ? " several" : ""}` }, items);
}

function cover(hidden, content) {
  if (!hidden) return content;
  const box = el("div", { class: "spoiler-box" }, content);
  const reveal = el("button", { type: "button", class: "spoiler-reveal", text: "Spoiler" });
  content.setAttribute("inert", "");
  reveal.addEventListener("click", () => {
    content.removeAttribute("inert");
    reveal.remove();
  });
  box.append(reveal);
  return box;
}

export function emojiText(emoji) {
  return emoji?.id ? `:${emoji.name}:` : (emoji?.name ?? "");
}

function button(component, use) {
  const style = STYLES[component.style] ?? "secondary";
  const content = [
    component.emoji ? el("span", { class: "button-emoji", "aria-hidden": component.label ? "true" : false, text: emojiText(component.emoji) }) : null,
    component.label ? el("span", { class: "button-label", text: component.label }) : null,
  ];
  if (component.style === 5) {
    const safe = /^https?:\/\//.test(component.url) ? component.url : null;
    return el("a", { class: "button button-link", href: safe, target: "_blank", rel: "noopener noreferrer nofollow" }, content, el("span", { "aria-hidden": "true", text: "↗" }));
  }
  const control = el("button", { type: "button", class: `button button-${style}`, disabled: Boolean(component.disabled), "data-custom-id": component.custom_id }, content);
  control.addEventListener("click", () => {
    if (control.getAttribute("aria-busy") === "true") return;
    busy(control, true);
    use(component.custom_id, null, () => busy(control, false));
  });
  return control;
}

function busy(control, on) {
  control.setAttribute("aria-busy", String(on));
  if (on) announce("Sending…");
}

function select(component, use) {
  const menu = selectMenu(component, (values) => {
    busy(menu.button, true);
    use(component.custom_id, values, () => busy(menu.button, false));
  });
  return menu.node;
}
