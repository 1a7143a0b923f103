// A shopper at the demo shop, from the outside: what they see, what the shop
// learns, what the processor was asked, and what is left on disk.

import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutOf, fill, launch, pay } from "./browser";
import { Program } from "./program";

const approved = "4111 1111 1111 1111";
const poor = "4000000000009995";
const challenged = "4000002760003184";
const silent = "5135020000005871";

let program: Program;
let browser: Browser;

beforeAll(async () => {
  program = await Program.start("--processor-timeout", "2s");
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  const files = await program.stop();
  // Nothing that was typed is anywhere on disk: not in the database, its log, the
  // ledger or what was printed.
  expect(files.size).toBeGreaterThan(3);
  for (const [name, bytes] of files) {
    for (const card of [approved, poor, challenged, silent]) {
      const digits = card.replaceAll(" ", "");
      expect(bytes.includes(digits), `${digits} is in ${name}`).toBe(false);
      expect(bytes.includes(digits.replace(/(.{4})(?=.)/g, "$1 ")), `${card} is in ${name}`).toBe(false);
    }
    expect(bytes.includes("goroutine "), `${name} holds a stack trace`).toBe(false);
  }
});

/** Opens the shop; anything the browser complains about fails the test. */
async function shop(): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(program.url);
  await checkoutOf(page).locator("[autocomplete='cc-number']").waitFor();
  return { page, complaints };
}

async function expectAccessible(page: Page): Promise<void> {
  for (const frame of page.frames().filter((frame) => frame.url().includes("/checkout/"))) {
    // Through the debugger, as the page's own policy lets no other script in.
    await frame.evaluate(axe.source);
    const found = await frame.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] });
      return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
    });
    expect(found).toEqual([]);
  }
}

/** What was typed is gone from the page, and was never put into the browser's stores. */
async function expectForgotten(page: Page): Promise<void> {
  const values = () => checkoutOf(page).locator("input:not([type=hidden])").evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value).join(""));
  await expect.poll(values).toBe("");
  // But for the name that the collector gave this browser, which is letters only.
  const stored = await page.evaluate(() => ({ ...localStorage, ...sessionStorage }));
  expect(stored).toEqual({ "pw.visitor": expect.stringMatching(/^[a-z]{26}$/) });
}

test("a card becomes a token, an authorization and a webhook", async () => {
  const { page, complaints } = await shop();
  const observed: number[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith("/sense/seen")) observed.push(response.status());
  });
  const frame = checkoutOf(page);
  await expectAccessible(page);
  await frame.getByRole("button", { name: "Pay $49.00" }).waitFor();
  await pay(frame, { number: approved });
  await frame.getByText("$49.00 paid with Visa ending in 1111.").waitFor();
  await expectAccessible(page);

  const token = await page.locator("#token").textContent();
  expect(token).toMatch(/^tok_[0-9a-z]{26}$/);
  expect(await page.locator("#last4").textContent()).toBe("1111");
  expect(await page.locator("#brand").textContent()).toBe("visa");
  await page.getByText("payment.authorized, signature verified").waitFor();

  const kept = await program.api<{ card: { bin: string; last4: string } }>("GET", `/v1/tokens/${token}`);
  expect(kept.card).toMatchObject({ bin: "411111", last4: "1111" });
  const payment = await program.api<{ token: string; status: string }>("GET", `/v1/payments/${await page.locator("#payment").textContent()}`);
  expect(payment).toMatchObject({ token, status: "authorized" });
  const rows = await program.ledger();
  expect(rows.filter((row) => row.last4 === "1111")).toHaveLength(1);
  await expectForgotten(page);

  await page.close({ runBeforeUnload: true });
  expect(observed.length).toBeGreaterThan(0);
  expect(observed.every((status) => status === 204)).toBe(true);
  expect(complaints).toEqual([]);
});

test("a declined card is told kindly, still yields a token, and another card can be tried", async () => {
  const { page, complaints } = await shop();
  await page.evaluate(() => {
    document.querySelector("paywicket-checkout")?.addEventListener("decline", (event) => {
      (window as unknown as { declined: unknown }).declined = (event as CustomEvent).detail;
    });
  });
  const frame = checkoutOf(page);
  await pay(frame, { number: poor });
  await frame.getByText("There is not enough money available on this card.").waitFor();
  await expectAccessible(page);
  const declined = await page.evaluate(() => (window as unknown as { declined: { token: string; code: string } }).declined);
  expect(declined.code).toBe("insufficient_funds");
  expect(await program.api("GET", `/v1/tokens/${declined.token}`)).toMatchObject({ card: { last4: "9995" } });
  // Another card keeps what else was typed; the security code is asked for again.
  expect(await frame.locator("[name=name]").inputValue()).toBe("Ada Lovelace");
  expect(await frame.locator("[name=cvv]").inputValue()).toBe("");
  await pay(frame, { number: approved });
  await frame.getByText("Payment complete").waitFor();
  await page.getByText("payment.declined, signature verified").waitFor();
  await page.getByText("payment.authorized, signature verified").waitFor();
  expect(complaints).toEqual([]);
});

