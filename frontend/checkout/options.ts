// What the page around the checkout may change while it is shown: the language and the
// look. What was typed stays.

import { baseOf, language, loadWords } from "./words";

const rightToLeft = ["ar", "he"];

let wanted = "";

/** Puts the document into another language. */
export async function speak(locale: string): Promise<void> {
  wanted = locale;
  const next = await loadWords(locale);
  if (wanted !== locale) return; // another was wanted meanwhile
  if (!next) return console.warn(`Paywicket: there are no words for the language ${locale}.`);
  document.documentElement.dir = rightToLeft.includes(baseOf(locale)) ? "rtl" : "ltr";
  nameCountries(locale);
  language.value = next;
}

/** Countries are named in the shopper's language, and stand in its order. */
function nameCountries(locale: string): void {
  const list = document.querySelector<HTMLSelectElement>("select[name=country]");
  if (!list) return;
  const names = new Intl.DisplayNames([locale], { type: "region" });
  const options = [...list.options].filter((option) => option.value);
  for (const option of options) option.textContent = names.of(option.value) ?? option.value;
  const collator = new Intl.Collator(locale);
  options.sort((a, b) => collator.compare(a.text, b.text));
  const { value } = list;
  list.append(...options);
  list.value = value;
}

/** Gives the document another look: the server makes its stylesheet. labels is where the session has them. */
export function dress(session: string, labels: string, appearance: { labels?: string; density?: string; theme?: string }): void {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.nonce = document.querySelector<HTMLStyleElement>("style")?.nonce ?? "";
  link.href = `/checkout/${session}/style?appearance=${encodeURIComponent(JSON.stringify(appearance))}`;
  link.id = "theme";
  link.addEventListener("load", () => {
    const all = [...document.querySelectorAll("#theme")];
    const at = all.indexOf(link);
    for (const old of all.slice(0, Math.max(0, at))) old.remove();
    const root = document.getElementById("checkout");
    // Unless another look is on its way already.
    if (root && at === all.length - 1) root.dataset.labels = appearance.labels ?? labels;
  });
  link.addEventListener("error", () => {
    link.remove();
    console.warn("Paywicket: the server does not take this appearance.", appearance);
  });
  document.head.append(link);
}
