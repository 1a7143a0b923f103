// Which part of the document is shown: the form, the issuer's page or a screen that says
// one thing. All of them are in the document from the start; the script only shows them.

import { effect } from "@preact/signals-core";
import { brandName } from "./number";
import type { Checkout } from "./state";
import { type Key, language, money, sayAgain, saidBy, say } from "./words";

/** Puts a text where it is not yet: what is announced is announced once. */
function put(element: HTMLElement | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}

export function watchView(checkout: Checkout, root: HTMLElement): void {
  const sections = [...root.querySelectorAll<HTMLElement>("[data-phases]")];
  const one = (selector: string) => root.querySelector<HTMLElement>(selector);
  const { phase, result, notice, attemptsLeft, data } = checkout;

  let shown = root.dataset.phase;
  effect(() => {
    const now = phase.value;
    root.dataset.phase = now;
    for (const section of sections) section.hidden = !section.dataset.phases?.split(" ").includes(now);
    if (now === shown) return;
    shown = now;
    // A screen that takes the form's place is read out from its heading on.
    if (now !== "form" && now !== "paying") sections.find((section) => !section.hidden)?.querySelector<HTMLElement>("h1")?.focus();
  });

  effect(() => {
    const declined = result.value?.status === "declined" ? result.value.decline : null;
    const box = one(".decline")!;
    const visible = declined !== null && (phase.value === "form" || phase.value === "used-up");
    box.hidden = !visible;
    if (!visible) return;
    void language.value;
    put(box.querySelector("strong"), say("declined"));
    const attempts = attemptsLeft.value > 0 ? ` ${say("attempts", { count: attemptsLeft.value })}` : "";
    put(box.querySelector("p"), say((declined.reason || "declinedOther") as Key) + attempts);
  });

  effect(() => {
    void language.value;
    const box = one(".notice")!;
    box.hidden = !notice.value || phase.value === "challenge";
    put(box, saidBy(notice.value));
  });

  effect(() => {
    const paid = result.value;
    if (!paid || phase.value !== "paid") return;
    void language.value;
    const gaps = { amount: money(paid.amount), brand: brandName(paid.brand), last4: paid.last4 };
    put(one(".paid h1"), say(data.amount > 0 ? "paid" : "saved"));
    put(one(".paid p"), say(data.amount > 0 ? "paidWith" : "savedWith", gaps));
  });

  let spoken = language.value;
  effect(() => {
    if (language.value === spoken) return; // the document says it so already
    spoken = language.value;
    document.documentElement.lang = spoken.locale.split("-")[0] ?? "en"; // of the words, whatever the region
    sayAgain(root);
  });
}
