// A shopper who is asked whether a declined payment is to be tried again: on the page of
// its own, and within the shop's.

import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, serve } from "./browser";
import { Program } from "./program";

const card = "4111111111111111";

const declined = join(mkdtempSync(join(tmpdir(), "paywicket-declined-")), "declined");

let program: Program;
let browser: Browser;
let merchant: { origin: string; server: Server };
let foreign: { origin: string; server: Server };
const merchantPages: Record<string, string> = {};
const foreignPages: Record<string, string> = {};

beforeAll(async () => {
  execFileSync("go", ["build", "-o", declined, "./server/e2e/declined"], { stdio: "inherit" });
  merchant = await serve(merchantPages);
  foreign = await serve(foreignPages);
  program = await Program.start("--origin", merchant.origin);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await program.stop();
  merchant.server.close();
  foreign.server.close();
});

/** Has a declined sale wait for its shopper, and gives where that is. */
async function challenged(life = "15m"): Promise<string> {
  const { id } = await program.api<{ id: string }>("POST", "/v1/tokens", { number: card, exp_month: 12, exp_year: 2030 });
  const { base_url, mid, site_id } = program.credentials;
  const flags = { data: program.data, server: base_url, merchant: mid, site: site_id, token: id, last4: card.slice(-4), life };
  const args = Object.entries(flags).flatMap(([name, value]) => [`-${name}`, value]);
  return execFileSync(declined, args, { encoding: "utf8" }).trim();
}

/** Opens a page; anything the browser complains about is noted. */
async function open(address: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(address);
  return { page, complaints };
}

async function expectAccessible(frame: Frame): Promise<void> {
  // Through the debugger, as the page's own policy lets no other script in.
  await frame.evaluate(axe.source);
  const found = await frame.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
  });
  expect(found).toEqual([]);
}

/** Nothing has to be scrolled sideways. */
const expectNarrow = async (page: Page) => expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

/** A shop's page that asks, as strict as it can be: it knows our host and no issuer's. */
const asking = (url: string) => `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="data:,">
  <meta http-equiv="Content-Security-Policy" content="frame-src ${program.url}">
  <script src="${program.url}/paywicket.js"></script>
  <div id="here"></div>
  <script>
    window.closed_ = []; window.failed = [];
    here.addEventListener("error", (event) => failed.push(event.detail.code));
    Paywicket.confirm(${JSON.stringify(url)}, { container: "#here", onclose: (outcome) => closed_.push(outcome) });
  </script>`;

interface Asking {
  closed_: { order: string; status: string }[];
  failed: string[];
}

const questionOf = (page: Page) => page.frameLocator("#here iframe");
const closedIn = (page: Page) => page.evaluate(() => (window as unknown as Asking).closed_);

test("on its own: with the keyboard, to the bank and back", async () => {
  const before = (await program.ledger()).length;
  const { page, complaints } = await open(await challenged());
  await page.getByRole("heading", { name: "Try this payment again?" }).waitFor();
  await expectAccessible(page.mainFrame());
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Yes, try again");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("heading", { name: "Payment complete" }).waitFor();
  expect(page.url()).toMatch(/\/confirm\/[0-9a-z]{52}$/);
  await page.getByText("$49.00 paid with Visa ending in 1111.").waitFor();
  await expectAccessible(page.mainFrame());
  expect((await program.ledger()).slice(before)).toMatchObject([{ status: "approved", amount: 4900 }]);
  expect(complaints).toEqual([]);
});

test("without a script it is the same", async () => {
  const { page } = await open(await challenged(), { javaScriptEnabled: false });
  await page.getByRole("button", { name: "Yes, try again" }).click();
  await page.getByRole("button", { name: "Refuse" }).click();
  await page.getByRole("heading", { name: "The payment could not be made" }).waitFor();
  await page.getByText("You were not charged.").waitFor();
});

test("it fits 320 pixels, in the light and in the dark", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = await open(await challenged(), { colorScheme, viewport: { width: 320, height: 720 } });
    await expectAccessible(page.mainFrame());
    await expectNarrow(page);
    await page.getByRole("button", { name: "No, cancel" }).click();
    await page.getByRole("heading", { name: "The payment was cancelled" }).waitFor();
    await expectAccessible(page.mainFrame());
    await expectNarrow(page);
  }
});

