// What the checkout says, in the shopper's language. The document brings the words of one
// language; another's are loaded when it is wanted.

import { signal } from "@preact/signals-core";
import type english from "../languages/en.json";
import { formatMoney } from "./money";

/** The name of something to say. */
export type Key = keyof (typeof english)["checkout"];

/** A text, or one for each form that the language's numbers ask for. */
type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;

export type Words = Record<string, Text>;

/** What fills a text's gaps; `count` chooses the plural form. */
export type Gaps = Record<string, string | number>;

/** Something to say: kept by its name, so that it can be said again in another language. */
export interface Said {
  key: Key;
  gaps?: Gaps;
}

export interface Language {
  locale: string; // BCP 47
  words: Words;
}

export const language = signal<Language>({ locale: "en", words: {} });

/** How amounts are written: set once, from what the page carries. */
const currency = { code: "USD", exponent: 2 };
export function useCurrency(code: string, exponent: number): void {
  Object.assign(currency, { code, exponent });
}

/** Writes minor units as the shopper's language does. */
export const money = (minor: number): string => formatMoney(minor, currency.code, currency.exponent, language.value.locale);

export function say(key: Key, gaps: Gaps = {}): string {
  const { locale, words } = language.value;
  const found = words[key] ?? key;
  const { count } = gaps;
  const text = typeof found === "string" ? found : (found[new Intl.PluralRules(locale).select(Number(count))] ?? found.other ?? key);
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => {
    const value = gaps[name];
    if (value === undefined) return gap;
    return typeof value === "number" ? new Intl.NumberFormat(locale).format(value) : value;
  });
}

export const saidBy = (said: Said | null): string => (said ? say(said.key, said.gaps) : "");

/** The gaps that hold amounts: an element carries them in minor units. */
const amounts = ["amount", "part", "total", "extra"];

/** Says what an element says by its `data-say`; its other data attributes fill the gaps. */
export function sayElement(element: HTMLElement): void {
  const { say: key, ...carried } = element.dataset;
  const gaps: Gaps = {};
  for (const [name, value = ""] of Object.entries(carried)) {
    gaps[name] = amounts.includes(name) ? money(Number(value)) : name === "count" ? Number(value) : value;
  }
  const text = say(key as Key, gaps);
  if (element.textContent !== text) element.textContent = text;
}

/** Says everything once more that a part of the document says by name. */
export function sayAgain(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-say]")) sayElement(element);
}

/**
 * The language of ours that a locale asks for, by the name of its file: "he" for iw-IL, and
 * "nb" for either way to write Norwegian. Throws for what no amount could be written in.
 */
export const baseOf = (locale: string): string => Intl.getCanonicalLocales(locale)[0]!.split("-")[0]!.replace(/^n[no]$/, "nb");

/** Loads the words of a language. Undefined when they cannot be had. */
export async function loadWords(locale: string): Promise<Language | undefined> {
  try {
    const answer = await fetch(`/languages/${baseOf(locale)}.json`, { credentials: "omit" });
    return answer.ok ? { locale, words: (await answer.json()) as Words } : undefined;
  } catch {
    return undefined;
  }
}
