// The card number as it is typed: grouped as on the card, with the caret kept
// where the shopper put it.

import creditCardType from "credit-card-type";

/** The names of credit-card-type, in the spelling of our own answers. */
const spelling: Record<string, string> = { "american-express": "amex", "diners-club": "diners" };

export interface Scheme {
  brand: string;
  gaps: number[];
  longest: number;
  cvv: number;
}

const unknown: Scheme = { brand: "unknown", gaps: [4, 8, 12, 16], longest: 19, cvv: 3 };

/** The scheme that the first digits belong to, once they clearly favour one. */
export function schemeOf(digits: string): Scheme {
  const found = digits ? creditCardType(digits) : [];
  const strength = (at: number) => found[at]?.matchStrength ?? 0;
  const only = found.length === 1 || strength(0) > Math.max(0, ...found.slice(1).map((_, i) => strength(i + 1))) ? found[0] : undefined;
  if (!only) return unknown;
  return { brand: spelling[only.type] ?? only.type, gaps: only.gaps, longest: Math.max(...only.lengths), cvv: only.code.size };
}

export const onlyDigits = (text: string): string => text.replace(/\D/g, "");

/** Puts a space before each gap. */
export function group(digits: string, gaps: readonly number[]): string {
  let out = "";
  for (let i = 0; i < digits.length; i++) out += (gaps.includes(i) ? " " : "") + digits[i];
  return out;
}

/** What a field shows and where its caret stands. */
export interface Typed {
  value: string;
  caret: number;
}

/** Regroups what stands in a number field. The caret stays behind the same digit. */
export function retypeNumber({ value, caret }: Typed): Typed {
  const before = onlyDigits(value.slice(0, caret)).length;
  const scheme = schemeOf(onlyDigits(value));
  const digits = onlyDigits(value).slice(0, scheme.longest);
  return { value: group(digits, scheme.gaps), caret: group(digits.slice(0, before), scheme.gaps).length };
}
