// How many colours the screen shows and how bright: the widest gamut, high dynamic range,
// colours at all. Changes only with the screen; Firefox's resistFingerprinting says sRGB.

export default function gamut(): (string | boolean)[] {
  const widest = ["rec2020", "p3", "srgb"].find((name) => matchMedia(`(color-gamut: ${name})`).matches) ?? "none";
  return [widest, matchMedia("(dynamic-range: high)").matches, matchMedia("(monochrome)").matches];
}
