import { beforeEach, describe, expect, test } from "vitest";
import { Inputs } from "./inputs";
import { watchTyping } from "./typing";

let inputs: Inputs;
const input = (name: "number" | "expiry" | "cvv") => inputs.of(name) as HTMLInputElement;

beforeEach(() => {
  document.body.innerHTML = `<form><input name="number"><input name="expiry"><input name="cvv"></form>`;
  inputs = new Inputs(document.querySelector("form")!);
  watchTyping(inputs, () => undefined);
});

/** Types at the end, as a shopper does. */
function type(name: "number" | "expiry" | "cvv", keys: string, inputType = "insertText"): void {
  const field = input(name);
  field.focus();
  for (const key of keys) {
    if (document.activeElement !== field) break;
    field.value += key;
    field.setSelectionRange(field.value.length, field.value.length);
    field.dispatchEvent(new InputEvent("input", { inputType, bubbles: true }));
  }
}

describe("the next field comes by itself", () => {
  test("when a card's number is whole and right", () => {
    type("number", "4111111111111111");
    expect(input("number").value).toBe("4111 1111 1111 1111");
    expect(document.activeElement).toBe(input("expiry"));
    type("expiry", "1230");
    expect(document.activeElement).toBe(input("cvv"));
  });

  test("not when a digit is wrong", () => {
    type("number", "4111111111111112");
    expect(document.activeElement).toBe(input("number"));
  });

  test("not when there is something in it: who goes back to correct is not sent away", () => {
    input("expiry").value = "12 / 30";
    type("number", "4111111111111111");
    expect(document.activeElement).toBe(input("number"));
  });

  test("not when a browser fills the form in", () => {
    input("number").focus();
    input("number").value = "4111111111111111";
    input("number").dispatchEvent(new Event("input", { bubbles: true }));
    expect(input("number").value).toBe("4111 1111 1111 1111");
    expect(document.activeElement).toBe(input("number"));
  });

  test("not at the usual length of a scheme that has longer ones, unless it is right", () => {
    type("number", "6212345678901265");
    expect(document.activeElement).toBe(input("number")); // UnionPay has nineteen too
  });
});

test.each([
  ["4111-1111-1111-1111", "4111 1111 1111 1111"], ["378282246310005", "3782 822463 10005"], [" 4111 1111 1111 1111\n", "4111 1111 1111 1111"],
])("a card that is pasted, %j, takes the place of what stood there", (text, shown) => {
  type("number", "55");
  const data = new DataTransfer();
  data.setData("text", text);
  input("number").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  expect(input("number").value).toBe(shown);
});

test("what is no card is pasted as anywhere", () => {
  const data = new DataTransfer();
  data.setData("text", "1234");
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  input("number").dispatchEvent(event);
  expect(event.defaultPrevented).toBe(false);
});

test("a security code has digits only, four at most, in whatever script", () => {
  type("cvv", "1a2٣4");
  expect(input("cvv").value).toBe("1234");
  type("cvv", "5");
  expect(input("cvv").value).toBe("1234");
});
