// Which commands a player uses, so that the list above the message box begins with them.

import { state } from "./state.js";

const keyOf = () => `faye-used-${state.me?.id}`;

function counts() {
  try {
    return JSON.parse(localStorage.getItem(keyOf())) ?? {};
  } catch {
    return {};
  }
}

/** Note that a command was used. */
export function remember(path) {
  const used = counts();
  used[path] = (used[path] ?? 0) + 1;
  localStorage.setItem(keyOf(), JSON.stringify(used));
}

/** Commands in the order in which they are likely to be wanted: the one to begin with, the most used, the others. */
export function usualFirst(leaves) {
  const used = counts();
  const weight = (leaf) => (leaf.path === state.opening?.command ? Infinity : (used[leaf.path] ?? 0));
  return leaves.map((leaf) => [weight(leaf), leaf]).sort(([a], [b]) => (a === b ? 0 : b - a)).map(([, leaf]) => leaf);
}
