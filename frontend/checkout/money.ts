// Amounts for people. Minor units are whole numbers and stay so: the decimal point
// is put into the text, and Intl formats that text exactly.

/** Writes an amount of minor units as its reader would. */
export function formatMoney(minor: number, currency: string, exponent: number, locale?: string): string {
  const digits = String(minor).padStart(exponent + 1, "0");
  const major = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
  const format = new Intl.NumberFormat(locale, {
    style: "currency", currency, minimumFractionDigits: exponent, maximumFractionDigits: exponent,
  });
  // Intl takes decimal text exactly; its type does not say so before ES2023.
  return format.format(major as unknown as number);
}
