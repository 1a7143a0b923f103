// What a shopper chooses beside typing a card: a saved one, installments, the brand of a card
// that carries two; and what else a form asks for.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fill, launch } from "./browser";
import { type Authorization, Program } from "./program";

const approved = "4111 1111 1111 1111";

let program: Program;
let browser: Browser;

beforeAll(async () => {
  program = await Program.start();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
});

let page: Page;

beforeEach(async () => {
  page = await (await browser.newContext({ locale: "en-US" })).newPage();
});
afterEach(() => page.context().close());

const inPage = (page: Page) => page as unknown as Parameters<typeof fill>[0];

/** Opens a session on its own page. */
async function open(more: Record<string, unknown>): Promise<string> {
  const session = await program.session(more);
  await page.goto(`${program.url}/checkout/${session}`);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  return session;
}

async function paid(): Promise<Authorization & { installments: number; network?: string; cvv_result: string }> {
  await page.locator("button.pay:visible").click();
  await page.getByText("Payment complete").waitFor();
  return (await program.ledger()).at(-1) as Awaited<ReturnType<typeof paid>>;
}

const listed = () => page.locator(".saved-card .what").allInnerTexts();
const shown = (name: string) => page.locator(`[name=${name}]:visible`).count();

/** Saves cards under a customer, with the shopper's consent. */
async function save(id: string, ...cards: Parameters<typeof fill>[1][]): Promise<void> {
  for (const card of cards) {
    await open({ customer: { id }, save_card: "ask" });
    const another = page.getByLabel("Another card");
    if (await another.count()) await another.check();
    await fill(inPage(page), card);
    await page.getByLabel("Save this card for my next purchase at Kestrel Kettles").check();
    await paid();
  }
}

test("a card is saved with consent alone, is offered to its customer alone, and is paid with by its code alone", async () => {
  await open({ customer: { id: "ada" }, save_card: "ask" });
  expect(await page.locator(".saved-card").count()).toBe(0);
  await fill(inPage(page), { number: approved });
  expect(await page.locator("[name=save]").isChecked()).toBe(false);
  await paid();
  await open({ customer: { id: "ada" } });
  expect(await page.locator(".saved-card").count(), "saved without consent").toBe(0);

  await save("ada", { number: approved });
  await open({ customer: { id: "ada" } });
  expect(await listed()).toEqual([expect.stringMatching(/^Visa ending in 1111\s+expires 12\/30$/)]);
  expect([await shown("number"), await shown("expiry"), await shown("cvv"), await shown("name")]).toEqual([0, 0, 1, 0]);
  await page.locator("button.pay").click();
  await page.getByText("Enter the security code.").waitFor();
  await page.locator("[name=cvv]").fill("123");
  expect(await paid()).toMatchObject({ status: "approved", last4: "1111", cvv_result: "M" });
  await page.getByText("$49.00 paid with Visa ending in 1111.").waitFor();

  await open({ customer: { id: "ada" }, saved_card_cvv: "skip" });
  expect([await shown("number"), await shown("cvv")]).toEqual([0, 0]);
  await page.getByLabel("Another card").check();
  expect([await shown("number"), await shown("cvv")]).toEqual([1, 1]);
  await page.getByRole("radio", { name: "Visa ending in 1111" }).check();
  expect(await paid()).toMatchObject({ status: "approved", last4: "1111" });

  await open({ customer: { id: "eve" } });
  expect(await page.locator(".saved-card").count(), "another customer's").toBe(0);
  await open({ customer: { id: "ada" }, saved_cards: "hide" });
  expect(await page.locator(".saved-card").count()).toBe(0);
}, 60_000);

