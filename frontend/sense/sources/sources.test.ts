// Each signal: what it says where the browser tells, and what where it does not. How they
// do in real browsers is tried in server/e2e.

import { readdirSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { putAway } from "../webgl";
import { first, second, type Source } from ".";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  putAway();
  localStorage.clear();
});

const all: Record<string, Source> = { ...first, ...second };
const navigatorIs = (more: object) => vi.stubGlobal("navigator", Object.create(navigator, Object.fromEntries(Object.entries(more).map(([name, value]) => [name, { value }]))));
const matching = (...queries: string[]) => vi.stubGlobal("matchMedia", (query: string) => ({ matches: queries.includes(query) }));
const drawing = (gl: object | null) => vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(gl as never);

const gl = {
  VENDOR: 1, RENDERER: 2, MAX_TEXTURE_SIZE: 10, FRAGMENT_SHADER: 3, HIGH_FLOAT: 4,
  getExtension: (name: string) => (name === "WEBGL_debug_renderer_info" ? { UNMASKED_VENDOR_WEBGL: 5, UNMASKED_RENDERER_WEBGL: 6 } : null),
  getParameter: (name: number) => ({ 1: "WebKit", 2: "WebKit WebGL", 5: "Maker", 6: "Unit", 10: 16384 })[name] ?? 0,
  getShaderPrecisionFormat: () => ({ precision: 23 }), getSupportedExtensions: () => ["A", "B"],
};
const pen = (widths: Record<string, number>) => ({
  font: "", fillText: () => undefined, arc: () => undefined, fill: () => undefined,
  measureText(this: { font: string }) { return { width: Object.entries(widths).find(([name]) => this.font.includes(name))?.[1] ?? 10 }; },
});

interface Case {
  told: [arrange: () => void, says: unknown];
  missing?: [arrange: () => void, says: unknown]; // where the browser tells nothing; undefined is "unavailable"
}

