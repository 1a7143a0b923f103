// What the server writes without Intl is what Intl writes here.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Written {
  cldr: string;
  amounts: [tag: string, currency: string, exponent: number, minor: number, text: string][];
  numbers: [tag: string, n: number, text: string][];
  plurals: Record<string, string>;
}

const written = JSON.parse(readFileSync("server/language/testdata/written.json", "utf8")) as Written;

/** One narrow space or another: CLDR goes back and forth, and nobody sees it. */
const even = (text: string) => text.replace(/\u202f/g, "\u00a0");

/** Formats change a little with every CLDR: another one than the table's may differ in a few. */
const bearable = process.versions["cldr"] === written.cldr ? 0 : 0.1;
const remedy = "run node frontend/languages/amounts.mjs and go test ./server/language -update";

function expectSame(rows: { what: string; server: string; intl: string }[]) {
  const differing = rows.filter((row) => even(row.server) !== even(row.intl));
  if (differing.length > rows.length * bearable) expect(differing, remedy).toEqual([]);
}

test("amounts", () => {
  expect(written.amounts.length).toBeGreaterThan(300);
  expectSame(written.amounts.map(([tag, currency, exponent, minor, server]) => {
    const digits = String(minor).padStart(exponent + 1, "0");
    const major = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
    const format = new Intl.NumberFormat(tag, { style: "currency", currency, minimumFractionDigits: exponent, maximumFractionDigits: exponent });
    return { what: `${minor} ${currency} in ${tag}`, server, intl: format.format(major as unknown as number) };
  }));
});

test("numbers", () => {
  expectSame(written.numbers.map(([tag, n, server]) => ({ what: `${n} in ${tag}`, server, intl: new Intl.NumberFormat(tag).format(n) })));
});

test("plural categories", () => {
  expect(Object.keys(written.plurals)).toHaveLength(30);
  for (const [language, letters] of Object.entries(written.plurals)) {
    const rules = new Intl.PluralRules(language);
    const intl = Array.from({ length: 201 }, (_, n) => rules.select(n)).map((category) => (category === "other" ? "x" : category[0]));
    expect(letters, language).toBe(intl.join(""));
  }
});
