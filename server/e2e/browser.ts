// A real Chromium, and how a shopper fills the form in it.

import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium, type FrameLocator, type LaunchOptions, type Page } from "playwright-core";

/** Debian's Chromium; it must not look for anything outside this machine. */
export const options: LaunchOptions = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
  ],
};

/** The whole browser, for what is about the browser itself: what it keeps, and what it tells of itself. */
export const launchWhole = (): Promise<Browser> => chromium.launch(options);

/** Chromium without its windows, where it is installed: the same engine in two thirds of the time. */
const shell = "/usr/bin/chromium-headless-shell";
export const quick: LaunchOptions = !process.env.CHROMIUM && existsSync(shell) ? { ...options, executablePath: shell } : options;

export const launch = (): Promise<Browser> => chromium.launch(quick);

export interface Typed {
  number: string;
  expiry?: string;
  cvv?: string;
  name?: string;
}

/** The checkout's frame in a page. */
export const checkoutOf = (page: Page): FrameLocator => page.frameLocator("iframe[title='Secure card payment']");

/** Types a card into the inputs, found by their standard names. */
export async function fill(frame: FrameLocator, card: Typed): Promise<void> {
  await frame.locator("[autocomplete='cc-number']").fill(card.number);
  await frame.locator("[autocomplete='cc-exp']").fill(card.expiry ?? "12 / 30");
  await frame.locator("[autocomplete='cc-csc']").fill(card.cvv ?? "123");
  await frame.locator("[autocomplete='cc-name']").fill(card.name ?? "Ada Lovelace");
}

export async function pay(frame: FrameLocator, card: Typed): Promise<void> {
  await fill(frame, card);
  await frame.getByRole("button", { name: /^Pay/ }).click();
}

/** Serves pages of another origin: somebody else's site, or a merchant's. */
export async function serve(pages: Record<string, string>): Promise<{ origin: string; server: Server }> {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ""];
    response.writeHead(page ? 200 : 404, { "Content-Type": "text/html" });
    response.end(page);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
