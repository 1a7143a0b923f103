// Whatever happens while a shopper pays, there is one charge and a clear state, and it goes on.

import type { Server } from "node:http";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fill, launch, serve } from "./browser";
import { Program } from "./program";
import { documentOf, heardOf, shopPage, show } from "./shop";

const approved = "4111 1111 1111 1111";
const challenged = "4000 0027 6000 3184";
const poor = "4000 0000 0000 9995";

let program: Program;
let browser: Browser;
let merchant: { origin: string; server: Server };
const pages: Record<string, string> = {};

beforeAll(async () => {
  merchant = await serve(pages);
  program = await Program.start("--origin", merchant.origin, "--processor-latency", "300ms");
  Object.assign(pages, { "/": shopPage(program.url), "/elsewhere": "<title>elsewhere</title><p>elsewhere" });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
  merchant?.server.close();
});

let context: BrowserContext;
let session: string;
let before: number;

beforeEach(async () => {
  context = await browser.newContext({ locale: "en-US" });
  session = await program.session();
  before = (await program.ledger()).length;
});
afterEach(() => context.close());

/** What the processor was asked for since the test began. */
const asked = async () => (await program.ledger()).slice(before).map(({ status }) => status);

/** The session's own page, with a card typed into it. */
async function hosted(number?: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${program.url}/checkout/${session}`);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  if (number) await fill(inPage(page), { number });
  return page;
}
/** A page is filled in like a frame. */
const inPage = (page: Page) => page as unknown as Parameters<typeof fill>[0];
const payButton = (page: Page) => page.locator("button.pay:visible");
const paid = (page: Page) => page.getByText("Payment complete").waitFor();

test("a double click and two times Enter are one charge", async () => {
  const page = await hosted(approved);
  await page.locator("[name=name]").press("Enter");
  await page.locator("[name=name]").press("Enter").catch(() => undefined);
  await payButton(page).dblclick({ force: true, timeout: 1000 }).catch(() => undefined);
  await paid(page);
  expect(await asked()).toEqual(["approved"]);
});

test("a page that is loaded again while it pays, and after, shows what came of it", async () => {
  const page = await hosted(approved);
  const sent = page.waitForRequest(/\/pay/);
  await payButton(page).click();
  await page.getByText("Paying…").first().waitFor();
  await sent;
  await expect.poll(asked).toHaveLength(1);
  await page.reload();
  await paid(page);
  await page.reload();
  await paid(page);
  expect(await page.locator("form:visible").count()).toBe(0);
  expect(await asked()).toEqual(["approved"]);
});

test("the back button after paying shows that it is paid", async () => {
  const page = await hosted(approved);
  await payButton(page).click();
  await paid(page);
  await page.goto(`${merchant.origin}/elsewhere`);
  await page.goBack();
  await paid(page);
  expect(await page.locator("button.pay:visible").count()).toBe(0);
  expect(await asked()).toEqual(["approved"]);
});

test("two tabs of one session: one pays, and the other shows it when it would", async () => {
  const [one, two] = [await hosted(approved), await hosted(approved)];
  await payButton(one).click();
  await paid(one);
  await payButton(two).click();
  await paid(two);
  expect(await asked()).toEqual(["approved"]);
});

test("two tabs that pay at the same time are one charge", async () => {
  const [one, two] = [await hosted(approved), await hosted(approved)];
  await Promise.all([payButton(one).click(), payButton(two).click()]);
  await Promise.all([paid(one), paid(two)]);
  expect(await asked()).toEqual(["approved"]);
});

test("without a connection nothing is charged, what was typed stays, and it goes on when there is one", async () => {
  const page = await hosted(approved);
  await context.setOffline(true);
  await payButton(page).click();
  await page.getByText("The connection was lost. We are checking what became of your payment.").waitFor();
  await context.setOffline(false);
  await page.getByText("You were not charged. Try again.").waitFor();
  expect(await asked()).toEqual([]);
  expect(await page.locator("[name=number]").inputValue()).toBe(approved);
  expect(await page.locator("[name=name]").inputValue()).toBe("Ada Lovelace");
  await page.locator("[name=cvv]").fill("123");
  await payButton(page).click();
  await paid(page);
  expect(await asked()).toEqual(["approved"]);
});

test("a connection that is lost after sending, behind a declined card: the charge is found, and that decline is not taken for it", async () => {
  const page = await hosted(poor);
  await payButton(page).click();
  await page.getByText("There is not enough money available on this card.").waitFor();
  await fill(inPage(page), { number: approved });
  await page.route(/\/pay/, async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  await payButton(page).click();
  await page.getByText("The connection was lost. We are checking what became of your payment.").waitFor();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  expect(await page.locator("form:visible").count()).toBe(0);
  await paid(page);
  expect(await asked()).toEqual(["declined", "approved"]);
});

test("a session whose time is over says so to the shopper and to the page, and takes no card", async () => {
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${merchant.origin}/`);
  const frame = await show(page, session);
  await fill(frame, { number: approved });
  await page.clock.fastForward("15:01");
  await frame.getByText("This checkout has expired").waitFor();
  await frame.getByText("You were not charged. Go back to the shop and start again.").waitFor();
  await expect.poll(async () => (await heardOf(page, session, "error")).map(([, { code }]) => code)).toEqual(["session_expired"]);
  expect(await frame.locator("[name=number]").inputValue()).toBe("");
  expect(await asked()).toEqual([]);
});

