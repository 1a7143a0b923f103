// Devices as a browser can play them: what changes on one without making it another, and
// what is another. Each visit is a checkout that is opened, and what the server thinks of it.

import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import type { Program } from "./program";

/** What is thought of a visit. */
export interface Visit {
  device: string | null;
  verdict: string;
  confidence: number;
  reasons: string[];
  replayed: boolean;
}

/** Something that is otherwise than on the device as it was. */
export interface Change {
  options?: BrowserContextOptions;
  script?: string; // run in every page before its own scripts
  userAgent?: (version: number) => number; // the main version of the browser
  framed?: boolean; // the checkout is in a shop's page
}

/** The device as it was. */
export const usual: BrowserContextOptions = {
  locale: "de-DE", timezoneId: "Europe/Berlin", viewport: { width: 1280, height: 720 }, screen: { width: 1920, height: 1080 }, deviceScaleFactor: 1,
};

/** What changes on one device; see the issue of recognition. */
export const harmless: Record<string, Change> = {
  "another screen": { options: { screen: { width: 2560, height: 1440 } } },
  "pixel ratio": { options: { deviceScaleFactor: 1.25 } },
  "time zone": { options: { timezoneId: "America/New_York" } },
  "language": { options: { locale: "fr-FR" } },
  "reduced motion": { options: { reducedMotion: "reduce" } },
  "browser update": { userAgent: (version) => version + 1 },
  "touch": { options: { hasTouch: true } },
  "a font added": { script: `new FontFace("Fira Code", 'local("DejaVu Serif")').load().then((font) => document.fonts.add(font), () => undefined);` },
  "in a frame": { framed: true },
};

/** What signals alone cannot tell from another device of the same make. */
export const unsure = ["another screen", "pixel ratio", "time zone", "language", "a font added"];

const claim = (name: string, value: unknown): string =>
  `Object.defineProperty(Navigator.prototype, ${JSON.stringify(name)}, { get: () => ${JSON.stringify(value)}, configurable: true });`;

const draws = (renderer: string): string => `{
  const told = WebGLRenderingContext.prototype.getParameter;
  WebGLRenderingContext.prototype.getParameter = function (name) { return name === 37446 ? ${JSON.stringify(renderer)} : told.call(this, name); };
}`;

/** Devices that differ in one thing that does not change: processors, memory, system, graphics unit. */
export function others(count: number): Change[] {
  const changes: Change[] = [];
  const cores = [1, 4, 6, 8, 12, 16, 24, 32], memories = [0.5, 1, 2, 4], systems = ["Win32", "MacIntel", "Linux aarch64", "Linux armv8l"];
  for (let i = 0; changes.length < count; i++) {
    const scripts = [
      () => claim("hardwareConcurrency", cores[i % cores.length]! + 64 * Math.floor(i / 8)),
      () => claim("deviceMemory", memories[i % memories.length]) + claim("hardwareConcurrency", 40 + i),
      () => claim("platform", systems[i % systems.length]) + claim("hardwareConcurrency", 40 + i),
      () => draws(`ANGLE (Maker, Unit ${i})`),
    ];
    changes.push({ script: scripts[i % scripts.length]!() });
  }
  return changes;
}

/** Puts changes together, as they come on one device. */
export const together = (...changes: Change[]): Change => ({
  options: Object.assign({}, ...changes.map(({ options }) => options)),
  script: changes.map(({ script }) => script ?? "").join(""),
  framed: changes.some(({ framed }) => framed),
  ...(changes.find(({ userAgent }) => userAgent) ? { userAgent: changes.find(({ userAgent }) => userAgent)!.userAgent! } : {}),
});

/** Where visits come from: a network each, so that none helps to recognise a device. */
let networks = 0;

/** Opens a browser of a device with a change. storage is what a browser there kept before. */
export async function device(browser: Browser, change: Change, network?: string, storage?: BrowserContextOptions["storageState"]): Promise<BrowserContext> {
  const from = network ?? `10.${networks >> 8}.${networks++ & 255}.1`;
  const context = await browser.newContext({
    ...usual, ...change.options, extraHTTPHeaders: { "X-Forwarded-For": from }, ...(storage ? { storageState: storage } : {}),
  });
  if (change.script) await context.addInitScript(change.script);
  return context;
}

/** Opens a checkout there, and gives what is thought of it once its signals are in. */
export async function visit(program: Program, context: BrowserContext, change: Change = {}, shop?: { origin: string; pages: Record<string, string> }): Promise<Visit> {
  const session = await program.session();
  const page = await context.newPage();
  if (change.userAgent) await updated(context, page, change.userAgent);
  if (change.framed && shop) {
    shop.pages[`/${session}`] = `<!doctype html><script src="${program.url}/paywicket.js"></script><paywicket-checkout session="${session}"></paywicket-checkout>`;
    await page.goto(`${shop.origin}/${session}`);
  } else {
    await page.goto(`${program.url}/checkout/${session}`);
  }
  for (let tries = 0; tries < 100; tries++) {
    const seen = await program.api<Visit>("GET", `/v1/checkout_sessions/${session}/visit`);
    if (seen.device) {
      await page.close();
      return seen;
    }
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error("the page sent no signals");
}

/** Makes a page's browser a later one. */
async function updated(context: BrowserContext, page: Page, later: (version: number) => number): Promise<void> {
  const version = later(Number((await context.browser()!.version()).split(".")[0]));
  const session = await context.newCDPSession(page);
  const agent = (await page.evaluate(() => navigator.userAgent)).replace(/Chrome\/\d+/, `Chrome/${version}`);
  await session.send("Emulation.setUserAgentOverride", {
    userAgent: agent, acceptLanguage: "de-DE",
    userAgentMetadata: {
      brands: [{ brand: "Not:A-Brand", version: "8" }, { brand: "Chromium", version: String(version) }],
      platform: "Linux", platformVersion: "", architecture: "x86", model: "", mobile: false, bitness: "64", fullVersion: `${version}.0.0.0`,
    },
  });
}
