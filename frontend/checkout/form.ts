// The form: checked when a field is left, sent once, and ready for the next card.

import { effect } from "@preact/signals-core";
import type { PayRequest } from "../shared/wire.gen";
import type { Choices } from "./choices";
import { parseExpiry } from "./expiry";
import type { Inputs } from "./inputs";
import { onlyDigits, schemeOf } from "./number";
import type { Checkout } from "./state";
import { watchTyping } from "./typing";
import { cvvProblem, type FieldName, fieldNames, problemOf } from "./validate";
import { language, type Said, say, sayElement } from "./words";

/** Which digits of CVV a card has, by its brand. */
const cvvDigits = (brand: string): number => (brand === "amex" ? 4 : 3);

export class Form {
  readonly #checkout: Checkout;
  readonly #inputs: Inputs;
  readonly #choices: Choices;
  readonly #button: HTMLButtonElement;
  readonly #changed: () => void;
  #labelled: string;
  #cvvSaid = `3 ${language.value.locale}`;

  constructor(checkout: Checkout, inputs: Inputs, choices: Choices, changed: () => void) {
    this.#checkout = checkout;
    this.#inputs = inputs;
    this.#choices = choices;
    this.#changed = changed;
    this.#button = inputs.form.querySelector<HTMLButtonElement>("button.pay")!;
    inputs.form.noValidate = true;
    inputs.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    watchTyping(inputs, (field) => this.#typed(field));
    for (const field of fieldNames) this.#watch(field);
    inputs.form.addEventListener("change", (event) => {
      const { name } = event.target as HTMLInputElement;
      if (name === "saved") choices.show();
      if (name === "saved" || name === "plan") this.refresh();
      if (name === "country") this.#showAddress();
      this.#tell();
    });
    // The document says everything already: what is said is said again when it changes.
    // Intl takes long when it is first used, and a shopper should type by then.
    this.#labelled = choices.plan ? "" : this.#labelKey();
    if (inputs.value("number") || choices.saved) this.#showBrand();
    this.#showAddress();
    effect(() => this.#label());
    this.#follow();
  }

  /** Shows what depends on what was put in otherwise than by typing. */
  refresh(): void {
    this.#showBrand();
    this.#lookAtNumber();
    this.#showAddress();
    this.#label();
    this.#tell();
  }

  #problem(field: FieldName): Said | null {
    const value = this.#inputs.value(field);
    if (!value.trim() && this.#inputs.optional(field)) return null;
    const { saved } = this.#choices;
    if (field === "cvv" && saved) return cvvProblem(value.trim(), cvvDigits(saved.brand));
    const { server_time } = this.#checkout.data;
    return problemOf(field, value, this.#inputs.value("number"), server_time + performance.now());
  }

  #watch(field: FieldName): void {
    const input = this.#inputs.of(field);
    if (!input) return;
    if (!["number", "expiry", "cvv"].includes(field)) input.addEventListener("input", () => this.#typed(field));
    // While a field is typed in, an error may go but none may come; it comes when it is left.
    input.addEventListener("blur", () => {
      if (input.value) this.#inputs.say(field, this.#problem(field));
    });
  }

  #typed(field: FieldName): void {
    if (this.#inputs.said(field) && !this.#problem(field)) this.#inputs.say(field, null);
    if (field === "number") {
      // How long its code is depends on the card.
      if (this.#inputs.said("cvv")) this.#inputs.say("cvv", this.#problem("cvv"));
      this.#showBrand();
      this.#lookAtNumber();
    }
    this.#tell();
  }

  #tell(): void {
    const complete = this.#inputs.asked.every((field) => !this.#problem(field));
    this.#checkout.peer.tell("change", { complete, brand: this.#brand, method: this.#choices.saved ? "saved" : "card" });
    this.#changed();
  }

  #lookAtNumber(): void {
    // The choice that comes of it is kept as what was typed is.
    void this.#choices.lookAt(onlyDigits(this.#inputs.value("number"))).then(this.#changed);
  }

  get #brand(): string {
    return this.#choices.saved?.brand ?? schemeOf(onlyDigits(this.#inputs.value("number"))).brand;
  }

  /** The scheme's mark in the number, and what its CVV looks like. */
  #showBrand(): void {
    const brand = this.#brand;
    const { form } = this.#inputs;
    const mark = brand === "unknown" ? "#unknown" : `${form.dataset.marks}#${brand}`;
    form.querySelector(".field-number .mark use")?.setAttribute("href", mark);
    const digits = this.#choices.saved ? cvvDigits(brand) : schemeOf(onlyDigits(this.#inputs.value("number"))).cvv;
    const said = `${digits} ${language.value.locale}`;
    if (said === this.#cvvSaid) return;
    this.#cvvSaid = said;
    form.dataset.cvv = String(digits);
    const cvv = this.#inputs.of("cvv") as HTMLInputElement | undefined;
    if (cvv) cvv.placeholder = say("cvvHint", { count: digits });
    const help = document.getElementById("cvv-help");
    if (help) help.textContent = say(digits === 4 ? "cvvFront" : "cvvBack");
  }

  /** The fields of an address differ by country: the country's option says which it has. */
  #showAddress(): void {
    const country = this.#inputs.of("country") as HTMLSelectElement | undefined;
    if (!country || !this.#inputs.of("postal_code")) return;
    const chosen = country.selectedOptions[0]?.dataset;
    for (const [field, has] of [["state", chosen?.state], ["postal_code", chosen?.postal ?? "1"]] as const) {
      const box = this.#inputs.of(field)?.closest<HTMLElement>(".field");
      if (box) box.hidden = !has;
    }
    const label = this.#inputs.form.querySelector<HTMLElement>("label[for=postal_code] [data-say]");
    if (!label) return;
    label.dataset.say = country.value === "US" ? "zipCode" : "postalCode";
    label.textContent = say(country.value === "US" ? "zipCode" : "postalCode");
  }

  /** What the button says: its words, how much that is, and the language. */
  #labelKey(): string {
    const { data, busy } = this.#checkout;
    const key = data.amount > 0 ? (busy.value ? "paying" : "pay") : busy.value ? "saving" : "save";
    return `${key} ${this.#choices.plan?.total ?? data.amount} ${language.value.locale}`;
  }

