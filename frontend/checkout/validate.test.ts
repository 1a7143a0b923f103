import { expect, test } from "vitest";
import { type FieldName, problemOf } from "./validate";

const now = Date.UTC(2026, 10, 21);

test.each<[FieldName, string, string, string | null]>([
  ["number", "", "", "numberMissing"],
  ["number", "4111 1111 1111 1111", "", null],
  ["number", "4111 1111 1111 1112", "", "numberWrong"],
  ["number", "4111 1111", "", "numberShort"],
  ["number", "3782 822463 10005", "", null],
  ["number", "5061 4604 1012 0223 210", "", null],
  ["number", "0000 0000 0000 0000", "", null], // no table's scheme: the server decides
  ["expiry", "", "", "expiryMissing"],
  ["expiry", "04 / 3", "", "expiryWrong"],
  ["expiry", "10 / 26", "", "expiryPassed"],
  ["expiry", "11 / 26", "", null],
  ["cvv", "", "4111", "cvvMissing"],
  ["cvv", "12", "4111", "cvvWrong"],
  ["cvv", "123", "4111", null],
  ["cvv", "1234", "4111", "cvvWrong"],
  ["cvv", "123", "3782 822463 10005", "cvvWrong"],
  ["cvv", "1234", "3782 822463 10005", null],
  ["cvv", "12a", "4111", "cvvWrong"],
  ["name", "  ", "", "nameMissing"],
  ["name", "Ada Lovelace", "", null],
  ["name", "4111111111111111", "", "nameWrong"],
  ["number", "٤١١١ ١١١١ ١١١١ ١١١١", "", null], // digits as an Arabic keyboard has them
  ["number", "4000 0000 0000 0000 0", "", "numberShort"],
  ["email", "", "", "emailMissing"],
  ["email", "ada@", "", "emailWrong"],
  ["email", "ada@example.com", "", null],
  ["email", "4111111111111111@example.com", "", "emailWrong"],
  ["phone", "", "", "phoneMissing"],
  ["phone", "+44 20 7946 0000", "", null],
  ["phone", "020 7946 0000", "", null],
  ["phone", "4111 1111 1111 1111", "", "phoneWrong"],
  ["phone", "call me", "", "phoneWrong"],
  ["country", "", "", "countryMissing"],
  ["line1", " ", "", "line1Missing"],
  ["city", "London", "", null],
  ["state", "", "", "stateMissing"],
  ["postal_code", "", "", "postalCodeMissing"],
  ["postal_code", "K1C2N6", "", null],
])("%s %o (number %o): %s", (field, value, number, problem) => {
  expect(problemOf(field, value, number, now)?.key ?? null).toBe(problem);
});

test("the digits that a CVV should have are said", () => {
  expect(problemOf("cvv", "12", "3782 822463 10005", now)).toEqual({ key: "cvvWrong", gaps: { count: 4 } });
});
