import { expect, test } from "vitest";
import { formatMoney } from "./money";

test.each([
  [4900, "USD", 2, "en-US", "$49.00"],
  [5, "USD", 2, "en-US", "$0.05"],
  [4900, "JPY", 0, "en-US", "¥4,900"],
  [1234567, "KWD", 3, "en-US", "KWD 1,234.567"],
  [123456, "EUR", 2, "de-DE", "1.234,56 €"],
  [99999999999999, "USD", 2, "en-US", "$999,999,999,999.99"],
  [9007199254740991, "USD", 2, "en-US", "$90,071,992,547,409.91"], // exact where a division would not be
])("%i %s", (minor, currency, exponent, locale, shown) => {
  expect(formatMoney(minor, currency, exponent, locale).replace(/\u00a0/g, " ")).toBe(shown);
});
