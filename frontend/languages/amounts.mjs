// Writes how amounts are written in each language and region, for a server that has no
// Intl: server/language/amounts.json. All of it is asked of this Node's Intl (CLDR).
// Run it from the root of the repository: node frontend/languages/amounts.mjs

import { readdirSync, writeFileSync } from "node:fs";

const languages = readdirSync("frontend/languages").filter((name) => /^[a-z]{2}\.json$/.test(name)).map((name) => name.slice(0, 2)).sort();
const currencies = Intl.supportedValuesOf("currency");

/** The regions of the world: the countries, Latin America, the world and Europe. */
function regions() {
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return [...letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => names.of(code)), "419", "001", "150"];
}

/** An amount's whole text, and what of it is its number, its decimal and its group separator. */
function write(tag, currency, amount) {
  const parts = new Intl.NumberFormat(tag, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: 2 }).formatToParts(amount);
  const of = (type) => parts.find((part) => part.type === type)?.value ?? "";
  const text = parts.map((part) => part.value).join("");
  const number = parts.filter((part) => /^(integer|group|decimal|fraction)$/.test(part.type)).map((part) => part.value).join("");
  const [before, after] = text.split(number);
  return { before, after, decimal: of("decimal"), group: of("group"), symbol: of("currency") };
}

// ICU sets a space between a number and a symbol that ends as a word does
// (CLDR, currencySpacing: neither a symbol nor a separator).
const isWord = (character) => !/[\p{S}\p{Z}]/u.test(character);

/** The amounts of one tag. A pattern has ¤ for the symbol and # for the number. */
function amountsOf(tag) {
  const plain = new Intl.NumberFormat(tag);
  // Euros tell the pattern: € is no word. A symbol that is one may stand further off.
  const seen = currencies.map((code) => [code, write(tag, code, 1234567.5)]);
  const [, usual] = seen.find(([, s]) => isWord(s.symbol.at(-1)) && s.symbol.length === 3);
  const first = usual.before.includes(usual.symbol);
  const spaced = first ? `${usual.before.replace(usual.symbol, "¤")}#${usual.after}` : `${usual.before}#${usual.after.replace(usual.symbol, "¤")}`;
  const pattern = first ? spaced.replace(/¤\s#/, "¤#") : spaced;
  const near = seen.find(([, s]) => first && !isWord(s.symbol.at(-1)) && s.before.includes(s.symbol))?.[1];
  const made = {
    pattern: near ? near.before.replace(near.symbol, "¤") + "#" + near.after : pattern,
    spaced, decimal: usual.decimal, group: usual.group,
    plain: plain.formatToParts(1234567).find((part) => part.type === "group")?.value ?? "",
    zero: plain.format(0),
    least: plain.format(1234).length > 4 ? 4 : 5, // the digits from which groups are made
    second: plain.formatToParts(1234567).filter((part) => part.type === "integer")[1].value.length, // of the groups before the last one
    time: timeSeparator(tag),
    symbols: {}, own: {},
  };
  for (const [code, s] of seen) fit(made, code, s);
  return made;
}

/** Adds a currency: its symbol when that is not its code, and a pattern of its own when it has one. */
function fit(made, code, s) {
  const [before, after] = made.spaced.split("#").map((side) => side.replace("¤", ""));
  const first = made.spaced.indexOf("¤") < made.spaced.indexOf("#");
  // Marks of direction beside a symbol are part of it.
  const symbol = first ? s.symbol : s.after.startsWith(after) ? s.after.slice(after.length) : s.symbol;
  if (symbol !== code) made.symbols[code] = symbol;
  const pattern = isWord(symbol.at(first ? -1 : 0)) ? made.spaced : made.pattern;
  const [left, right] = pattern.replace("¤", () => symbol).split("#");
  if (left === s.before && right === s.after && s.decimal === made.decimal && s.group === made.group) return;
  made.symbols[code] = s.symbol;
  made.own[code] = {
    pattern: s.before.includes(s.symbol) ? s.before.replace(s.symbol, "¤") + "#" + s.after : s.before + "#" + s.after.replace(s.symbol, "¤"),
    decimal: s.decimal, group: s.group,
  };
}

function timeSeparator(tag) {
  const parts = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" }).formatToParts(0);
  return parts[parts.findIndex((part) => part.type === "hour") + 1].value;
}

/** What a region does differently from its language. */
function difference(regional, base) {
  const differs = Object.entries(regional).filter(([key, value]) => typeof value !== "object" && value !== base[key]);
  // A symbol that the language has and the region has not is the code again.
  const symbols = Object.fromEntries(currencies.map((code) => [code, regional.symbols[code] ?? code]).filter(([code, symbol]) => symbol !== (base.symbols[code] ?? code)));
  const made = { ...Object.fromEntries(differs), symbols, own: regional.own };
  return Object.keys(symbols).length ? made : { ...made, symbols: undefined };
}

/** JSON without what is empty, and with what cannot be seen spelt out. */
const compact = (entry) =>
  JSON.stringify(entry, (_, value) => (value && typeof value === "object" && Object.keys(value).length === 0 ? undefined : value))
    .replace(/[\u00a0\u061c\u2000-\u202f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

const lines = [];
for (const language of languages) {
  const base = amountsOf(language);
  lines.push([language, compact(base)]);
  for (const region of regions()) {
    const tag = `${language}-${region}`;
    if (new Intl.NumberFormat(tag).resolvedOptions().locale !== tag) continue;
    const differs = compact(difference(amountsOf(tag), base));
    if (differs !== "{}") lines.push([tag, differs]);
  }
}
const body = lines.map(([tag, entry]) => `    ${JSON.stringify(tag)}: ${entry}`).join(",\n");
writeFileSync("server/language/amounts.json", `{\n  "cldr": ${JSON.stringify(process.versions.cldr)},\n  "tags": {\n${body}\n  }\n}\n`);
