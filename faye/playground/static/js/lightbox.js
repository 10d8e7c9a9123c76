// A picture, enlarged; Escape, a click or the button closes it.

import { el, openDialog } from "./dom.js";

export function enlarge(source, label) {
  const dialog = el(
    "dialog",
    { class: "lightbox", "aria-label": label },
    el("img", { src: source, alt: label }),
    el("button", { type: "button", class: "lightbox-close", "aria-label": "Close", text: "×" }),
  );
  dialog.addEventListener("click", () => dialog.close());
  openDialog(dialog);
}
