// How the browser writes a number, a date and an amount when it is not told how: the
// system's own habits, which stay when the list of languages changes. Stable.

export default function locale(): string[] {
  const { locale: name, calendar, numberingSystem, hourCycle } = Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
  return [name, calendar, numberingSystem, hourCycle ?? "", Intl.NumberFormat().format(-12345.5)];
}
