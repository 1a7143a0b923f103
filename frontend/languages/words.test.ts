// Everything is said in every language.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";

const languages = "ar bg cs da de el en es fi fr he hi hu id it ja ko nb nl pl pt ro ru sk sv th tr uk vi zh".split(" ");

type Said = string | Record<string, string>;
type Words = Record<string, Said>;

const path = (language: string) => `frontend/languages/${language}.json`;

/** A language's words by group and key. */
function read(language: string): Words {
  const groups = JSON.parse(readFileSync(path(language), "utf8")) as Record<string, Words>;
  return Object.fromEntries(Object.entries(groups).flatMap(([group, words]) => Object.entries(words).map(([key, said]) => [`${group}.${key}`, said])));
}

const english = read("en");
const texts = (said: Said) => (typeof said === "string" ? [said] : Object.values(said));
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] as string).sort();

/** Words that are the same in English and in the languages after them. */
const shared: Record<string, string> = {
  "MM / YY": "ar he hi ja ko vi zh",
  Card: "ro",
  Email: "el id vi",
  Total: "es fr id pt ro",
  optional: "de",
  "{count} digit": "id",
};
const hasWords = (text: string) => /\p{L}/u.test(text.replace(/\{\w+\}/g, ""));

test("there are thirty languages, and no other files of words", () => {
  expect(readdirSync("frontend/languages").filter((name) => name.endsWith(".json")).sort()).toEqual(languages.map((language) => `${language}.json`));
});

describe.each(languages)("%s", (language) => {
  const there = existsSync(path(language));
  const words = there ? read(language) : {};

  test("says all that English says, in its order, and nothing else", () => {
    expect(Object.keys(words)).toEqual(Object.keys(english));
  });

  test("has a text for each plural category, and none for others", () => {
    const categories = [...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort();
    for (const [key, said] of Object.entries(english)) {
      const here = words[key] ?? "";
      expect(typeof here, key).toBe(typeof said);
      if (typeof here !== "string") expect(Object.keys(here).sort(), key).toEqual(categories);
    }
  });

  test("puts the same values into its texts", () => {
    for (const [key, said] of Object.entries(words)) {
      const wanted = places(texts(english[key] ?? "").at(-1) ?? "");
      for (const text of texts(said)) {
        // A form for one thing alone may say it in words.
        const found = places(text);
        const spelt = typeof said !== "string" && !found.includes("count") ? [...found, "count"].sort() : found;
        expect(spelt, `${key}: ${text}`).toEqual(wanted);
      }
    }
  });

  test("leaves nothing empty, untidy or in English", () => {
    for (const [key, said] of Object.entries(words)) {
      for (const text of texts(said)) {
        expect(text, key).toMatch(/^\S(.*\S)?$/);
        expect(text, key).not.toMatch(/ {2}|[<>\u200b]|\.\.\.|\{\s|\s\}/);
        if (language === "en" || !hasWords(text) || (shared[text] ?? "").split(" ").includes(language)) continue;
        expect(texts(english[key] ?? ""), `${key} is in English`).not.toContain(text);
      }
    }
  });
});
