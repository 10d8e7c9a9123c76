// The hint above the message box: how one begins. What it says comes from whoever runs the playground.

import { $, el } from "./dom.js";
import { readsDirect, state } from "./state.js";

/** Show it to whoever has not begun; `begin(path)` types the command, `dismiss()` says that it is known. */
export function showOpening(begin, dismiss) {
  const opening = readsDirect() ? null : state.opening;
  $("opening").hidden = !opening;
  if (!opening) return $("opening").replaceChildren();
  return $("opening").replaceChildren(
    el("p", {}, "New here? ",
      el("button", { type: "button", class: "opening-command", text: `/${opening.command}`, on: { click: () => begin(opening.command) } }),
      ` brings you ${opening.brings}.`),
    el("button", { type: "button", class: "icon-button", "aria-label": "Dismiss the hint", text: "×", on: { click: dismiss } }),
  );
}
