// What is wrong with a field, in words that help, or nothing. The server checks the same
// and decides: see server/wire and internal/checkout.

import { hasPassed, parseExpiry } from "./expiry";
import { luhn, onlyDigits, schemeOf } from "./number";
import type { Said } from "./words";

export const fieldNames = ["number", "expiry", "cvv", "name", "email", "phone", "country", "line1", "city", "state", "postal_code"] as const;
export type FieldName = (typeof fieldNames)[number];

/** Checks one field. number is what the number field holds: the CVV depends on it. */
export function problemOf(field: FieldName, value: string, number: string, now: number): Said | null {
  const text = value.trim();
  switch (field) {
    case "number":
      return numberProblem(onlyDigits(value));
    case "expiry": {
      if (!text) return { key: "expiryMissing" };
      const expiry = parseExpiry(value);
      if (!expiry) return { key: "expiryWrong" };
      return hasPassed(expiry, now) ? { key: "expiryPassed" } : null;
    }
    case "cvv":
      return cvvProblem(text, schemeOf(onlyDigits(number)).cvv);
    case "name":
      if (!text) return { key: "nameMissing" };
      return onlyDigits(text).length > 6 ? { key: "nameWrong" } : null;
    case "email":
      if (!text) return { key: "emailMissing" };
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) && onlyDigits(text).length <= 11 ? null : { key: "emailWrong" };
    case "phone": {
      if (!text) return { key: "phoneMissing" };
      const digits = onlyDigits(text).length;
      const right = /^\+?[0-9 ()./-]{5,30}$/.test(text) && digits >= 5 && digits <= (text.startsWith("+") ? 15 : 11);
      return right ? null : { key: "phoneWrong" };
    }
    case "postal_code":
      return text ? null : { key: "postalCodeMissing" };
    default:
      return text ? null : { key: `${field}Missing` };
  }
}

/** A CVV is checked against its card's scheme; digits is how many that has. */
export function cvvProblem(text: string, digits: number): Said | null {
  if (!text) return { key: "cvvMissing" };
  return text.length === digits && /^\d+$/.test(text) ? null : { key: "cvvWrong", gaps: { count: digits } };
}

function numberProblem(digits: string): Said | null {
  if (!digits) return { key: "numberMissing" };
  const { lengths } = schemeOf(digits);
  if (!lengths.includes(digits.length) && digits.length < Math.max(...lengths)) return { key: "numberShort" };
  return lengths.includes(digits.length) && luhn(digits) ? null : { key: "numberWrong" };
}