const cases: Record<string, Case> = {
  platform: { told: [() => navigatorIs({ platform: "Win32" }), "Win32"] },
  cores: { told: [() => navigatorIs({ hardwareConcurrency: 12 }), 12], missing: [() => navigatorIs({ hardwareConcurrency: undefined }), undefined] },
  memory: { told: [() => navigatorIs({ deviceMemory: 8 }), 8], missing: [() => navigatorIs({ deviceMemory: undefined }), undefined] },
  touch: { told: [() => { navigatorIs({ maxTouchPoints: 5 }); matching("(any-pointer: coarse)"); }, [5, true, false, false]] },
  languages: { told: [() => navigatorIs({ languages: ["de", "en"] }), ["de", "en"]], missing: [() => navigatorIs({ languages: [] }), []] },
  timeZone: { told: [() => vi.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions").mockReturnValue({ timeZone: "Asia/Tokyo" } as never), "Asia/Tokyo"] },
  locale: { told: [() => vi.spyOn(Intl, "NumberFormat").mockReturnValue({ format: () => "-12.345,5" } as never), expect.arrayContaining(["gregory", "latn", "-12.345,5"])] },
  screen: { told: [() => vi.stubGlobal("screen", { width: 390, height: 844, colorDepth: 24 }), [844, 390, 24]] },
  ratio: { told: [() => vi.stubGlobal("devicePixelRatio", 1.3333333), 1.33] },
  gamut: { told: [() => matching("(color-gamut: srgb)", "(color-gamut: p3)", "(dynamic-range: high)"), ["p3", true, false]], missing: [() => matching(), ["none", false, false]] },
  media: { told: [() => matching("(prefers-color-scheme: dark)", "(inverted-colors: inverted)"), [true, false, false, false, false, true]] },
  brands: {
    told: [() => navigatorIs({ userAgentData: { brands: [{ brand: "Chromium", version: "156" }], mobile: true } }), ["Chromium 156", "mobile"]],
    missing: [() => navigatorIs({ userAgentData: undefined, userAgent: "Mozilla/5.0 (X) Firefox/153.0" }), ["Mozilla/5.0 (X) Firefox/153.0"]],
  },
  storage: {
    told: [() => navigatorIs({ cookieEnabled: true }), [true, true, expect.any(Boolean), true]],
    missing: [() => { navigatorIs({ cookieEnabled: false }); vi.stubGlobal("localStorage", undefined); vi.stubGlobal("sessionStorage", undefined); vi.stubGlobal("indexedDB", undefined); }, [false, false, false, false]],
  },
  visitor: { told: [() => localStorage.setItem("pw.visitor", "abcdefghijklmnopqrstuvwxyz"), "abcdefghijklmnopqrstuvwxyz"], missing: [() => localStorage.setItem("pw.visitor", "4111111111111111"), expect.stringMatching(/^[a-z]{26}$/)] },
  math: { told: [() => undefined, expect.stringMatching(/^[0-9a-f]{8}$/)] },
  codecs: { told: [() => vi.spyOn(HTMLMediaElement.prototype, "canPlayType").mockImplementation((kind) => (kind.includes("mp4") ? "probably" : kind.includes("ogg") ? "maybe" : "")), [2, 2, 2, 0, 2, 2, 1, 0, 0]] },
  graphics: { told: [() => drawing(gl), ["Maker", "Unit"]], missing: [() => drawing(null), undefined] },
  limits: { told: [() => drawing(gl), expect.arrayContaining([16384, 23])], missing: [() => drawing(null), undefined] },
  hints: {
    told: [() => navigatorIs({ userAgentData: { getHighEntropyValues: async () => ({ architecture: "arm", bitness: "64", model: "Pixel 9" }) } }), ["arm", "64", "Pixel 9", "", ""]],
    missing: [() => navigatorIs({ userAgentData: undefined }), undefined],
  },
  audio: {
    told: [() => vi.stubGlobal("OfflineAudioContext", class {
      createOscillator = () => ({ frequency: {}, connect: () => undefined, start: () => undefined });
      createDynamicsCompressor = () => ({ threshold: {}, ratio: {}, attack: {}, connect: () => undefined });
      startRendering = async () => ({ getChannelData: () => new Float32Array(2000).fill(-0.25) });
    }), 125],
    missing: [() => vi.stubGlobal("OfflineAudioContext", undefined), undefined],
  },
  permissions: {
    told: [() => navigatorIs({ permissions: { query: async ({ name }: { name: string }) => { if (name === "midi") throw new TypeError(name); return { state: name === "camera" ? "denied" : "prompt" }; } } }), "aadaa-"],
    missing: [() => navigatorIs({ permissions: undefined }), undefined],
  },
  canvas: {
    told: [() => { drawing(pen({})); vi.spyOn(HTMLCanvasElement.prototype, "toDataURL").mockReturnValue("foobar"); }, "bf9cf968"],
    missing: [() => drawing(null), undefined],
  },
  fonts: { told: [() => drawing(pen({ Calibri: 11, Ubuntu: 12 })), ["Calibri", "Ubuntu"]], missing: [() => drawing(null), undefined] },
  automation: {
    told: [() => navigatorIs({ webdriver: true, userAgent: "HeadlessChrome/156", platform: "Linux" }), expect.arrayContaining(["webdriver", "headless"])],
    missing: [() => vi.stubGlobal("Intl", undefined), expect.not.arrayContaining(["zone"])],
  },
};

/** What a source says in the end, with no page to give way to. */
const read = async (name: string): Promise<unknown> => {
  const value = await all[name]!();
  if (typeof value !== "object" || !("next" in value)) return value;
  for (;;) {
    const step = value.next();
    if (step.done) return step.value;
  }
};

describe.each(Object.entries(cases))("%s", (name, { told, missing }) => {
  test("says what the browser tells", async () => {
    told[0]();
    expect(await read(name)).toEqual(told[1]);
  });
  if (!missing) return;
  test("minds no browser that does not tell", async () => {
    missing[0]();
    expect(await read(name)).toEqual(missing[1]);
  });
});

test("every signal has a case, and a file that begins by saying what it tells", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(all).sort());
  const files = readdirSync("frontend/sense/sources").filter((file) => !file.includes(".test.") && file !== "index.ts");
  expect(files).toHaveLength(Object.keys(all).length);
});
