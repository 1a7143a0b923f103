import { expect, test } from "vitest";
import { strings } from "./strings";
import { type FieldName, problemOf } from "./validate";

const now = Date.UTC(2026, 10, 21);

test.each<[FieldName, string, string, string]>([
  ["number", "", "", strings.numberMissing],
  ["number", "4111 1111 1111 1111", "", ""],
  ["number", "4111 1111 1111 1112", "", strings.numberWrong],
  ["number", "4111 1111", "", strings.numberShort],
  ["number", "3782 822463 10005", "", ""],
  ["number", "5061 4604 1012 0223 210", "", ""],
  ["number", "0000 0000 0000 0000", "", ""], // no table's scheme: the server decides
  ["expiry", "", "", strings.expiryMissing],
  ["expiry", "04 / 3", "", strings.expiryWrong],
  ["expiry", "10 / 26", "", strings.expiryPassed],
  ["expiry", "11 / 26", "", ""],
  ["cvv", "", "4111", strings.cvvMissing],
  ["cvv", "12", "4111", strings.cvvWrong(3)],
  ["cvv", "123", "4111", ""],
  ["cvv", "1234", "4111", strings.cvvWrong(3)],
  ["cvv", "123", "3782 822463 10005", strings.cvvWrong(4)],
  ["cvv", "1234", "3782 822463 10005", ""],
  ["cvv", "12a", "4111", strings.cvvWrong(3)],
  ["name", "  ", "", strings.nameMissing],
  ["name", "Ada Lovelace", "", ""],
])("%s %o (number %o): %s", (field, value, number, problem) => {
  expect(problemOf(field, value, number, now)).toBe(problem);
});
