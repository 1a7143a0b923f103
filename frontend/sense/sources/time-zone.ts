// The time zone's name. Changes when people travel; Tor and Firefox's
// resistFingerprinting say UTC.

export default function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
