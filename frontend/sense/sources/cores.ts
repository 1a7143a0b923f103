// Logical processors. Stable; Safari says at most 8, Firefox's
// resistFingerprinting says 2.

export default function cores(): number {
  return navigator.hardwareConcurrency;
}