test("it is asked in the shopper's language, from right to left too", async () => {
  for (const [locale, direction] of [["ar", "rtl"], ["de-AT", "ltr"], ["el", "ltr"]] as const) {
    const { page, complaints } = await open(await challenged(), { locale, viewport: { width: 320, height: 720 } });
    expect(await page.locator("html").evaluate((html) => [html.getAttribute("lang"), getComputedStyle(html).direction])).toEqual([locale.slice(0, 2), direction]);
    await expectAccessible(page.mainFrame());
    await expectNarrow(page);
    // Intl in the browser writes the amount as the page does.
    const amount = await page.evaluate((tag) => new Intl.NumberFormat(tag, { style: "currency", currency: "USD" }).format(49), locale);
    await page.locator("dd").getByText(amount, { exact: true }).waitFor();
    await page.locator("button.no").click();
    await page.locator("section.ended").waitFor();
    await expectAccessible(page.mainFrame());
    expect(complaints).toEqual([]);
  }
});

test("within the shop's page: the bank stands in a frame of ours, and the shop hears the end once", async () => {
  merchantPages["/ask"] = asking(await challenged());
  const { page, complaints } = await open(`${merchant.origin}/ask`);
  const question = questionOf(page);
  await question.getByRole("button", { name: "Yes, try again" }).click();
  await question.getByRole("heading", { name: "Your bank wants to be sure that it is you" }).waitFor();
  await expectAccessible(page.frames()[1] as Frame);
  expect(await closedIn(page)).toEqual([]);
  await question.frameLocator("iframe").getByRole("button", { name: "Confirm" }).click();
  await question.getByRole("heading", { name: "Payment complete" }).waitFor();
  await expect.poll(() => closedIn(page)).toEqual([{ order: expect.stringMatching(/^[0-9a-f-]{36}$/), status: "approved" }]);
  // The frame is as tall as the page in it.
  const tall = await page.locator("#here iframe").evaluate((frame) => (frame as HTMLElement).offsetHeight);
  expect(tall).toBe(await question.locator("main").evaluate((main) => Math.ceil(main.getBoundingClientRect().height)));
  expect(complaints).toEqual([]);
});

test("within the shop's page: a no, and a question that nobody answers", async () => {
  merchantPages["/no"] = asking(await challenged());
  const { page } = await open(`${merchant.origin}/no`);
  await questionOf(page).getByRole("button", { name: "No, cancel" }).click();
  await expect.poll(() => closedIn(page)).toMatchObject([{ status: "cancelled" }]);

  merchantPages["/late"] = asking(await challenged("15s"));
  const late = await open(`${merchant.origin}/late`);
  await questionOf(late.page).getByText("You have less than a minute to answer").waitFor();
  await expect.poll(() => closedIn(late.page), { timeout: 30_000 }).toMatchObject([{ status: "expired" }]);
});

test("no other site shows it, answers it or hears of it", async () => {
  const url = await challenged();
  foreignPages["/ask"] = asking(url);
  foreignPages["/form"] = `<form method="post" action="${url}"><button name="answer" value="no">win</button></form>`;
  const { page, complaints } = await open(`${foreign.origin}/ask`);
  await expect.poll(() => complaints.join(), { timeout: 10_000 }).toContain("frame-ancestors");
  await page.waitForFunction(() => (window as unknown as Asking).failed.includes("network"), undefined, { timeout: 15_000 });
  expect(await closedIn(page)).toEqual([]);

  const forger = await open(`${foreign.origin}/form`);
  await forger.page.getByRole("button").click();
  await forger.page.getByText("forbidden").waitFor();
  const { page: own } = await open(url);
  await own.getByRole("button", { name: "Yes, try again" }).waitFor();
});

test("an address that opens nothing says so kindly", async () => {
  const { page } = await open(`${program.url}/confirm/${"0".repeat(52)}`);
  await page.getByRole("heading", { name: "There is nothing to answer here" }).waitFor();
  await expectAccessible(page.mainFrame());
});
