// What the shopper and the screen prefer: dark mode, less motion, more contrast,
// a wide gamut, a coarse pointer. Each may change by itself at any time.

const queries = [
  "(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)", "(prefers-contrast: more)",
  "(forced-colors: active)", "(color-gamut: p3)", "(dynamic-range: high)", "(pointer: coarse)", "(hover: hover)",
];

export default function media(): boolean[] {
  return queries.map((query) => matchMedia(query).matches);
}
