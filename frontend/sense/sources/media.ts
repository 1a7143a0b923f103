// What the shopper prefers: dark mode, less motion, more contrast, less transparency,
// forced and inverted colours. Each may change at any time, some by the hour of the day.

const preferences = ["color-scheme: dark", "reduced-motion: reduce", "contrast: more", "reduced-transparency: reduce"];

export default function media(): boolean[] {
  return [...preferences.map((name) => `(prefers-${name})`), "(forced-colors: active)", "(inverted-colors: inverted)"]
    .map((query) => matchMedia(query).matches);
}
