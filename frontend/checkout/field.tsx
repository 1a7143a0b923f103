// One labelled input with its hint and its error.

import type { ComponentChildren, Ref } from "preact";
import type { FieldName } from "./validate";

interface Props {
  name: FieldName;
  label: string;
  hint: string;
  autocomplete: "cc-number" | "cc-exp" | "cc-csc" | "cc-name";
  numeric: boolean;
  longest: number;
  error: string;
  input: Ref<HTMLInputElement>;
  onInput: (event: InputEvent, input: HTMLInputElement) => void;
  onLeave: () => void;
  children?: ComponentChildren;
}

export function Field({ name, label, hint, autocomplete, numeric, longest, error, input, onInput, onLeave, children }: Props) {
  return (
    <div class={`field field-${name}`}>
      <label for={name}>{label}</label>
      <div class={error ? "box wrong" : "box"}>
        <input
          ref={input}
          id={name}
          name={name}
          type="text"
          autocomplete={autocomplete}
          inputMode={numeric ? "numeric" : "text"}
          maxLength={longest}
          placeholder={hint}
          spellcheck={false}
          autocapitalize={numeric ? "off" : "words"}
          aria-required="true"
          aria-invalid={error ? "true" : "false"}
          aria-describedby={`${name}-error`}
          onInput={(event) => onInput(event as InputEvent, event.currentTarget)}
          onBlur={onLeave}
        />
        {children}
      </div>
      <p class="error" id={`${name}-error`} aria-live="polite">{error}</p>
    </div>
  );
}
