// A card is typed with real keys into the real frame, or filled in by a browser.

import type { Server } from "node:http";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launch, serve } from "./browser";
import { Program } from "./program";
import { documentOf, heardOf, shopPage, show } from "./shop";

let program: Program;
let browser: Browser;
let merchant: { origin: string; server: Server };
const pages: Record<string, string> = {};

beforeAll(async () => {
  merchant = await serve(pages);
  program = await Program.start("--origin", merchant.origin);
  pages["/"] = shopPage(program.url) + "<textarea></textarea>";
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
  merchant?.server.close();
});

let page: Page;
let session: string;
let frame: FrameLocator;

beforeEach(async () => {
  page = await (await browser.newContext({ locale: "en-US" })).newPage();
  await page.goto(`${merchant.origin}/`);
  session = await program.session();
  frame = await show(page, session);
});
afterEach(() => page.context().close());

const input = (name: string) => frame.locator(`[name=${name}]`);
const value = (name: string) => input(name).inputValue();
const focused = () => documentOf(page, session).evaluate(() => document.activeElement?.getAttribute("name"));
const caret = (name: string) => input(name).evaluate((element) => (element as HTMLInputElement).selectionStart);
const errors = async () => (await frame.locator(".error").allTextContents()).filter(Boolean);
const type = (text: string) => page.keyboard.type(text);
const press = async (...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** Puts a text on the clipboard as a person does: from another field. */
async function copy(text: string): Promise<void> {
  await page.locator("textarea").fill(text);
  await page.locator("textarea").focus();
  await press("Control+A", "Control+C");
}

test("each brand is seen from its first digits, with its mark, its groups and its security code", async () => {
  const href = () => frame.locator(".field-number .mark use").getAttribute("href");
  const brands: [first: string, rest: string, grouped: string, brand: string, digits: number][] = [
    ["4", "111111111111111", "4111 1111 1111 1111", "visa", 3],
    ["55", "55555555554444", "5555 5555 5555 4444", "mastercard", 3],
    ["37", "8282246310005", "3782 822463 10005", "amex", 4],
    ["36", "227206271667", "3622 720627 1667", "diners", 3],
    ["6011", "111111111117", "6011 1111 1111 1117", "discover", 3],
    ["3530", "111333300000", "3530 1113 3330 0000", "jcb", 3],
    ["506146", "0410120223210", "5061 4604 1012 0223 210", "verve", 3],
  ];
  for (const [first, rest, grouped, brand, digits] of brands) {
    await input("number").click();
    await press("Control+A", "Delete");
    expect(await href()).toBe("#unknown");
    await type(first);
    expect(await href(), `after ${first}`).toMatch(new RegExp(`^/.+\\.svg#${brand}$`));
    await type(rest);
    expect(await value("number")).toBe(grouped);
    expect(await href()).toMatch(new RegExp(`#${brand}$`));
    expect(await frame.locator("form").getAttribute("data-cvv")).toBe(String(digits));
    expect(await input("cvv").getAttribute("placeholder")).toBe(`${digits} digits`);
    expect(await frame.locator("#cvv-help").textContent()).toContain(digits === 4 ? "front" : "back");
    const drawn = () => frame.locator(".field-number .mark use").evaluate((use) => (use as SVGUseElement).getBBox().width);
    await expect.poll(drawn, { message: brand }).toBeGreaterThan(0);
  }
  const told = (await heardOf(page, session, "change")).map(([, { brand }]) => brand);
  for (const [, , , brand] of brands) expect(told).toContain(brand);
});

test("the caret stays where something is edited or pasted, and a whole card takes the place of all", async () => {
  await input("number").click();
  await type("4111111111111");
  expect(await value("number")).toBe("4111 1111 1111 1");
  await press("Home", "ArrowRight", "ArrowRight", "Backspace");
  expect([await value("number"), await caret("number")]).toEqual(["4111 1111 1111", 1]);
  await type("29");
  expect([await value("number"), await caret("number")]).toEqual(["4291 1111 1111 11", 3]);
  await press("ArrowRight", "Delete");
  expect([await value("number"), await caret("number")]).toEqual(["4291 1111 1111 11", 4]);
  await type("7");
  expect([await value("number"), await caret("number")]).toEqual(["4291 7111 1111 111", 6]);
  await copy("8 8");
  await input("number").focus();
  await input("number").evaluate((element) => (element as HTMLInputElement).setSelectionRange(2, 2));
  await press("Control+V");
  expect([await value("number"), await caret("number")]).toEqual(["4288 9171 1111 1111 1", 4]);
  for (const whole of ["5555-5555-5555-4444", " 5555 5555 5555 4444\t", "5555\u00a05555\u00a05555\u00a04444", "5555.5555.5555.4444"]) {
    await copy(whole);
    await input("number").fill("4111 1111");
    await input("expiry").fill("");
    await input("number").focus();
    await press("Home", "ArrowRight", "Control+V");
    expect(await value("number"), whole).toBe("5555 5555 5555 4444");
    expect(await focused()).toBe("expiry");
  }
  expect(await errors()).toEqual([]);
});

test("an expiry date is typed any usual way, and the next field comes only when all of it is there", async () => {
  for (const keys of ["1/30", "0130", "01/30", "01/2030", "012030", "01-30", "1 30", "01 / 30", "01.2030"]) {
    await input("expiry").fill("");
    await input("cvv").fill("");
    await input("expiry").focus();
    await type(keys);
    expect([await value("expiry"), await value("cvv")], keys).toEqual(["01 / 30", ""]);
    expect(await focused(), keys).toBe("cvv");
  }
  await input("expiry").focus();
  await press("Control+A");
  await type("12/20");
  expect(await errors()).toEqual([]);
  await press("Tab");
  expect(await errors()).toEqual(["This card has expired. Use another card."]);
});

test("the next field comes by itself, and going back to correct something is no trap", async () => {
  await input("number").click();
  await type("4111111111111111");
  expect(await focused()).toBe("expiry");
  await press("Shift+Tab", "End", "ArrowLeft", "Backspace");
  await type("2");
  expect([await value("number"), await focused()]).toEqual(["4111 1111 1111 1121", "number"]);
  await press("End", "ArrowLeft", "Backspace");
  await type("1");
  // Right again, but the caret is not at the end.
  expect([await value("number"), await focused()]).toEqual(["4111 1111 1111 1111", "number"]);
  await press("Tab");
  await type("1230");
  expect(await focused()).toBe("cvv");
  await press("Shift+Tab", "End", "Backspace");
  expect([await value("expiry"), await focused()]).toEqual(["12 / 3", "expiry"]);
  await press("Backspace", "Backspace", "Backspace", "Backspace", "Backspace", "Backspace");
  expect([await value("expiry"), await focused()]).toEqual(["", "expiry"]);
  await type("0130");
  expect([await value("expiry"), await focused()]).toEqual(["01 / 30", "cvv"]);
  await type("123");
  expect(await focused()).toBe("cvv");
  // With everything filled in, nothing moves on any more.
  await input("number").focus();
  await press("End", "Backspace");
  await type("1");
  expect([await value("number"), await focused()]).toEqual(["4111 1111 1111 1111", "number"]);
  await press("Tab", "End", "Backspace");
  await type("1");
  expect([await value("expiry"), await focused()]).toEqual(["01 / 31", "expiry"]);
  expect(await errors()).toEqual([]);
});

test("errors come when a field is left, never while it is typed in, and go while it is", async () => {
  await input("number").click();
  await press("Tab", "Tab", "Tab", "Tab");
  expect(await errors(), "nothing is said of what is empty").toEqual([]);
  await input("number").click();
  for (const digit of "411111") {
    await type(digit);
    expect(await errors()).toEqual([]);
  }
  await press("Tab");
  expect(await errors()).toEqual(["The card number is not complete."]);
  expect(await input("number").getAttribute("aria-invalid")).toBe("true");
  await input("expiry").focus();
  await type("13");
  expect(await errors()).toEqual(["The card number is not complete."]);
  await press("Tab");
  expect(await errors()).toContain("Enter the month and year on the card, such as 04 / 30.");
  await press("Shift+Tab", "Control+A");
  await type("0430");
  expect(await errors()).toEqual(["The card number is not complete."]);
  await input("cvv").focus();
  await type("1234");
  await press("Tab");
  expect(await errors()).toContain("The security code has 3 digits.");
  // The code is right once the number is known to be one of American Express.
  await input("number").focus();
  await press("Control+A");
  await type("378282246310005");
  expect(await errors()).toEqual([]);
  for (const name of ["number", "expiry", "cvv"]) expect(await input(name).getAttribute("aria-invalid")).toBe("false");
});

const filled = { number: "4111111111111111", expiry: "12/2030", cvv: "123", name: "Ada Lovelace" };

test.each([null, "number", "name"])("a browser or a password manager fills everything in at once, and the focus stays at %s", async (at) => {
  if (at) await input(at).focus();
  else await page.locator("textarea").focus();
  const before = await focused();
  const form = documentOf(page, session);
  const facts = await form.evaluate((values) => {
    const moves: string[] = [];
    addEventListener("focusin", (event) => moves.push((event.target as HTMLInputElement).name));
    const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
    const inputs = Object.keys(values).map((name) => document.querySelector<HTMLInputElement>(`[name=${name}]`)!);
    for (const input of inputs) {
      put?.call(input, values[input.name as keyof typeof values]);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return { moves, forms: [...new Set(inputs.map((input) => input.form?.id))], valid: inputs.map((input) => input.validity.valid) };
  }, filled);
  expect(facts).toEqual({ moves: [], forms: ["form"], valid: [true, true, true, true] });
  expect(await focused()).toBe(before);
  expect(await Promise.all(Object.keys(filled).map(value))).toEqual(["4111 1111 1111 1111", "12 / 30", "123", "Ada Lovelace"]);
  expect(await errors()).toEqual([]);
  await expect.poll(async () => (await heardOf(page, session, "change")).at(-1)?.[1]).toEqual({ complete: true, brand: "visa", method: "card" });
});

test("digits as an Arabic keyboard has them are a card too", async () => {
  await input("number").click();
  await type("٤١١١١١١١١١١١١١١١");
  expect([await value("number"), await focused()]).toEqual(["4111 1111 1111 1111", "expiry"]);
  await type("١٢٣٠");
  expect([await value("expiry"), await focused()]).toEqual(["12 / 30", "cvv"]);
  await type("۱۲۳");
  expect(await value("cvv")).toBe("123");
  await press("Tab");
  await type("Ada");
  await press("Enter");
  await frame.getByText("Payment complete").waitFor();
});

test("each field has one name, is in one document, and what is right in it is right natively", async () => {
  const fields = await documentOf(page, session).evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>("form input:not([type=hidden])")].map((input) => [input.name, input.autocomplete, input.inputMode, input.hasAttribute("pattern")]));
  expect(fields).toEqual([["number", "cc-number", "numeric", false], ["expiry", "cc-exp", "numeric", false], ["cvv", "cc-csc", "numeric", false], ["name", "cc-name", "text", false]]);
  await input("number").click();
  await type(filled.number);
  await type("0130");
  await type("123");
  await press("Tab");
  await type("Ada");
  const valid = () => frame.locator("form input").evaluateAll((inputs) => inputs.every((input) => (input as HTMLInputElement).validity.valid && input.getAttribute("aria-invalid") !== "true"));
  expect([await valid(), await frame.locator("iframe").count()]).toEqual([true, 0]);
});
