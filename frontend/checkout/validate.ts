// What is wrong with a field, in words that help, or nothing.

import { cardNumber as checkNumber } from "card-validator/dist/card-number";
import luhn from "card-validator/dist/luhn-10";
import { hasPassed, parseExpiry } from "./expiry";
import { onlyDigits, schemeOf } from "./number";
import { strings } from "./strings";

export type FieldName = "number" | "expiry" | "cvv" | "name";

/** Checks one field. number is what the number field holds: the CVV depends on it. */
export function problemOf(field: FieldName, value: string, number: string, now: number): string {
  switch (field) {
    case "number":
      return numberProblem(onlyDigits(value));
    case "expiry": {
      if (!value.trim()) return strings.expiryMissing;
      const expiry = parseExpiry(value);
      if (!expiry) return strings.expiryWrong;
      return hasPassed(expiry, now) ? strings.expiryPassed : "";
    }
    case "cvv": {
      const digits = schemeOf(onlyDigits(number)).cvv;
      if (!value.trim()) return strings.cvvMissing;
      return value.length === digits && /^\d+$/.test(value) ? "" : strings.cvvWrong(digits);
    }
    case "name":
      return value.trim() ? "" : strings.nameMissing;
  }
}

function numberProblem(digits: string): string {
  if (!digits) return strings.numberMissing;
  const checked = checkNumber(digits);
  if (checked.isValid) return "";
  // The library's table does not hold every scheme; the server's does and decides.
  if (!checked.card && digits.length >= 12 && digits.length <= 19 && luhn(digits)) return "";
  // A whole number with a wrong check digit is mistyped, even where the scheme has longer ones too.
  const whole = checked.card?.lengths.includes(digits.length) ?? digits.length >= 12;
  return whole || !checked.isPotentiallyValid ? strings.numberWrong : strings.numberShort;
}
