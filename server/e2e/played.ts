// Devices that a script plays, the same in every browser, and the cases that recognition is
// measured on.

/** What is played, by the names that the script below understands. */
export interface Played {
  screen?: [number, number];
  ratio?: number;
  zone?: string;
  languages?: string[];
  media?: string[]; // queries that match
  version?: number; // how many versions later the browser is
  touch?: number;
  fonts?: string[];
  cores?: number;
  memory?: number;
  platform?: string;
  unit?: string; // of graphics
  canvas?: string; // drawn otherwise
}

export const home: Played = { screen: [1920, 1080], ratio: 1, zone: "Europe/Berlin", languages: ["de", "en"], touch: 0, cores: 8, memory: 8, platform: "Win32", unit: "Unit A" };

/** The nine changes that the matcher was made for. */
export const tuned: Record<string, Played> = {
  "another screen": { screen: [2560, 1440] }, "pixel ratio": { ratio: 1.25 }, "time zone": { zone: "America/New_York" }, "language": { languages: ["fr", "en"] },
  "reduced motion": { media: ["(prefers-reduced-motion: reduce)"] }, "update": { version: 1, canvas: "v1" }, "touch": { touch: 5 }, "a font": { fonts: ["Fira Code"] }, "dark": { media: ["(prefers-color-scheme: dark)"] },
};
/** And some that it was not. */
export const untuned: Record<string, Played> = {
  "forced colours": { media: ["(forced-colors: active)", "(prefers-contrast: more)"] }, "inverted": { media: ["(inverted-colors: inverted)"] }, "docked": { screen: [3440, 1440], ratio: 1.5 },
  "two updates": { version: 2, canvas: "v2" }, "updated, by night": { version: 1, canvas: "v1", media: ["(prefers-color-scheme: dark)"] }, "updated abroad": { version: 1, canvas: "v1", zone: "Asia/Tokyo" },
  "updated and docked": { version: 1, canvas: "v1", screen: [3440, 1440] }, "another language first": { languages: ["en", "de"] }, "a third language": { languages: ["de", "en", "nl"] },
  "abroad, in its language": { zone: "Asia/Tokyo", languages: ["ja", "de"] }, "three fonts": { fonts: ["Fira Code", "Open Sans", "Century"] }, "fonts and an update": { fonts: ["Open Sans"], version: 1, canvas: "v1" },
  "zoomed": { ratio: 1.5 }, "zoomed abroad": { ratio: 0.9, zone: "Europe/Lisbon" }, "a touch screen abroad": { touch: 10, zone: "Europe/Lisbon" }, "bright": { media: ["(dynamic-range: high)"] },
};
/** Devices that are another: by what does not change, and by what only may. */
export const another: Record<string, Played> = {
  "fewer processors": { cores: 4 }, "more processors": { cores: 12 }, "less memory": { memory: 4 }, "another system": { platform: "MacIntel" }, "a unit of the same family": { unit: "Unit A Ti" },
  "another unit": { unit: "Unit B" }, "all of it": { cores: 4, memory: 2, unit: "Unit C", platform: "Linux x86_64" }, "drawn otherwise": { canvas: "other" }, "another unit and screen": { unit: "Unit D", screen: [1366, 768] },
  "fewer processors, elsewhere": { cores: 2, zone: "Asia/Tokyo" }, "only the screen": { screen: [1366, 768] }, "only fonts": { fonts: ["Century"] }, "only the zone": { zone: "Asia/Kolkata" },
  "only the language": { languages: ["pl"] }, "zone and language": { zone: "Europe/Warsaw", languages: ["pl", "en"] },
};

/** Plays a device in any browser, before the collector. */
export const play = (p: Played): string => `(${String((p: Played) => {
  const put = (of: object, name: string, value: unknown) => Object.defineProperty(of, name, { get: () => value, configurable: true });
  if (p.screen) for (const [name, value] of [["width", p.screen[0]], ["height", p.screen[1]]] as const) put(Screen.prototype, name, value);
  if (p.ratio) put(window, "devicePixelRatio", p.ratio);
  if (p.languages) put(Navigator.prototype, "languages", p.languages);
  for (const [name, value] of [["hardwareConcurrency", p.cores], ["deviceMemory", p.memory], ["platform", p.platform], ["maxTouchPoints", p.touch]] as const) if (value !== undefined) put(Navigator.prototype, name, value);
  if (p.zone) {
    const told = Intl.DateTimeFormat.prototype.resolvedOptions;
    Intl.DateTimeFormat.prototype.resolvedOptions = function () { return { ...told.call(this), timeZone: p.zone! }; };
  }
  if (p.media) {
    const matches = window.matchMedia.bind(window);
    window.matchMedia = (query) => (p.media!.includes(query) ? ({ matches: true } as MediaQueryList) : matches(query));
  }
  if (p.version) {
    const later = (text: string) => text.replace(/(Chrome|Firefox|Version|Chromium)([/ ])(\d+)/g, (_, name, sep, n) => `${name}${sep}${Number(n) + p.version!}`);
    put(Navigator.prototype, "userAgent", later(navigator.userAgent));
    const data = (navigator as { userAgentData?: { brands: { brand: string; version: string }[]; mobile: boolean } }).userAgentData;
    if (data) put(Navigator.prototype, "userAgentData", { mobile: data.mobile, brands: data.brands.map(({ brand, version }) => ({ brand, version: String(Number(version) + p.version!) })) });
  }
  if (p.unit && typeof WebGLRenderingContext !== "undefined") {
    const told = WebGLRenderingContext.prototype.getParameter;
    WebGLRenderingContext.prototype.getParameter = function (name: number) { return name === 37446 || name === 7937 ? p.unit : told.call(this, name); };
  }
  if (p.canvas) HTMLCanvasElement.prototype.toDataURL = () => p.canvas!;
  if (p.fonts) {
    const measure = CanvasRenderingContext2D.prototype.measureText;
    CanvasRenderingContext2D.prototype.measureText = function (text) {
      return p.fonts!.some((name) => this.font.includes(name)) ? ({ width: 1 } as TextMetrics) : measure.call(this, text);
    };
  }
})})(${JSON.stringify(p)});`;
