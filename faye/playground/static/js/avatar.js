// Pictures of people: their initial on a colour of their own. No image is fetched.

import { el } from "./dom.js";
import { displayName, state } from "./state.js";

const HUES = [228, 262, 292, 326, 352, 18, 38, 88, 145, 170, 192, 210];

export function avatar(user, size = 40) {
  if (state.bot && user.id === state.bot.id) {
    return el("img", { class: "avatar", src: "/static/faye.svg", alt: "", width: size, height: size, style: { "--size": `${size}px` } });
  }
  const name = displayName(user);
  const first = [...new Intl.Segmenter().segment(name)].map((part) => part.segment).find((part) => /[\p{L}\p{N}\p{Emoji}]/u.test(part)) ?? "?";
  return el("span", {
    class: "avatar avatar-letter",
    "aria-hidden": "true",
    text: first.toUpperCase(),
    style: { "--size": `${size}px`, "--hue": String(hueOf(user.id)) },
  });
}

function hueOf(id) {
  let sum = 0;
  for (const digit of id) sum = (sum * 31 + digit.charCodeAt(0)) % 9973;
  return HUES[sum % HUES.length];
}
