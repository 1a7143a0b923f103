// The page that the script is on: where the script came from, and what is mounted in it.

import type { Look } from "../shared/protocol";
import { explain } from "./cause";
import { mount, type Mounted, type Tell } from "./mounted";

/** The tag that loaded this script. */
export const script = document.currentScript as HTMLScriptElement;
if (!script) throw new Error("Paywicket: load it by a plain <script src>, not as a module.");

/** The server that this script came from is the one whose checkout it shows. */
export const { origin } = new URL(script.src);

/**
 * Sends what the frame tells as an event of the element it is in. It does not
 * bubble: a `submit` or `change` of ours must not set off a form around it. An `error`
 * that is cancelled needs no words of ours on the page.
 */
export const telling = (element: Element): Tell => (type, detail) =>
  element.dispatchEvent(new CustomEvent(type, { detail, cancelable: type === "error" }));

/** Shows the checkout of a session. */
export function mountCheckout(container: Element, session: string, look: Look, tell: Tell): Mounted {
  if (!isSecureContext) console.warn(explain("insecure_page", origin, session));
  return mount({ container, origin, path: `/checkout/${encodeURIComponent(session)}`, title: "Secure card payment", session, look }, tell);
}

/** Finds what a page means by an element. */
export function elementOf(target: Element | string): Element {
  const element = typeof target === "string" ? document.querySelector(target) : target;
  if (!element) throw new Error(`Paywicket: there is no element ${String(target)}.`);
  return element;
}
