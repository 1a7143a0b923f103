// The three browser engines, as far as going to an address.

import { type ChildProcess, spawn } from "node:child_process";
import puppeteer from "puppeteer-core";
import { launch } from "./browser";

/** A browser that goes to addresses. */
export interface Driven {
  name: string;
  go(address: string): Promise<void>;
  close(): Promise<void>;
}

export async function chromium(): Promise<Driven> {
  const browser = await launch();
  const page = await (await browser.newContext()).newPage();
  return { name: "Chromium", go: async (address) => void (await page.goto(address)), close: () => browser.close() };
}

export async function firefox(): Promise<Driven> {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true });
  const page = await browser.newPage();
  return { name: "Firefox", go: async (address) => void (await page.goto(address)), close: () => browser.close() };
}

export async function webkit(): Promise<Driven> {
  const port = 20000 + (process.pid % 10000);
  const driver: ChildProcess = spawn("xvfb-run", ["-a", "/usr/bin/WebKitWebDriver", `--port=${port}`], {
    stdio: "ignore", detached: true,
    env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", LIBGL_ALWAYS_SOFTWARE: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1" },
  });
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    return ((await answer.json()) as { value: { sessionId: string } }).value;
  };
  const options = { binary: "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser", args: ["--automation"] };
  let session = "";
  for (let tries = 0; !session && tries < 60; tries++) {
    await new Promise((go) => setTimeout(go, 500));
    session = await call("POST", "/session", { capabilities: { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": options } } }).then(({ sessionId }) => sessionId, () => "");
  }
  return {
    name: "WebKit", go: async (address) => void (await call("POST", `/session/${session}/url`, { url: address })),
    close: async () => {
      await call("DELETE", `/session/${session}`).catch(() => undefined);
      process.kill(-driver.pid!);
    },
  };
}
