// The script of the checkout's document. The document is whole without it; this makes it
// pleasant: what is typed is shaped, checked and sent without leaving the page.

import { effect, untracked } from "@preact/signals-core";
import { Peer } from "../shared/channel";
import type { PageData } from "../shared/wire.gen";
import { watchChallenge } from "./challenge";
import { Choices } from "./choices";
import { Form } from "./form";
import { watchHeight } from "./height";
import { Inputs } from "./inputs";
import { forgetKept, keep, restore } from "./keep";
import { dress, speak } from "./options";
import { Checkout } from "./state";
import { watchView } from "./view";
import { language, say, useCurrency, type Words } from "./words";

const root = document.getElementById("checkout");
const carried = document.getElementById("page-data")?.textContent;

function start(root: HTMLElement, data: PageData): void {
  useCurrency(data.currency, data.exponent);
  language.value = { locale: data.locale, words: data.words as Words };
  // On its own, outside any shop's page, there is nobody to tell.
  const peer = data.framed
    ? new Peer(window.parent, data.origins, () => peer.tell("ready", {}), (options) => {
        if (options.locale) void speak(options.locale);
        if (options.appearance) dress(data.session, data.labels, options.appearance);
      })
    : { tell: () => undefined };
  const checkout = new Checkout(data, peer as Peer);
  if (data.status === "completed") console.warn("Paywicket: this session was paid. Open another for another purchase.");
  const form = root.querySelector("form");
  if (form) {
    const inputs = new Inputs(form);
    const status = document.getElementById("announced");
    const announce = (text: string) => {
      if (status) status.textContent = text;
    };
    const choices = new Choices(inputs, data.session, data.ask_saved_cvv, announce);
    const behaviour = new Form(checkout, inputs, choices, () => keep(data.session, inputs));
    // Also behind an issuer's page, which may be left for another card.
    const kept = restore(data.session, inputs);
    choices.preferred = kept?.network;
    if (kept) {
      choices.show();
      behaviour.refresh();
    }
    effect(() => announce(checkout.busy.value ? say(data.amount > 0 ? "paying" : "saving") : ""));
    effect(() => {
      if (["paid", "cancelled", "expired", "used-up"].includes(checkout.phase.value)) forgetKept(data.session);
    });
    let spoken = language.value;
    effect(() => {
      if (language.value === spoken) return;
      spoken = language.value;
      untracked(() => {
        inputs.sayAgain();
        choices.sayAgain();
        behaviour.refresh();
      });
    });
  }
  watchView(checkout, root);
  watchChallenge(checkout, root.querySelector<HTMLElement>(".challenge")!);
  watchHeight(root, peer as Peer);
  addEventListener("online", () => void checkout.look());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) void checkout.refresh();
  });
  document.documentElement.dataset.ready = "";
}

if (root && carried) {
  const data = JSON.parse(carried) as PageData;
  for (const complaint of data.complaints) console.warn(`Paywicket: ${complaint}`);
  start(root, data);
}
