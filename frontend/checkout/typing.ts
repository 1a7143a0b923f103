// What happens while a card is typed: digits are grouped, a whole date is shaped, and the
// next field comes by itself, in a way that never traps.

import { retypeExpiry } from "./expiry";
import type { Inputs } from "./inputs";
import { luhn, onlyDigits, plainDigits, retypeNumber, schemeOf, type Typed } from "./number";

/** Puts a shaped value into its input, unless it stands there already. */
function put(input: HTMLInputElement, next: Typed): void {
  if (next.value === input.value) return;
  input.value = next.value;
  // A field that is being filled in has no caret, and setting one would take the focus there.
  if (document.activeElement === input) input.setSelectionRange(next.caret, next.caret);
}

const stands = (input: HTMLInputElement): Typed => ({ value: plainDigits(input.value), caret: input.selectionStart ?? input.value.length });

/** Whether somebody types, rather than a browser or a password manager filling in. */
const byHand = (event: Event): boolean => (event as InputEvent).inputType?.startsWith("insert") === true && (event as InputEvent).inputType !== "insertReplacementText";

const deletes = (event: Event): boolean => (event as InputEvent).inputType?.startsWith("delete") === true;

/** Schemes whose numbers have one usual length: whole there, though a few are longer. */
const usual: Record<string, number> = { visa: 16, mastercard: 16, discover: 16, jcb: 16, mir: 16, rupay: 16 };

function isWhole(number: string): boolean {
  const digits = onlyDigits(number);
  const { brand, lengths } = schemeOf(digits);
  return luhn(digits) && digits.length === (usual[brand] ?? Math.max(...lengths));
}

/** Watches the inputs of a card; `changed` hears of each change with its field's name. */
export function watchTyping(inputs: Inputs, changed: (field: "number" | "expiry" | "cvv") => void): void {
  // On to the next field when this one is right and its caret at the end, and only if
  // the next is empty: going back to correct something is never a trap.
  const advance = (event: Event, input: HTMLInputElement, whole: boolean, to: "expiry" | "cvv") => {
    const next = inputs.of(to);
    if (whole && byHand(event) && document.activeElement === input && input.selectionStart === input.value.length && next && !next.value) next.focus();
  };
  const on = (field: "number" | "expiry" | "cvv", type: (event: Event, input: HTMLInputElement) => void) => {
    const input = inputs.of(field) as HTMLInputElement | undefined;
    input?.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) type(event, input);
    });
  };

  on("number", (event, input) => {
    put(input, retypeNumber(stands(input)));
    changed("number");
    advance(event, input, isWhole(input.value), "expiry");
  });
  on("expiry", (event, input) => {
    put(input, retypeExpiry(stands(input), deletes(event)));
    changed("expiry");
    // A year that begins with 20 may go on: 01/2030.
    advance(event, input, /^\d\d \/ (?!20)\d\d$/.test(input.value), "cvv");
  });
  on("cvv", (_event, input) => {
    const digits = onlyDigits(input.value).slice(0, 4);
    put(input, { value: digits, caret: Math.min(input.selectionStart ?? 4, digits.length) });
    changed("cvv");
  });

  // A whole card that is pasted takes the place of what stood there, wherever the caret was.
  const number = inputs.of("number") as HTMLInputElement | undefined;
  number?.addEventListener("paste", (event) => {
    const digits = onlyDigits(event.clipboardData?.getData("text") ?? "");
    if (digits.length < 12 || digits.length > 19) return;
    event.preventDefault();
    put(number, retypeNumber({ value: digits, caret: digits.length }));
    number.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
  });
}
