// While somebody tests cards, a shopper's browser does a little work and the card is taken.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, pay } from "./browser";
import { Program } from "./program";

let program: Program;
let browser: Browser;

beforeAll(async () => {
  program = await Program.start("--behind-proxy");
  program.run("merchant", "guard", program.credentials.mid, "--in-test", "--challenge-at", "101", "--refuse-at", "101", "--data", program.data);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
});

/** A number with a right check digit. */
const numbered = (fifteen: string): string => {
  const sum = [...fifteen].reduce((all, digit, i) => all + (i % 2 ? Number(digit) : [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][Number(digit)]!), 0);
  return fifteen + String((10 - (sum % 10)) % 10);
};

test("the work is done beside the page, and the payment goes through", async () => {
  // The sandbox declines by this amount; a card and a network each, so that no limit is met.
  for (let i = 0; i < 25; i++) {
    const session = await program.session({ amount: 19051 });
    const answer = await fetch(`${program.url}/checkout/${session}/pay`, {
      method: "POST", headers: { "Content-Type": "application/json", "X-Forwarded-For": `10.9.${i}.1` },
      body: JSON.stringify({ number: numbered(`4111110000${String(i).padStart(5, "0")}`), exp_month: 12, exp_year: 2030, cvv: "123" }),
    });
    if (answer.status === 428) break;
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: "declined" });
  }
  const page = await browser.newPage();
  const said: string[] = [], answers: number[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("response", (response) => response.url().includes("/pay?") && answers.push(response.status()));
  const session = await program.session();
  await page.goto(`${program.url}/checkout/${session}`);
  await pay(page as never, { number: "4111 1111 1111 1111" });
  await expect.poll(async () => (await program.api<{ status: string }>("GET", `/v1/checkout_sessions/${session}`)).status, { timeout: 20_000 }).toBe("completed");
  // The server may tell it before the browser tells of the answer.
  await expect.poll(() => answers).toEqual([428, 200]);
  expect(said.filter((text) => !text.includes("428"))).toEqual([]);
});
