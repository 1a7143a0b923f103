// What the browser calls itself: the brands and mobile flag of client hints where
// there are any (Chromium), else the user agent text. Changes with every update.

interface Hints {
  brands: { brand: string; version: string }[];
  mobile: boolean;
}

export default function brands(): string[] {
  const hints = (navigator as { userAgentData?: Hints }).userAgentData;
  if (!hints) return [navigator.userAgent.slice(0, 300)];
  return [...hints.brands.map(({ brand, version }) => `${brand} ${version}`), hints.mobile ? "mobile" : "desktop"];
}
