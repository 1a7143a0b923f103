// The checkout on a page of its own where no script runs: it is a form, and pays all the same.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "./browser";
import { Program } from "./program";

const approved = "4111 1111 1111 1111";
const mistyped = "4111 1111 1111 1112";
const poor = "4000 0000 0000 9995";
const challenged = "4000 0027 6000 3184";

let program: Program;
let browser: Browser;

beforeAll(async () => {
  program = await Program.start();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  for (const [name, bytes] of (await program?.stop()) ?? []) {
    for (const card of [approved, mistyped, poor, challenged]) {
      for (const spelling of [card, card.replaceAll(" ", ""), card.replaceAll(" ", "+")]) expect(bytes.includes(spelling), `${spelling} is in ${name}`).toBe(false);
    }
  }
});

/** Opens a session where no script runs; anything the browser complains about is noted. */
async function open(more: object = {}, javaScriptEnabled = false): Promise<{ page: Page; session: string; complaints: string[] }> {
  const page = await (await browser.newContext({ javaScriptEnabled, locale: "en-US" })).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const session = await program.session({ ...more });
  await page.goto(`${program.url}/checkout/${session}`);
  return { page, session, complaints };
}

async function pay(page: Page, number: string): Promise<void> {
  await page.locator("[name=number]").fill(number);
  await page.locator("[name=expiry]").fill("12/30");
  await page.locator("[name=cvv]").fill("123");
  await page.locator("[name=name]").fill("Ada Lovelace");
  await page.locator("button.pay").click();
}

/** The shopper reads that it is paid, and so it is, once. */
async function expectPaid(page: Page, session: string, tries = 1): Promise<void> {
  await page.getByText("Payment complete").waitFor();
  expect(await program.api("GET", `/v1/checkout_sessions/${session}`)).toMatchObject({ status: "completed" });
  const rows = (await program.ledger()).slice(-tries);
  expect(rows.filter((row) => row.status === "approved")).toHaveLength(1);
}

/** The page says nothing of the card but its last four digits. */
async function expectUnsaid(page: Page, number: string): Promise<void> {
  const content = await page.content();
  for (const spelling of [number, number.replaceAll(" ", "")]) expect(content).not.toContain(spelling);
}

test("the button names what the chosen plan costs, and that is charged", async () => {
  const { page, session, complaints } = await open({ installment_plans: [{ count: 3, total: 4900 }, { count: 6, total: 5100 }] });
  const button = page.locator("button.pay");
  const says = () => button.innerText();
  expect(await says()).toBe("Pay $49.00");
  await page.locator("[name=plan][value='6']").check();
  expect(await says()).toBe("Pay $51.00");
  await page.locator("[name=plan][value='3']").check();
  expect(await says()).toBe("Pay $49.00");
  await page.locator("[name=plan][value='6']").check();
  await pay(page, mistyped);
  await page.locator("[aria-invalid=true]").first().waitFor();
  expect(await says(), "after an error").toBe("Pay $51.00");
  await pay(page, approved);
  await expectPaid(page, session);
  expect((await program.ledger()).at(-1)).toMatchObject({ amount: 5100 });
  expect(complaints, "but for the form that was refused").toEqual([expect.stringContaining("422")]);
  await page.context().close();
});

test("a card is paid with, and the page can be loaded again", async () => {
  const { page, session, complaints } = await open();
  await pay(page, approved);
  await expectPaid(page, session);
  await page.getByText("$49.00 paid with Visa ending in 1111.").waitFor();
  await expectUnsaid(page, approved);
  const before = (await program.ledger()).length;
  await page.reload();
  await page.getByText("Payment complete").waitFor();
  expect(await page.locator("[name=number]").isVisible()).toBe(false);
  expect((await program.ledger()).length).toBe(before);
  expect(complaints).toEqual([]);
});

test("a wrong number is said beside its field, and only the card is typed again", async () => {
  const { page, session } = await open();
  const before = (await program.ledger()).length;
  await pay(page, mistyped);
  await page.getByText("Check the card number: a digit seems mistyped.").waitFor();
  expect((await program.ledger()).length).toBe(before);
  const number = page.locator("[name=number]");
  expect(await number.getAttribute("aria-invalid")).toBe("true");
  const described = (await number.getAttribute("aria-describedby")) ?? "";
  const said = await Promise.all(described.split(" ").filter(Boolean).map((id) => page.locator(`[id="${id}"]`).innerText()));
  expect(said.join(" ")).toContain("a digit seems mistyped");
  expect(await number.inputValue()).toBe("");
  expect(await page.locator("[name=cvv]").inputValue()).toBe("");
  expect(await page.locator("[name=name]").inputValue()).toBe("Ada Lovelace");
  await expectUnsaid(page, mistyped);
  await pay(page, approved);
  await expectPaid(page, session);
});

test("an empty form names what is missing", async () => {
  const { page } = await open();
  await page.locator("button.pay").click();
  for (const words of ["Enter the card number.", "Enter the expiry date.", "Enter the security code."]) await page.getByText(words).first().waitFor();
});

test("a declined card, then another", async () => {
  const { page, session } = await open();
  await pay(page, poor);
  await page.getByText("There is not enough money available on this card.").waitFor();
  await page.getByText("You can try 2 more times.").waitFor();
  await expectUnsaid(page, poor);
  await pay(page, approved);
  await expectPaid(page, session, 2);
});

test("3-D Secure: to the issuer's page and back", async () => {
  const { page, session } = await open();
  await pay(page, challenged);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expectPaid(page, session);
  expect(new URL(page.url()).origin).toBe(program.url);
});

test("3-D Secure: refused at the issuer, then another card", async () => {
  const { page, session } = await open();
  await pay(page, challenged);
  await page.getByRole("button", { name: "Refuse" }).click();
  await page.getByText("Your bank could not confirm that it is you.").waitFor();
  await pay(page, approved);
  await expectPaid(page, session, 2);
});

test("Return pays with a saved card, and removes none, with a script and without one", async () => {
  const customer = { customer: { id: "cust_return" }, save_card: "always" };
  const { page, session } = await open(customer);
  await pay(page, approved);
  await expectPaid(page, session);
  for (const script of [false, true]) {
    const { page, session, complaints } = await open(customer, script);
    await page.locator("[name=cvv]").fill("123");
    await page.locator("[name=cvv]").press("Enter");
    await expectPaid(page, session);
    expect(complaints).toEqual([]);
  }
  const { page: last } = await open(customer);
  expect(await last.locator("button[value^='forget:']").count()).toBe(1);
});