test("three declined cards are all, also for another tab and after loading again", async () => {
  const [page, other] = [await hosted(), await hosted(approved)];
  for (let left = 2; left >= 0; left--) {
    await fill(inPage(page), { number: poor });
    await payButton(page).click();
    await page.getByText(left === 2 ? "You can try 2 more times." : left === 1 ? "You can try 1 more time." : "No more attempts").waitFor();
  }
  await page.reload();
  await page.getByText("No more attempts").waitFor();
  await payButton(other).click();
  await other.getByText("No more attempts").waitFor();
  expect(await asked()).toEqual(["declined", "declined", "declined"]);
});

const address = { line1: "12 Rue de l'Exemple", city: "Lyon", postal_code: "69001" };

test("a declined card leaves everything else as it was typed, and so does a card that is changed at the bank's page", async () => {
  session = await program.session({ collect: { email: "required", phone: "optional", billing_address: "full" } });
  const page = await hosted();
  await page.locator("[name=email]").fill("ada@example.com");
  await page.locator("[name=phone]").fill("+33 1 23 45 67 89");
  await page.locator("[name=country]").selectOption("FR");
  for (const [name, value] of Object.entries(address)) await page.locator(`[name=${name}]`).fill(value);
  const values = () => page.locator("form").evaluate((form) => Object.fromEntries([...new FormData(form as HTMLFormElement)].map(([name, value]) => [name, String(value)])));
  const rest = { email: "ada@example.com", phone: "+33 1 23 45 67 89", country: "FR", ...address, name: "Ada Lovelace", expiry: "12 / 30", cvv: "" };

  await fill(inPage(page), { number: poor });
  await payButton(page).click();
  await page.getByText("There is not enough money available on this card.").waitFor();
  expect(await values()).toMatchObject({ ...rest, number: poor });
  // Another card is wanted: the number stands selected, to be typed over.
  await expect.poll(() => page.evaluate(() => [document.activeElement?.getAttribute("name"), getSelection()?.toString()])).toEqual(["number", poor]);
  await page.keyboard.type("4000002760003184");
  await page.locator("[name=cvv]").fill("123");
  await payButton(page).click();
  await page.frameLocator("iframe").getByRole("button", { name: "Confirm" }).waitFor();
  await page.getByRole("button", { name: "Use another card" }).click();
  await page.locator("[name=number]").waitFor();
  expect(await values()).toMatchObject({ ...rest, number: challenged });
  await fill(inPage(page), { number: approved });
  await payButton(page).click();
  await paid(page);
  expect(await asked()).toEqual(["declined", "declined", "approved"]);
});

test("a page that is loaded again at the bank's page shows that again, and pays once", async () => {
  const page = await hosted(challenged);
  await payButton(page).click();
  await page.frameLocator("iframe").getByRole("button", { name: "Confirm" }).waitFor();
  await page.reload();
  await page.frameLocator("iframe").getByRole("button", { name: "Confirm" }).click();
  await paid(page);
  expect(await asked()).toEqual(["approved"]);
});

test("a page hears of a card in order, each event once and in its shape", async () => {
  const page = await context.newPage();
  await page.goto(`${merchant.origin}/`);
  const frame = await show(page, session);
  const pay = async (number: string) => {
    await fill(frame, { number });
    await frame.locator("button.pay:visible").click();
  };
  await pay(poor);
  await frame.getByText("There is not enough money available on this card.").waitFor();
  await pay(challenged);
  await frame.frameLocator("iframe").getByRole("button", { name: "Confirm" }).click();
  await frame.getByText("Payment complete").waitFor();
  await expect.poll(() => heardOf(page, session, "token")).toHaveLength(1);
  const heard = await heardOf(page, session);
  expect(heard[0]).toEqual(["ready", {}]);
  expect(heard.filter(([type]) => type !== "height" && type !== "change").map(([type]) => type)).toEqual(["ready", "submit", "decline", "submit", "action-required", "token"]);
  // The page learns what is typed before it learns that it is sent, and then that the code is wanted again.
  expect(heard.slice(0, heard.findIndex(([type]) => type === "submit")).filter(([type]) => type === "change").at(-1)?.[1]).toEqual({ complete: true, brand: "visa", method: "card" });
  const between = heard.slice(heard.findIndex(([type]) => type === "submit") + 1, heard.findIndex(([type]) => type === "decline"));
  expect(between.filter(([type]) => type === "change")).toEqual([["change", { complete: false, brand: "visa", method: "card" }]]);
  const of = (type: string) => heard.find(([each]) => each === type)?.[1];
  const name = { payment: expect.stringMatching(/^pay_/), token: expect.stringMatching(/^tok_/), brand: "visa" };
  expect(of("decline")).toEqual({ ...name, code: "insufficient_funds", advice: "another_card", message: expect.any(String), last4: "9995", attempts_left: 2 });
  expect(of("action-required")).toEqual({ payment: of("token")?.payment });
  expect(of("token")).toEqual({ ...name, status: "authorized", last4: "3184", exp_month: 12, exp_year: 2030 });
  for (const [, detail] of heard.filter(([type]) => type === "height")) expect(detail).toEqual({ height: expect.any(Number) });
  expect(await documentOf(page, session).evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
});
