// A merchant's page with checkouts in it, and what it hears of them.

import type { Frame, FrameLocator, Page } from "playwright-core";

/** What a page is told by one of its checkouts. */
export type Heard = [type: string, detail: Record<string, unknown>];

/** A page that loads the script and shows nothing yet. */
export const shopPage = (url: string) => `<!doctype html><meta charset="utf-8"><title>shop</title><script src="${url}/paywicket.js"></script><main></main>`;

export const checkoutFor = (page: Page, session: string): FrameLocator => page.frameLocator(`paywicket-checkout[session="${session}"] > iframe[title]`);

export const isReady = (frame: FrameLocator) => frame.locator("html[data-ready]").waitFor({ state: "attached" });

/** Puts a checkout into the page, and waits until it can be used. */
export async function show(page: Page, session: string, attributes: Record<string, string> = {}): Promise<FrameLocator> {
  await page.evaluate(([session, attributes]) => {
    const kept = window as unknown as { heard?: Record<string, Heard[]> };
    const heard: Heard[] = ((kept.heard ??= {})[session] = []);
    const element = document.createElement("paywicket-checkout");
    for (const [name, value] of Object.entries({ session, ...attributes })) element.setAttribute(name, value);
    for (const type of ["ready", "height", "change", "submit", "action-required", "processing", "token", "decline", "error"]) {
      element.addEventListener(type, (event) => heard.push([type, (event as CustomEvent).detail]));
    }
    document.querySelector("main")?.append(element);
  }, [session, attributes] as const);
  const frame = checkoutFor(page, session);
  await isReady(frame);
  return frame;
}

/** What the page has heard of a session, of some types or of all. */
export async function heardOf(page: Page, session: string, ...types: string[]): Promise<Heard[]> {
  const all = await page.evaluate((session) => (window as unknown as { heard: Record<string, Heard[]> }).heard[session] ?? [], session);
  return all.filter(([type]) => types.length === 0 || types.includes(type));
}

/** The document that shows a session. */
export const documentOf = (page: Page, session: string): Frame => {
  const found = page.frames().find((frame) => new URL(frame.url() || "about:blank").pathname === `/checkout/${session}`);
  if (!found) throw new Error(`no frame shows ${session}`);
  return found;
};
