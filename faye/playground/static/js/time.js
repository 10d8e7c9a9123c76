// Times as Discord writes them; relative ones tick.

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const FORMATS = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};

export function relativeTime(date, now = Date.now()) {
  const seconds = Math.round((date.getTime() - now) / 1000);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(seconds, "second");
}

/** A `<t:unix:style>` mark as a node; null where the number is no time. */
export function timestampNode(unix, style = "f") {
  const date = new Date(unix * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const node = document.createElement("time");
  node.className = "timestamp";
  node.dateTime = date.toISOString();
  node.title = date.toLocaleString("en", FORMATS.F);
  if (style === "R") node.dataset.relative = String(unix);
  node.textContent = style === "R" ? relativeTime(date) : date.toLocaleString("en", FORMATS[style] ?? FORMATS.f);
  return node;
}

/** "Today at 3:04 PM", as above a message. */
export function messageTime(date, now = new Date()) {
  const time = date.toLocaleTimeString("en", FORMATS.t);
  const days = Math.round((startOfDay(now) - startOfDay(date)) / 86400000);
  if (days === 0) return `Today at ${time}`;
  if (days === 1) return `Yesterday at ${time}`;
  return `${date.toLocaleDateString("en")} ${time}`;
}

/** The whole moment, as shown when one points at a time. */
export const fullTime = (iso) => new Date(iso).toLocaleString("en", FORMATS.F);

export const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

export function startTicking() {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-relative]")) {
      const text = relativeTime(new Date(Number(node.dataset.relative) * 1000));
      if (node.textContent !== text) node.textContent = text;
    }
  }, 1000);
}
