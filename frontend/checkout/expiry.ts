// The expiry date, typed any usual way: 1/30, 0130, 01 / 2030, 01-30.

import type { Typed } from "./number";

export interface Expiry {
  month: number;
  year: number;
}

/** Reads an expiry date, or gives nothing while it is not a whole one. */
export function parseExpiry(text: string): Expiry | undefined {
  const parts = /^\s*(\d{1,2})\s*[/\-. ]\s*(\d{4}|\d{2})\s*$/.exec(text) ?? /^\s*(\d{2})(\d{4}|\d{2})\s*$/.exec(text);
  if (!parts?.[1] || !parts[2]) return undefined;
  const month = Number(parts[1]);
  const year = Number(parts[2].length === 2 ? `20${parts[2]}` : parts[2]);
  return month >= 1 && month <= 12 && year >= 2000 && year <= 2099 ? { month, year } : undefined;
}

/** Tells whether the month is over everywhere: the last place to leave it is UTC−12. */
export function hasPassed({ month, year }: Expiry, now: number): boolean {
  return now >= Date.UTC(year, month, 1, 12);
}

/**
 * Shapes what stands in an expiry field into "MM / YY" while it is typed at its
 * end. Edits in the middle and deletions are left as they are, so that the
 * separator never fights the shopper.
 */
export function retypeExpiry({ value, caret }: Typed, deleting: boolean): Typed {
  if (deleting || caret < value.length) return { value, caret };
  const whole = parseExpiry(value);
  let shaped = value;
  if (whole && /\d{4}\s*$/.test(value) && /[/\-. ]/.test(value)) {
    shaped = `${pad(whole.month)} / ${pad(whole.year % 100)}`;
  } else {
    const digits = value.replace(/\D/g, "");
    const lone = /^\s*([2-9])\s*$/.exec(value) ?? /^\s*(\d)\s*[/\-. ]\s*$/.exec(value);
    if (lone?.[1]) shaped = `0${lone[1]} / `;
    else if (/^\d{6}$/.test(value)) shaped = `${digits.slice(0, 2)} / ${digits.slice(4)}`;
    else if (digits.length >= 2 && Number(digits.slice(0, 2)) <= 12) shaped = `${digits.slice(0, 2)} / ${digits.slice(2, 6)}`;
  }
  return { value: shaped, caret: shaped.length };
}

const pad = (n: number): string => String(n).padStart(2, "0");
