// Embeds and pictures.

import { el } from "./dom.js";
import { inlineMarkdown, markdown } from "./markdown.js";
import { localFile } from "./state.js";
import { messageTime } from "./time.js";
import { enlarge } from "./lightbox.js";

export function embedNode(embed) {
  const colour = Number.isInteger(embed.color) ? `#${embed.color.toString(16).padStart(6, "0")}` : null;
  const thumbnail = embed.thumbnail ? picture(embed.thumbnail, { width: 80, height: 80 }) : null;
  return el(
    "article",
    { class: "embed", style: colour ? { "--accent": colour } : {} },
    el(
      "div",
      { class: `embed-grid${thumbnail ? " with-thumbnail" : ""}` },
      el(
        "div",
        { class: "embed-main" },
        embed.author?.name ? el("div", { class: "embed-author" }, icon(embed.author.icon_url), el("span", { text: embed.author.name })) : null,
        embed.title ? el("div", { class: "embed-title" }, titleOf(embed)) : null,
        embed.description ? el("div", { class: "embed-description" }, markdown(embed.description)) : null,
        fields(embed.fields ?? []),
      ),
      thumbnail ? el("div", { class: "embed-thumbnail" }, thumbnail) : null,
    ),
    embed.image ? el("div", { class: "embed-image" }, picture(embed.image, { width: 480, height: 420 })) : null,
    footer(embed),
  );
}

function titleOf(embed) {
  const text = inlineMarkdown(embed.title);
  const url = /^https?:\/\//.test(embed.url ?? "") ? embed.url : null;
  return url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", class: "md-link" }, text) : text;
}

function fields(list) {
  if (!list.length) return null;
  const grid = el("div", { class: "embed-fields" });
  for (let index = 0; index < list.length; ) {
    // Up to three inline neighbours share a row.
    let end = index;
    while (end < list.length && end - index < 3 && list[end].inline) end++;
    const row = list.slice(index, Math.max(end, index + 1));
    for (const field of row) {
      grid.append(
        el(
          "div",
          { class: `embed-field${field.inline ? " inline" : ""}`, style: { "--span": 12 / row.length } },
          el("div", { class: "embed-field-name" }, inlineMarkdown(field.name)),
          el("div", { class: "embed-field-value" }, markdown(field.value)),
        ),
      );
    }
    index += row.length;
  }
  return grid;
}

function footer(embed) {
  const time = embed.timestamp ? messageTime(new Date(embed.timestamp)) : null;
  if (!embed.footer?.text && !time) return null;
  const parts = [embed.footer?.text, time].filter(Boolean).join(" • ");
  return el("div", { class: "embed-footer" }, icon(embed.footer?.icon_url), el("span", { text: parts }));
}

function icon(url) {
  const source = localFile(url);
  return source ? el("img", { class: "embed-icon", src: source, alt: "", width: 24, height: 24 }) : null;
}

/** A picture of this server as a button that enlarges it; pictures from elsewhere are never fetched. */
export function picture(media, { width, height }, description = "") {
  const source = localFile(media.url);
  if (!source) return el("span", { class: "picture-away", text: "picture from another site, not loaded" });
  const scale = Math.min(1, width / (media.width || width), height / (media.height || height));
  const size = media.width ? { width: Math.round(media.width * scale), height: Math.round(media.height * scale) } : {};
  const label = description || media.description || "picture";
  const image = el("img", { src: source, alt: label, loading: "lazy", decoding: "async", ...size });
  return el(
    "button",
    { type: "button", class: "picture", "aria-label": `Enlarge: ${label}`, on: { click: () => enlarge(source, label) } },
    image,
  );
}

export function attachmentNode(attachment) {
  if (attachment.content_type?.startsWith("image/") && attachment.width) {
    return picture(attachment, { width: 520, height: 380 }, attachment.description || attachment.filename);
  }
  return fileNode(attachment.filename, attachment.size, attachment.url);
}

export function fileNode(name, size, url) {
  return el(
    "a",
    { class: "file", href: localFile(url) ?? "#", download: name },
    el("span", { class: "file-icon", "aria-hidden": "true", text: "📄" }),
    el("span", { class: "file-name", text: name }),
    el("span", { class: "file-size", text: `${Math.max(1, Math.round((size ?? 0) / 1024))} kB` }),
  );
}
