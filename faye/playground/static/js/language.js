// The language that a player set Discord to: what this name chose before, otherwise the browser's.

export const LANGUAGES = [["en-US", "English"], ["de", "Deutsch"]];

// As the server tells names apart, so that a name is one player however it is written.
const keyOf = (name) => `faye-locale-${name.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ")}`;

export function localeOf(name) {
  const chosen = localStorage.getItem(keyOf(name));
  if (LANGUAGES.some(([locale]) => locale === chosen)) return chosen;
  return /^de\b/i.test(navigator.language) ? "de" : "en-US";
}

export function rememberLocale(name, locale) {
  localStorage.setItem(keyOf(name), locale);
}
