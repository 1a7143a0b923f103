// A page for the tests of the loader: its script, frames that a test speaks for, and what
// is left on it.

import { expect, vi } from "vitest";
import { VERSION } from "../shared/protocol";

export const server = "https://pay.example";

/** Loads the script as a page does by its tag, with data attributes and a nonce when given. */
export async function load(dataset: Record<string, string> = {}, nonce = ""): Promise<void> {
  const script = document.createElement("script");
  Object.defineProperty(script, "src", { value: `${server}/paywicket.js` });
  Object.assign(script.dataset, dataset);
  script.nonce = nonce;
  Object.defineProperty(document, "currentScript", { value: script, configurable: true });
  await import("./paywicket");
}

/** The page is secure, or not. happy-dom does not say. */
export const secure = (is: boolean) => vi.stubGlobal("isSecureContext", is);

/** Puts an element for a session into the page. */
export function element(session = "cs_1", attributes: Record<string, string> = {}): HTMLElementTagNameMap["paywicket-checkout"] {
  const made = document.createElement("paywicket-checkout");
  made.setAttribute("session", session);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  document.body.append(made);
  return made;
}

export const framesIn = (around: Element) => [...around.querySelectorAll("iframe")];

/** The frame whose address has an ending, by default the first. */
export function frameIn(around: Element, ending = ""): HTMLIFrameElement {
  const found = framesIn(around).find((frame) => new URL(frame.src).pathname.endsWith(ending));
  if (!found) throw new Error(`no frame ${ending}`);
  return found;
}

/** A frame that has loaded, as a test speaks for it. */
export interface Loaded {
  channel: string;
  heard: ReturnType<typeof vi.fn>; // what was sent to it
  say(type: string, detail?: object, other?: { channel?: string; origin?: string }): void;
}

/** Loads a frame: it is greeted, on its channel. */
export function loaded(frame: HTMLIFrameElement): Loaded {
  const heard = vi.fn();
  Object.defineProperty(frame, "contentWindow", { value: { postMessage: heard }, configurable: true });
  frame.dispatchEvent(new Event("load"));
  expect(heard).toHaveBeenCalledExactlyOnceWith({ type: "hello", version: VERSION, channel: expect.stringMatching(/^[0-9a-f]{32}$/) }, server);
  const { channel } = heard.mock.calls[0]?.[0];
  return {
    channel,
    heard,
    say(type, detail = {}, other = {}) {
      const data = { type, version: VERSION, channel: other.channel ?? channel, detail };
      const event = new MessageEvent("message", { data, origin: other.origin ?? server });
      Object.defineProperty(event, "source", { value: frame.contentWindow });
      dispatchEvent(event);
    },
  };
}

/** The browser refuses something for the page's policy. */
export function violate(blockedURI: string, more: object = {}): void {
  const event = new Event("securitypolicyviolation");
  document.dispatchEvent(Object.assign(event, { blockedURI, disposition: "enforce", effectiveDirective: "frame-src", ...more }));
}

/** Counts the listeners that are added to the window and the document and not taken off again. */
export function countListeners(): () => number {
  let count = 0;
  for (const target of [window, document]) {
    const { addEventListener: add, removeEventListener: remove } = target;
    const there = new Set<string>();
    const names = new Map<unknown, number>();
    const name = (type: string, listener: unknown) => {
      if (!names.has(listener)) names.set(listener, names.size);
      return `${type} ${names.get(listener)}`;
    };
    vi.spyOn(target, "addEventListener").mockImplementation((type: string, listener: EventListenerOrEventListenerObject) => {
      if (!there.has(name(type, listener))) count++;
      there.add(name(type, listener));
      add.call(target, type, listener);
    });
    vi.spyOn(target, "removeEventListener").mockImplementation((type: string, listener: EventListenerOrEventListenerObject) => {
      if (there.delete(name(type, listener))) count--;
      remove.call(target, type, listener);
    });
  }
  return () => count;
}
