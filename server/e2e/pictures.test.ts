// How the checkout looks: every screen in the light and in the dark, on a phone and beside
// other things, and read from the right.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compare, expectPicture, launchStill, type Look, stillPage } from "./pictures";
import { Program } from "./program";

let program: Program;
let browser: Browser;

beforeAll(async () => {
  program = await Program.start("--processor-timeout", "2s");
  browser = await launchStill();
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
});

type Words = Record<string, string>;

/** A language's words for the checkout. */
const wordsOf = (locale: string): Words => (JSON.parse(readFileSync(`frontend/languages/${locale}.json`, "utf8")) as { checkout: Words }).checkout;

async function fill(page: Page, number: string): Promise<void> {
  await page.locator("[name=number]").fill(number);
  await page.locator("[name=expiry]").fill("12 / 30");
  await page.locator("[name=cvv]").fill("123");
  await page.locator("[name=name]").fill("Ada Lovelace");
}

async function pay(page: Page, number: string): Promise<void> {
  await fill(page, number);
  await page.locator("button.pay").click();
}

const shown = (page: Page, words: string | undefined) => page.getByText(words!).first().waitFor();

/** What the session of a screen asks for; for most of them nothing but the card. */
const sessions: Record<string, Record<string, unknown>> = {
  whole: {
    customer: { id: "shopper-1" }, save_card: "ask", collect: { email: "required", phone: "optional", billing_address: "full" },
    installment_plans: [{ count: 3, total: 4900 }, { count: 6, total: 5100 }],
    items: [{ name: "Kettle", quantity: 1, amount: 2900 }, { name: "Filters", quantity: 2, amount: 1000 }],
  },
};

/** The screens, and how one comes to each. A session of its own is made for every one. */
const screens: Record<string, (page: Page, words: Words) => Promise<void>> = {
  empty: async () => undefined,
  whole: async () => undefined,
  filled: (page) => fill(page, "4111 1111 1111 1111"),
  error: async (page, words) => {
    await pay(page, "4111 1111 1111 1112");
    await shown(page, words.numberWrong);
  },
  declined: async (page, words) => {
    await pay(page, "4000 0000 0000 9995");
    await shown(page, words.declined);
  },
  challenge: async (page, words) => {
    await pay(page, "4000 0027 6000 3184");
    await shown(page, words.challenge);
    await page.frameLocator("iframe").getByRole("button").first().waitFor();
  },
  processing: async (page, words) => {
    await pay(page, "5135 0200 0000 5871");
    await shown(page, words.finding);
  },
  success: async (page, words) => {
    await pay(page, "4111 1111 1111 1111");
    await shown(page, words.paid);
  },
};

const looks: Record<string, Look> = {
  "phone-light": { width: 360, colorScheme: "light", locale: "en" },
  "phone-dark": { width: 360, colorScheme: "dark", locale: "en" },
  "wide-light": { width: 720, colorScheme: "light", locale: "en" },
  "wide-dark": { width: 720, colorScheme: "dark", locale: "en" },
  "phone-arabic": { width: 360, colorScheme: "light", locale: "ar" },
};

const pictures = Object.entries(looks).flatMap(([look, how]) => Object.keys(screens).map((screen) => ({ name: `${screen}-${look}`, screen, how })));

test.each(pictures)("$name", async ({ name, screen, how }) => {
  const page = await stillPage(browser, how);
  try {
    await page.goto(`${program.url}/checkout/${await program.session(sessions[screen])}?locale=${how.locale}`);
    await page.locator("button.pay").waitFor();
    await screens[screen]!(page, wordsOf(how.locale));
    await expectPicture(page, name);
  } finally {
    await page.context().close();
  }
});

test("pictures that differ are told apart, and equal ones are not", async () => {
  const page = await stillPage(browser, looks["phone-light"]!);
  await page.goto(`${program.url}/checkout/${await program.session()}`);
  await page.locator("button.pay").waitFor();
  const before = await page.screenshot({ caret: "hide" });
  await page.reload();
  await page.locator("button.pay").waitFor();
  expect(compare(before, await page.screenshot({ caret: "hide" })).share).toBe(0);
  await page.locator("[name=name]").fill("Ada Lovelace");
  expect(compare(before, await page.screenshot({ caret: "hide" })).share).toBeGreaterThan(0.001);
  await page.context().close();
});