test("three declined cards are enough", async () => {
  const { page } = await shop();
  const frame = checkoutOf(page);
  await pay(frame, { number: poor });
  await frame.getByText("You can try 2 more times.").waitFor();
  await pay(frame, { number: poor });
  await frame.getByText("You can try 1 more time.").waitFor();
  await pay(frame, { number: poor });
  await frame.getByText("No more attempts").waitFor();
  await expectAccessible(page);
});

test("3-D Secure: the issuer's page opens within the checkout, and its word counts", async () => {
  const { page, complaints } = await shop();
  const frame = checkoutOf(page);
  await pay(frame, { number: challenged });
  const issuer = frame.frameLocator("iframe");
  await issuer.getByRole("button", { name: "Confirm" }).click();
  await frame.getByText("Payment complete").waitFor();
  await expectForgotten(page);
  await page.getByText("payment.requires_action, signature verified").waitFor();
  await page.getByText("payment.authorized, signature verified").waitFor();
  expect(complaints).toEqual([]);
});

test("3-D Secure: refused at the issuer, then another card", async () => {
  const { page } = await shop();
  const frame = checkoutOf(page);
  await pay(frame, { number: challenged });
  await frame.frameLocator("iframe").getByRole("button", { name: "Refuse" }).click();
  await frame.getByText("Your bank could not confirm that it is you.").waitFor();
  await pay(frame, { number: approved });
  await frame.getByText("Payment complete").waitFor();
});

test("3-D Secure: left for another card, the challenge cannot be approved behind it", async () => {
  const { page } = await shop();
  const frame = checkoutOf(page);
  await pay(frame, { number: challenged });
  await frame.frameLocator("iframe").getByRole("button", { name: "Confirm" }).waitFor();
  await frame.getByRole("button", { name: "Use another card" }).click();
  await pay(frame, { number: approved });
  await frame.getByText("Payment complete").waitFor();
  const rows = (await program.ledger()).slice(-2);
  expect(rows.map((row) => row.status)).toEqual(["declined", "approved"]);
});

test("an answer that is lost is found out, and nothing is charged twice", async () => {
  const { page } = await shop();
  const frame = checkoutOf(page);
  const before = (await program.ledger()).length;
  await pay(frame, { number: silent });
  await frame.getByText("We are finding out").waitFor();
  await frame.getByText("Payment complete").waitFor({ timeout: 15_000 });
  expect((await program.ledger()).length).toBe(before + 1);
});

test("a wrong card number is caught in the form, in words, and nothing is sent", async () => {
  const { page } = await shop();
  const frame = checkoutOf(page);
  const before = (await program.ledger()).length;
  let sent = 0;
  page.on("request", (request) => {
    if (request.url().includes("/pay?")) sent++;
  });
  await pay(frame, { number: "4111 1111 1111 1112" });
  await frame.getByText("Check the card number: a digit seems mistyped.").waitFor();
  expect(await frame.locator("[name=number]").getAttribute("aria-invalid")).toBe("true");
  expect(await frame.locator("[name=number]").evaluate((input) => input === document.activeElement)).toBe(true);
  await expectAccessible(page);
  await fill(frame, { number: approved, expiry: "01/20" });
  await frame.locator("[name=name]").press("Enter");
  await frame.getByText("This card has expired.").waitFor();
  expect(sent).toBe(0);
  expect((await program.ledger()).length).toBe(before);
});

test("two clicks and an Enter pay once", async () => {
  const { page } = await shop();
  const frame = checkoutOf(page);
  const before = (await program.ledger()).length;
  await fill(frame, { number: approved });
  const button = frame.getByRole("button", { name: /^Pay/ });
  await button.dblclick();
  await frame.getByText("Payment complete").waitFor();
  expect((await program.ledger()).length).toBe(before + 1);
});

test("a session that is paid shows so when it is opened again, and takes no second card", async () => {
  const session = await program.session();
  const page = await browser.newPage();
  await page.goto(`${program.url}/checkout/${session}`);
  const main = page.locator("#checkout");
  await main.locator("[autocomplete='cc-number']").fill(approved);
  await main.locator("[autocomplete='cc-exp']").fill("1230");
  await main.locator("[autocomplete='cc-csc']").fill("123");
  await main.locator("[autocomplete='cc-name']").fill("Ada");
  await main.getByRole("button", { name: /^Pay/ }).click();
  await main.getByText("Payment complete").waitFor();
  await page.reload();
  await main.getByText("Payment complete").waitFor();
  const again = await page.evaluate(async (path) => {
    const card = { number: "4111111111111111", exp_month: 12, exp_year: 2030, cvv: "123", name: "A" };
    const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(card) });
    return { status: response.status, body: (await response.json()) as { code: string } };
  }, `/checkout/${session}/pay`);
  expect(again.status).toBe(409);
  expect(again.body.code).toBe("conflict");
});
