import { beforeEach, expect, test } from "vitest";
import english from "../languages/en.json";
import { language, say, sayAgain, useCurrency, type Words } from "./words";

const words = english.checkout as Words;

beforeEach(() => {
  useCurrency("USD", 2);
  language.value = { locale: "en-US", words };
});

test("gaps are filled, and what fills none of them stays out", () => {
  expect(say("pay", { amount: "$1.00" })).toBe("Pay $1.00");
  expect(say("savedCard", { brand: "Visa", last4: "1111", more: "x" })).toBe("Visa ending in 1111");
  expect(say("savedCard", { brand: "{last4}", last4: "1111" })).toBe("{last4} ending in 1111");
});

test("a number chooses the form that its language has for it", () => {
  expect(say("attempts", { count: 1 })).toBe("You can try 1 more time.");
  expect(say("attempts", { count: 2 })).toBe("You can try 2 more times.");
  language.value = { locale: "pl", words: { attempts: { one: "raz", few: "{count} razy", many: "{count} raz(y)", other: "x" } } };
  expect([1, 2, 5].map((count) => say("attempts", { count }))).toEqual(["raz", "2 razy", "5 raz(y)"]);
});

test("words that are missing are named, not left out", () => {
  language.value = { locale: "en", words: {} };
  expect(say("pay")).toBe("pay");
});

test("a document says everything again in another language, with its amounts", () => {
  document.body.innerHTML = `<p data-say="payAtOnce" data-amount="4900"></p><p data-say="payParts" data-count="3" data-part="1700"></p><p data-say="saveCard" data-shop="Kestrel"></p>`;
  const texts = () => [...document.querySelectorAll("p")].map((p) => p.textContent?.replaceAll("\u00a0", " "));
  sayAgain(document);
  expect(texts()).toEqual(["$49.00 now", "3 payments of $17.00", "Save this card for my next purchase at Kestrel"]);
  language.value = { locale: "de", words: { ...words, payAtOnce: "{amount} sofort" } };
  sayAgain(document);
  expect(texts()[0]).toBe("49,00 $ sofort");
});
