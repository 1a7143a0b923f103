// Memory in GiB, rounded to a power of two and at most 8. Chromium only, and only
// on secure origins.

export default function memory(): number | undefined {
  return (navigator as { deviceMemory?: number }).deviceMemory;
}
