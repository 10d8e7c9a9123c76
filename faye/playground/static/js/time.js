// Times as Discord writes them; relative ones tick.

// Seconds in a unit, how many of it are still told in it, and how one of it is called. Like Discord's client, a unit
// gives way a little before the next one is full, and what is left over is rounded away.
const UNITS = [
  ["second", 1, 44, "1 second"],
  ["minute", 60, 44, "a minute"],
  ["hour", 3600, 21, "an hour"],
  ["day", 86400, 25, "a day"],
  ["month", 2629746, 10, "a month"],
  ["year", 31556952, Infinity, "a year"],
];
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

/** How far a date is from now, in words. */
export function relativeTime(date, now = Date.now()) {
  const seconds = Math.round((date.getTime() - now) / 1000);
  if (seconds === 0) return "now";
  const [unit, size, , one] = UNITS.find(([, each, most]) => Math.round(Math.abs(seconds) / each) <= most);
  // Less than a whole unit is one of it, as soon as it is too much for the smaller one.
  const count = Math.max(1, Math.round(Math.abs(seconds) / size));
  const span = count === 1 ? one : `${count.toLocaleString("en")} ${unit}s`;
  return seconds > 0 ? `in ${span}` : `${span} ago`;
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
