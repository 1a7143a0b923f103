// The card form: four inputs in one form, in one document.

import { useRef } from "preact/hooks";
import { useSignal, useSignalEffect } from "@preact/signals";
import { BrandMark } from "./brand-mark";
import { parseExpiry, retypeExpiry } from "./expiry";
import { Field } from "./field";
import { onlyDigits, retypeNumber, schemeOf } from "./number";
import type { Checkout } from "./state";
import { strings } from "./strings";
import { type FieldName, problemOf } from "./validate";

const fields: readonly FieldName[] = ["number", "expiry", "cvv", "name"];
const noErrors: Record<FieldName, string> = { number: "", expiry: "", cvv: "", name: "" };

export function Form({ checkout, amount }: { checkout: Checkout; amount: string }) {
  const form = useRef<HTMLFormElement>(null);
  const errors = useSignal(noErrors);
  const brand = useSignal("unknown");
  const inputs = {
    number: useRef<HTMLInputElement>(null), expiry: useRef<HTMLInputElement>(null),
    cvv: useRef<HTMLInputElement>(null), name: useRef<HTMLInputElement>(null),
  };
  const value = (field: FieldName) => inputs[field].current?.value ?? "";
  const now = () => checkout.data.server_time + performance.now();
  const problem = (field: FieldName) => problemOf(field, value(field), value("number"), now());
  const setError = (field: FieldName, text: string) => {
    if (errors.value[field] !== text) errors.value = { ...errors.value, [field]: text };
  };

  const changed = () => {
    const complete = fields.every((field) => !problem(field));
    checkout.peer.tell("change", { complete, brand: brand.value, method: "card" });
  };
  // While a field is typed in, an error may go but none may come.
  const typed = (field: FieldName) => {
    if (errors.value[field] && !problem(field)) setError(field, "");
    changed();
  };
  const left = (field: FieldName) => {
    if (value(field)) setError(field, problem(field));
  };

  const typeNumber = (_event: InputEvent, input: HTMLInputElement) => {
    const next = retypeNumber({ value: input.value, caret: input.selectionStart ?? input.value.length });
    if (next.value !== input.value) {
      input.value = next.value;
      input.setSelectionRange(next.caret, next.caret);
    }
    brand.value = schemeOf(onlyDigits(input.value)).brand;
    typed("number");
    advance("number", input, next.caret);
  };
  const typeExpiry = (event: InputEvent, input: HTMLInputElement) => {
    const deleting = event.inputType?.startsWith("delete") ?? false;
    const next = retypeExpiry({ value: input.value, caret: input.selectionStart ?? input.value.length }, deleting);
    if (next.value !== input.value) {
      input.value = next.value;
      input.setSelectionRange(next.caret, next.caret);
    }
    typed("expiry");
    if (!deleting) advance("expiry", input, next.caret);
  };
  const typeCVV = (_event: InputEvent, input: HTMLInputElement) => {
    const digits = onlyDigits(input.value).slice(0, 4);
    if (digits !== input.value) input.value = digits;
    typed("cvv");
  };
  // On to the next field when this one is right and its caret is at the end, and
  // only if the next is empty: going back to correct something is never a trap.
  const advance = (field: FieldName, input: HTMLInputElement, caret: number) => {
    const next = inputs[field === "number" ? "expiry" : "cvv"].current;
    const whole = field === "number" ? onlyDigits(input.value).length === schemeOf(onlyDigits(input.value)).longest || fixedLength(input.value) : /\/ \d\d$/.test(input.value);
    if (document.activeElement === input && caret === input.value.length && whole && !problem(field) && next && !next.value) next.focus();
  };

  const submit = (event: Event) => {
    event.preventDefault();
    if (checkout.busy.value) return;
    const found = Object.fromEntries(fields.map((field) => [field, problem(field)])) as Record<FieldName, string>;
    errors.value = found;
    const first = fields.find((field) => found[field]);
    if (first) return inputs[first].current?.focus();
    const expiry = parseExpiry(value("expiry"));
    if (!expiry) return;
    const card = { number: onlyDigits(value("number")), exp_month: expiry.month, exp_year: expiry.year, cvv: value("cvv"), name: value("name").trim() };
    void checkout.submit(card);
  };

  // However an outcome comes, at once or after the issuer's page or much later: a
  // paid card is forgotten; after a declined one its code is asked for again, and
  // the rest stays as it was typed.
  const { phase, result, refused } = checkout;
  const came = useRef(phase.value);
  useSignalEffect(() => {
    const before = came.current;
    came.current = phase.value;
    if (phase.value === "paid" || phase.value === "cancelled" || phase.value === "used-up" || phase.value === "expired") form.current?.reset();
    if (phase.value !== "form" || before === "form") return;
    const wrong = refused.value;
    if (wrong) setError(wrong.field, wrong.message);
    else if (inputs.cvv.current) inputs.cvv.current.value = "";
    const advice = result.value?.decline?.advice;
    const field: FieldName = wrong?.field ?? (advice === "try_again" || advice === "check_details" ? "cvv" : "number");
    // The form may still be hidden while this runs.
    requestAnimationFrame(() => {
      inputs[field].current?.focus();
      inputs[field].current?.select();
    });
  });

  const scheme = schemeOf(onlyDigits(value("number")));
  const error = errors.value;
  const paying = checkout.data.amount > 0;
  const label = checkout.busy.value ? (paying ? strings.paying : strings.saving) : paying ? strings.pay(amount) : strings.save;
  return (
    <form ref={form} noValidate onSubmit={submit} aria-busy={checkout.busy.value}>
      <Field name="number" label={strings.number} hint="1234 1234 1234 1234" autocomplete="cc-number" numeric longest={27} error={error.number} input={inputs.number} onInput={typeNumber} onLeave={() => left("number")}>
        <BrandMark brand={brand.value} />
      </Field>
      <Field name="expiry" label={strings.expiry} hint={strings.expiryHint} autocomplete="cc-exp" numeric longest={12} error={error.expiry} input={inputs.expiry} onInput={typeExpiry} onLeave={() => left("expiry")} />
      <Field name="cvv" label={strings.cvv} hint={scheme.cvv === 4 ? strings.cvvHintFront : strings.cvvHintBack} autocomplete="cc-csc" numeric longest={4} error={error.cvv} input={inputs.cvv} onInput={typeCVV} onLeave={() => left("cvv")} />
      <Field name="name" label={strings.name} hint={strings.nameHint} autocomplete="cc-name" numeric={false} longest={100} error={error.name} input={inputs.name} onInput={() => typed("name")} onLeave={() => left("name")} />
      <button type="submit" class="pay" aria-disabled={checkout.busy.value}>
        <span>{label}</span>
      </button>
      <p class="quiet">{checkout.data.sandbox ? strings.sandbox : strings.secure}</p>
    </form>
  );
}

/** Schemes with one length only are whole at that length, whatever is longest elsewhere. */
const fixedLength = (text: string): boolean => {
  const digits = onlyDigits(text);
  const { brand } = schemeOf(digits);
  return digits.length === 16 && ["visa", "mastercard", "elo"].includes(brand);
};
