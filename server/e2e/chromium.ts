// Chromium, by its debugger.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium as playwright, type Frame, type Page } from "playwright-core";
import { launchWhole, options } from "./browser";
import type { Driven, Engine, Setting } from "./engines";

export async function chromium({ blocked = false }: Setting = {}): Promise<Engine> {
  if (blocked) return forgetful();
  const browser = await launchWhole();
  return {
    name: "Chromium",
    open: async () => {
      const context = await browser.newContext({ locale: "en-US" });
      return driven(await context.newPage(), () => context.close());
    },
    close: () => browser.close(),
  };
}

/** A Chromium with “block all cookies” set, which is a setting of its profile: cookies and storage are refused to every page. */
function forgetful(): Engine {
  const folder = mkdtempSync(join(tmpdir(), "paywicket-profile-"));
  const contexts: BrowserContext[] = [];
  return {
    name: "Chromium",
    open: async () => {
      const profile = mkdtempSync(join(folder, "profile-"));
      mkdirSync(join(profile, "Default"));
      writeFileSync(join(profile, "Default", "Preferences"), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 }, cookie_controls_mode: 1 } }));
      const context = await playwright.launchPersistentContext(profile, { ...options, locale: "en-US" });
      contexts.push(context);
      return driven(await context.newPage(), () => context.close());
    },
    close: async () => {
      for (const context of contexts) await context.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function driven(page: Page, close: () => Promise<void>): Driven {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const frame = async (frames: readonly string[]): Promise<Frame> => {
    let at = page.mainFrame();
    for (const selector of frames) {
      const inner = await (await at.$(selector))?.contentFrame();
      if (!inner) throw new Error(`there is no frame ${selector}`);
      at = inner;
    }
    return at;
  };
  return {
    name: "Chromium",
    go: async (address) => void (await page.goto(address)),
    evaluate: async (frames, script, ...given) => (await frame(frames)).evaluate(`(${script.toString()}).apply(null, ${JSON.stringify(given)})`) as never,
    click: async (frames, selector) => (await frame(frames)).click(selector),
    press: (key) => page.keyboard.press(key),
    write: (text) => page.keyboard.type(text),
    screenshot: () => page.screenshot(),
    complaints: async () => complaints,
    close,
  };
}