  #label(): void {
    const busy = String(this.#checkout.busy.value);
    this.#button.setAttribute("aria-disabled", busy);
    this.#inputs.form.setAttribute("aria-busy", busy);
    const now = this.#labelKey();
    if (now === this.#labelled) return;
    this.#labelled = now;
    const label = this.#button.querySelector<HTMLElement>("[data-say]")!;
    [label.dataset.say, label.dataset.amount] = now.split(" ");
    sayElement(label);
  }

  /** Sends what was typed, unless something is wrong with it. */
  async submit(): Promise<void> {
    if (this.#checkout.busy.value) return;
    const { asked } = this.#inputs;
    for (const field of asked) this.#inputs.say(field, this.#problem(field));
    const first = asked.find((field) => this.#inputs.said(field));
    if (first) return this.#inputs.of(first)?.focus();
    await this.#checkout.submit(this.#request());
  }

  #request(): PayRequest {
    const value = (field: FieldName) => (this.#inputs.asked.includes(field) ? this.#inputs.value(field).trim() : "");
    const { saved, plan, network } = this.#choices;
    const expiry = parseExpiry(value("expiry"));
    const request: PayRequest = saved
      ? { saved: saved.token }
      : { number: onlyDigits(value("number")), exp_month: expiry?.month ?? 0, exp_year: expiry?.year ?? 0, name: value("name") };
    if (value("cvv")) request.cvv = value("cvv");
    if (plan) request.plan = plan.count;
    if (network) request.network = network;
    if (!saved && this.#inputs.form.querySelector<HTMLInputElement>("input[name=save]")?.checked) request.save = true;
    if (value("email")) request.email = value("email");
    if (value("phone")) request.phone = value("phone");
    const country = value("country");
    const postal_code = value("postal_code");
    if (country || postal_code) {
      request.billing = { line1: value("line1"), city: value("city"), state: value("state"), postal_code, country };
    }
    return request;
  }

  /**
   * However an outcome comes, at once or after the issuer's page or much later: a paid card
   * is forgotten; after a declined one its code is asked for again, and the rest stays as
   * it was typed.
   */
  #follow(): void {
    const { phase, result, refused } = this.#checkout;
    let before = phase.value;
    effect(() => {
      const now = phase.value;
      if (now === before) return;
      const from = before;
      before = now;
      if (["paid", "cancelled", "used-up", "expired"].includes(now)) this.#inputs.form.reset();
      if (now !== "form" || from === "form") return;
      const wrong = refused.peek();
      if (wrong) this.#inputs.say(wrong.field, wrong.said);
      else this.#inputs.set("cvv", "");
      this.#tell();
      const advice = result.peek()?.decline?.advice;
      const field: FieldName = wrong?.field ?? (advice === "try_again" || advice === "check_details" || this.#choices.saved ? "cvv" : "number");
      // The form may still be hidden while this runs, and with it all that is asked.
      requestAnimationFrame(() => {
        const input = this.#inputs.asked.includes(field) ? this.#inputs.of(field) : this.#button;
        input?.focus();
        if (input instanceof HTMLInputElement) input.select();
      });
    });
  }
}
