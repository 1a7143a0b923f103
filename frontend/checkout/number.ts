// The card number as it is typed: its scheme, grouped as on the card, with the caret kept
// where the shopper put it.

import { ranges, schemes } from "../shared/brands.gen";

export interface Scheme {
  brand: string;
  lengths: number[];
  cvv: number;
}

const table = ranges.trim().split("\n").map((line) => {
  const [, low, high, brand] = /^(\d+)-(\d+) (\w+)$/.exec(line)!;
  return { low: Number(low), high: Number(high), brand: brand! };
});

const schemeNamed = (brand: string): Scheme => {
  const [, lengths, cvv] = schemes[brand] ?? schemes.unknown!;
  return { brand, lengths: lengths.split(" ").map(Number), cvv };
};

/** The name of a scheme as it writes itself. */
export const brandName = (brand: string): string => (schemes[brand] ?? schemes.unknown!)[0];

/** Of the prefixes that begin as a number does, how many a scheme must have for it to be named. */
const MOST = 0.8;

/**
 * The scheme that the first digits belong to. With fewer than six it is the one that has
 * most such prefixes; the others are told apart when there are more digits. Maestro, which
 * has what is left over between others, is named from the fourth digit on.
 */
export function schemeOf(digits: string): Scheme {
  const open = 10 ** Math.max(0, 6 - digits.length);
  const low = Number(digits.slice(0, 6)) * open;
  const taken = new Map<string, number>();
  let left = digits ? open : 0;
  for (const span of table) {
    const share = Math.min(left, Math.max(0, Math.min(low + open - 1, span.high) - Math.max(low, span.low) + 1));
    left -= share;
    taken.set(span.brand, (taken.get(span.brand) ?? 0) + share);
  }
  const [brand] = [...taken].find(([, share]) => digits && share >= open * MOST) ?? ["unknown"];
  return schemeNamed(brand === "maestro" && digits.length < 4 ? "unknown" : brand);
}

/** Where digits stand in Unicode that people type, beside ASCII: Arabic, Persian, Devanagari, Thai, full width. */
const zeros = [0x660, 0x6f0, 0x966, 0xe50, 0xff10];

/** A text with its digits as ASCII, in whatever script they were typed. */
export const plainDigits = (text: string): string =>
  text.replace(/[^\x00-\x7f]/g, (sign) => {
    const code = sign.charCodeAt(0);
    const zero = zeros.find((zero) => code >= zero && code < zero + 10);
    return zero === undefined ? sign : String(code - zero);
  });

export const onlyDigits = (text: string): string => plainDigits(text).replace(/\D/g, "");

/** Where a scheme's cards have a gap between their digits. */
const gapsOf = ({ brand }: Scheme, length: number): number[] =>
  brand === "amex" || (brand === "diners" && length <= 14) ? [4, 10] : [4, 8, 12, 16];

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
  const digits = onlyDigits(value).slice(0, Math.max(...scheme.lengths));
  const gaps = gapsOf(scheme, digits.length);
  return { value: group(digits, gaps), caret: group(digits.slice(0, before), gaps).length };
}

/** The check digit's rule (ISO/IEC 7812-1, annex B). */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
