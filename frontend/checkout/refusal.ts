// What the server refuses, in the shopper's words. The server's own message is for whoever
// builds with it, in English; the field and the code say enough.

import type { Refusal } from "./server";
import { type FieldName, fieldNames } from "./validate";
import type { Said } from "./words";

/** Which input a field of the wire is typed into, if it is one of ours. */
export function fieldOfWire(field: string): FieldName | undefined {
  const name = field.replace(/^billing\./, "").replace(/^exp_(month|year)$/, "expiry");
  return fieldNames.find((known) => known === name);
}

const wrong: Partial<Record<FieldName, Said>> = {
  number: { key: "numberWrong" }, expiry: { key: "expiryPassed" }, cvv: { key: "cvvMissing" }, name: { key: "nameWrong" },
  email: { key: "emailWrong" }, phone: { key: "phoneWrong" },
};

export function saidOfRefusal({ code, field }: Refusal): Said {
  const name = fieldOfWire(field);
  if (name) return wrong[name] ?? { key: "fieldWrong" };
  if (field === "saved") return { key: "declinedExpired" };
  return { key: code === "unavailable" || code === "internal" ? "notSent" : "refused" };
}
