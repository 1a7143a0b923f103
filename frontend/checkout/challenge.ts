// The issuer's page, in a frame of ours, with a way out and an eye on whether it works.

import { effect } from "@preact/signals-core";
import type { Checkout } from "./state";
import { say } from "./words";

/** After so long, in milliseconds, the shopper is offered to load the issuer's page once more. */
const PATIENCE = 15_000;

export function watchChallenge(checkout: Checkout, section: HTMLElement, frameTitle: () => string = () => say("challengeFrame")): void {
  const place = section.querySelector<HTMLElement>(".bank-place")!;
  const slow = section.querySelector<HTMLElement>(".slow")!;
  let frame: HTMLIFrameElement | undefined;
  let shown = "";
  let watching: ReturnType<typeof setTimeout> | undefined;

  const watch = () => {
    clearTimeout(watching);
    slow.hidden = true;
    watching = setTimeout(() => (slow.hidden = false), PATIENCE);
  };
  const close = () => {
    clearTimeout(watching);
    frame?.remove();
    frame = undefined;
    shown = "";
  };
  const open = (url: string) => {
    close();
    shown = url;
    frame = document.createElement("iframe");
    frame.className = "bank";
    frame.title = frameTitle();
    frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin allow-popups");
    frame.referrerPolicy = "no-referrer";
    frame.src = url;
    place.replaceChildren(frame);
    watch();
  };

  effect(() => {
    const action = checkout.phase.value === "challenge" ? checkout.result.value?.action : null;
    if (!action) close();
    else if (action.url !== shown) open(action.url);
  });

  section.querySelector(".reload")?.addEventListener("click", () => {
    if (shown) open(shown);
    void checkout.look();
  });
  section.querySelector(".other")?.addEventListener("click", () => checkout.useAnotherCard());

  // The page that the issuer returns to is ours; it says when it is there. If it never
  // does, the result is asked for regularly all the same.
  addEventListener("message", (event: MessageEvent) => {
    const returned = event.origin === location.origin && frame !== undefined && event.source === frame.contentWindow;
    if (returned && (event.data as { type?: unknown } | null)?.type === "challenge-returned") void checkout.look();
  });
}
