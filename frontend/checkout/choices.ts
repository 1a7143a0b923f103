// What the shopper chooses beside typing: a saved card, installments, the brand of a card
// that carries two.

import type { Inputs } from "./inputs";
import { brandName } from "./number";
import { forget, networksOf } from "./server";
import { say } from "./words";

/** The value of the choice that is made among the radio buttons of a name; empty for none. */
export function chosen(form: HTMLFormElement, name: string): HTMLInputElement | undefined {
  return [...form.querySelectorAll<HTMLInputElement>(`input[type=radio][name="${name}"]`)].find((radio) => radio.checked);
}

/** The fields of a card that is typed, which a saved card does without. */
const ofNewCard = ["number", "expiry", "name"] as const;

export class Choices {
  readonly #inputs: Inputs;
  readonly #session: string;
  readonly #askCVV: boolean;
  readonly #announce: (text: string) => void;
  #bin = "";

  /** The network that was chosen before, when the card's networks are known again. */
  preferred: string | undefined;

  constructor(inputs: Inputs, session: string, askCVV: boolean, announce: (text: string) => void) {
    this.#inputs = inputs;
    this.#session = session;
    this.#askCVV = askCVV;
    this.#announce = announce;
    for (const button of inputs.form.querySelectorAll<HTMLButtonElement>("button[value^='forget:']")) {
      button.addEventListener("click", (event) => {
        event.preventDefault();
        void this.#forget(button);
      });
    }
    this.show();
  }

  /** The saved card that is chosen: its token and brand. Undefined when a card is typed. */
  get saved(): { token: string; brand: string } | undefined {
    const radio = chosen(this.#inputs.form, "saved");
    return radio?.value ? { token: radio.value, brand: radio.dataset.brand ?? "unknown" } : undefined;
  }

  /** In how many payments it is to be paid, 0 for one, and what those are in all. */
  get plan(): { count: number; total: number } | undefined {
    const radio = chosen(this.#inputs.form, "plan");
    return radio && Number(radio.value) > 0 ? { count: Number(radio.value), total: Number(radio.dataset.total) } : undefined;
  }

  get network(): string {
    return this.saved ? "" : (chosen(this.#inputs.form, "network")?.value ?? "");
  }

  /** Shows the fields that the chosen way to pay needs. */
  show(): void {
    const saved = this.saved !== undefined;
    for (const field of ofNewCard) this.#toggle(field, saved);
    this.#toggle("cvv", saved && !this.#askCVV);
    for (const element of this.#inputs.form.querySelectorAll<HTMLElement>(".of-new-card")) {
      element.hidden = saved || (element.classList.contains("networks") && !element.querySelector("input"));
    }
  }

  #toggle(field: "number" | "expiry" | "name" | "cvv", hidden: boolean): void {
    const box = this.#inputs.of(field)?.closest<HTMLElement>(".field");
    if (box) box.hidden = hidden;
    if (hidden) this.#inputs.say(field, null);
  }

  async #forget(button: HTMLButtonElement): Promise<void> {
    const row = button.closest<HTMLElement>(".saved-card");
    const { brand = "", last4 = "" } = button.dataset;
    button.disabled = true;
    if (!row || !(await forget(this.#session, button.value.slice("forget:".length)))) {
      button.disabled = false;
      return this.#announce(say("notSent"));
    }
    row.remove();
    const radios = this.#inputs.form.querySelectorAll<HTMLInputElement>("input[name=saved]");
    const next = chosen(this.#inputs.form, "saved") ?? [...radios].find((radio) => !radio.disabled);
    if (next) next.checked = true;
    next?.dispatchEvent(new Event("change", { bubbles: true })); // as if the shopper had chosen it
    // Nothing is left but to type one: there is nothing to choose any more.
    if (radios.length === 1) radios[0]?.closest("fieldset")?.remove();
    this.show();
    this.#announce(say("removed", { brand, last4 }));
    (radios.length === 1 ? this.#inputs.of("number") : next)?.focus();
  }

  /** Says again what is read out and not shown. */
  sayAgain(): void {
    for (const button of this.#inputs.form.querySelectorAll<HTMLButtonElement>("button[value^='forget:']")) {
      const { brand = "", last4 = "" } = button.dataset;
      button.ariaLabel = say("removeCard", { brand, last4 });
    }
  }

  /** Asks for the brands of a card as soon as its first eight digits are there. */
  async lookAt(digits: string): Promise<void> {
    const bin = digits.slice(0, 8);
    const place = this.#inputs.form.querySelector<HTMLElement>(".networks");
    if (!place || bin === this.#bin || (bin.length < 8 && !this.#bin)) return;
    const asked = (this.#bin = bin.length < 8 ? "" : bin);
    const names = asked ? await networksOf(this.#session, asked) : [];
    if (this.#bin !== asked) return; // it was typed over meanwhile
    const list = place.querySelector(".options");
    list?.replaceChildren(...names.map((brand, at) => {
      const label = document.createElement("label");
      const radio = document.createElement("input");
      Object.assign(radio, { type: "radio", name: "network", value: brand, checked: brand === this.preferred || at === 0 });
      label.className = "option";
      label.append(radio, brandName(brand));
      return label;
    }));
    this.show();
    if (names.length) this.#announce(say("networkHelp"));
  }
}