test("a saved card is removed with the mouse or the keyboard, and is offered no more", async () => {
  await save("grace", { number: approved }, { number: "3782 822463 10005", cvv: "1234" });
  await open({ customer: { id: "grace" } });
  expect((await listed()).map((text) => text.split(/\s*\n|\s+expires/)[0])).toEqual(["American Express ending in 0005", "Visa ending in 1111"]);
  expect(await page.locator("form").getAttribute("data-cvv")).toBe("4");
  await page.getByRole("button", { name: "Remove American Express ending in 0005" }).click();
  await page.getByText("American Express ending in 0005 was removed.").waitFor({ state: "attached" });
  expect(await listed()).toHaveLength(1);
  expect(await page.getByRole("radio", { name: "Visa ending in 1111" }).isChecked()).toBe(true);
  expect(await page.locator("form").getAttribute("data-cvv")).toBe("3");
  await page.getByRole("button", { name: "Remove Visa ending in 1111" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Visa ending in 1111 was removed.").waitFor({ state: "attached" });
  expect(await page.locator(".saved").count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("number");
  await page.reload();
  expect(await page.locator(".saved-card").count()).toBe(0);
  expect(await page.locator("[name=number]").isVisible()).toBe(true);
}, 60_000);

test("installments say what they cost, the button follows, and the processor is asked for that", async () => {
  await open({ installment_plans: [{ count: 3, total: 4900 }, { count: 6, total: 5220 }] });
  const plans = (await page.locator(".plans .what").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  expect(plans).toEqual(["$49.00 now", expect.stringContaining("3 payments of $16.33"), expect.stringContaining("6 payments of $8.70")]);
  expect(plans[1]).toContain("$49.00 in total");
  expect(plans[1]).not.toContain("more than at once");
  expect(plans[2]).toContain("$52.20 in total · $3.20 more than at once");
  await page.getByText("6 payments of $8.70").click();
  await page.getByRole("button", { name: "Pay $52.20" }).waitFor();
  await page.getByText("$49.00 now").click();
  await page.getByRole("button", { name: "Pay $49.00" }).waitFor();
  await page.getByText("6 payments of $8.70").click();
  await fill(inPage(page), { number: approved });
  expect(await paid()).toMatchObject({ amount: 5220, installments: 6, status: "approved" });
  await page.getByText("$52.20 paid with Visa ending in 1111.").waitFor();
});

test("a card of two brands asks which, from its eighth digit on, and the choice reaches the processor", async () => {
  await open({});
  const choice = page.locator(".networks");
  await page.locator("[name=number]").click();
  await page.keyboard.type("4000002");
  expect(await choice.isVisible()).toBe(false);
  await page.keyboard.type("5");
  await choice.waitFor();
  expect(await choice.locator("label").allInnerTexts()).toEqual(["Cartes Bancaires", "Visa"]);
  await page.keyboard.press("Backspace");
  await choice.waitFor({ state: "hidden" });
  await page.keyboard.type("500001001");
  await choice.getByLabel("Visa").check();
  await page.locator("[name=expiry]").fill("12 / 30");
  await page.locator("[name=cvv]").fill("123");
  await page.locator("[name=name]").fill("Ada");
  expect(await paid()).toMatchObject({ status: "approved", last4: "1001", network: "visa" });
  await open({});
  await fill(inPage(page), { number: "4000 0025 0000 1001" });
  await choice.waitFor();
  expect(await paid()).toMatchObject({ network: "cartes_bancaires" });
  await open({});
  await fill(inPage(page), { number: approved });
  expect((await paid()).network ?? "").toBe("");
});

test("an address has the fields of its country", async () => {
  await open({ collect: { email: "required", phone: "optional", billing_address: "full" } });
  const country = page.locator("[name=country]");
  const label = () => page.locator("label[for=postal_code]").innerText();
  expect(await country.inputValue()).toBe("US");
  expect([await label(), await shown("state"), await shown("postal_code")]).toEqual(["ZIP code", 1, 1]);
  await country.selectOption("DE");
  expect([await label(), await shown("state"), await shown("postal_code")]).toEqual(["Postal code", 0, 1]);
  await country.selectOption("AE");
  expect(await shown("postal_code")).toBe(0);
  await country.selectOption("US");
  await fill(inPage(page), { number: approved });
  await page.locator("button.pay").click();
  const errors = async () => (await page.locator(".error").allInnerTexts()).filter(Boolean);
  expect(await errors()).toEqual(["Enter your email address.", "Enter the street and house number.", "Enter the city.", "Enter the state or province.", "Enter the postal code."]);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("email");
  await page.locator("[name=email]").fill("ada@example.com");
  await page.locator("[name=line1]").fill("12 Sheikh Zayed Road");
  await page.locator("[name=city]").fill("Dubai");
  await country.selectOption("AE");
  if (await shown("state")) await page.locator("[name=state]").fill("Dubai");
  const { billing } = (await paid()) as unknown as { billing: Record<string, string> };
  expect(billing).toMatchObject({ country: "AE", city: "Dubai" });
  await open({ collect: { billing_address: "postal_code" } });
  expect([await shown("line1"), await shown("postal_code")]).toEqual([0, 1]);
  await fill(inPage(page), { number: approved });
  await page.locator("[name=postal_code]").fill("10001");
  expect(await paid()).toMatchObject({ billing: { country: "US", postal_code: "10001" } });
});

test("the hosted page shows the order, and leads back to the shop, paid or not", async () => {
  const back = `${program.url}/thanks?order=7`;
  const session = await open({
    amount: 5400, description: "Kettle and filters", return_url: back, cancel_url: `${program.url}/basket`,
    items: [{ name: "Kettle", quantity: 1, amount: 4900 }, { name: "Filter", quantity: 2, amount: 250 }],
  });
  const order = (await page.locator(".order").innerText()).replace(/\s+/g, " ");
  for (const words of ["Kestrel Kettles", "$54.00", "Kettle and filters", "Your order", "2 ×", "Total $54.00"]) expect(order).toContain(words);
  expect(await page.getByRole("link", { name: "Cancel and go back" }).getAttribute("href")).toBe(`${program.url}/basket?session=${session}`);
  await fill(inPage(page), { number: approved });
  await paid();
  const on = page.getByRole("link", { name: "Continue to Kestrel Kettles" });
  expect(await on.getAttribute("href")).toBe(`${back}&session=${session}`);
  await on.click();
  await page.waitForURL(`${back}&session=${session}`);
});

test("an amount of nothing saves the card, and charges nothing", async () => {
  await open({ amount: 0, customer: { id: "zero" }, save_card: "always" });
  await page.getByText("By paying, you let Kestrel Kettles save this card").waitFor();
  await fill(inPage(page), { number: approved });
  await page.getByRole("button", { name: "Save card" }).click();
  await page.getByText("Visa ending in 1111 was checked and saved. You were not charged.").waitFor();
  expect((await program.ledger()).at(-1)).toMatchObject({ amount: 0, status: "approved" });
  await open({ customer: { id: "zero" } });
  expect(await listed()).toHaveLength(1);
});
