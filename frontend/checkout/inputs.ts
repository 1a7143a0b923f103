// The form's inputs, as the document has them, with the message below each.

import type { Said } from "./words";
import { saidBy } from "./words";
import { type FieldName, fieldNames } from "./validate";

export class Inputs {
  readonly form: HTMLFormElement;
  readonly #said = new Map<FieldName, Said>();

  constructor(form: HTMLFormElement) {
    this.form = form;
  }

  /** The input of a field; undefined where this form does not ask for it. */
  of(field: FieldName): HTMLInputElement | HTMLSelectElement | undefined {
    const found = this.form.elements.namedItem(field);
    return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found : undefined;
  }

  value(field: FieldName): string {
    return this.of(field)?.value ?? "";
  }

  set(field: FieldName, value: string): void {
    const input = this.of(field);
    if (input) input.value = value;
  }

  /** The fields that are asked for now, in the order in which they stand: shown, and not merely there. */
  get asked(): FieldName[] {
    return [...this.form.elements].flatMap((input) => {
      const field = fieldNames.find((name) => name === input.getAttribute("name"));
      return field && !input.closest("[hidden]") ? [field] : [];
    });
  }

  /** Whether a field may be left empty. */
  optional(field: FieldName): boolean {
    return this.of(field)?.getAttribute("aria-required") !== "true";
  }

  said(field: FieldName): Said | undefined {
    return this.#said.get(field);
  }

  /** Says what is wrong with a field below it; null takes that back. */
  say(field: FieldName, said: Said | null): void {
    if (said) this.#said.set(field, said);
    else this.#said.delete(field);
    this.#show(field);
  }

  /** Says it all again, in what is now the language. */
  sayAgain(): void {
    for (const field of this.#said.keys()) this.#show(field);
  }

  #show(field: FieldName): void {
    const text = saidBy(this.#said.get(field) ?? null);
    const input = this.of(field);
    const below = document.getElementById(`${field}-error`);
    if (!input || !below || below.textContent === text) return;
    below.textContent = text;
    input.setAttribute("aria-invalid", String(text !== ""));
    input.closest(".box")?.classList.toggle("wrong", text !== "");
  }
}

