// The picture in the README: the checkout in the demo shop, with a card typed in.

import { test } from "vitest";
import { checkoutOf, fill, launch } from "./browser";
import { Program } from "./program";

test("screenshot", async () => {
  const program = await Program.start();
  const browser = await launch();
  try {
    const context = await browser.newContext({ viewport: { width: 1120, height: 660 }, deviceScaleFactor: 1.5, locale: "en-US" });
    const page = await context.newPage();
    await page.goto(program.url);
    await fill(checkoutOf(page), { number: "4111 1111 1111 1111" });
    await checkoutOf(page).getByRole("button", { name: /^Pay/ }).focus();
    await page.screenshot({ path: ".github/checkout.png" });
  } finally {
    await browser.close();
    await program.stop();
  }
});
