// Firefox, by WebDriver BiDi.

import puppeteer, { type ElementHandle, type Frame, type KeyInput } from "puppeteer-core";
import type { Driven, Engine, Setting } from "./engines";

/** No cookies at all, which refuses a page's storage with them. */
const forgetful = { "network.cookie.cookieBehavior": 2, "dom.storage.enabled": false };

export async function firefox({ blocked = false }: Setting = {}): Promise<Engine> {
  const browser = await puppeteer.launch({
    browser: "firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr", headless: true,
    extraPrefsFirefox: { "intl.accept_languages": "en-US", ...(blocked ? forgetful : {}) },
  });
  return {
    name: "Firefox",
    open: async () => {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      const frame = async (frames: readonly string[]): Promise<Frame> => {
        let at = page.mainFrame();
        for (const selector of frames) {
          const inner = await (await at.$(selector) as ElementHandle<HTMLIFrameElement> | null)?.contentFrame();
          if (!inner) throw new Error(`there is no frame ${selector}`);
          at = inner;
        }
        return at;
      };
      const driven: Driven = {
        name: "Firefox",
        go: async (address) => void (await page.goto(address)),
        evaluate: async (frames, script, ...given) => (await frame(frames)).evaluate(`(${script.toString()}).apply(null, ${JSON.stringify(given)})`) as never,
        click: async (frames, selector) => (await frame(frames)).click(selector),
        press: async (keys) => {
          const held = keys.split("+").slice(0, -1) as KeyInput[];
          for (const key of held) await page.keyboard.down(key);
          await page.keyboard.press(keys.split("+").at(-1) as KeyInput);
          for (const key of held) await page.keyboard.up(key);
        },
        write: (text) => page.keyboard.type(text),
        screenshot: async () => Buffer.from(await page.screenshot()),
        complaints: async () => complaints,
        close: () => context.close(),
      };
      return driven;
    },
    close: () => browser.close(),
  };
}
