// How soon a card can be typed: our checkout's document beside a page with Adyen's card
// component, in one run and in turns, on a phone's processor and a phone's network. Adyen's
// page counts as usable once the component is in it, though the fields that take the card
// are frames of Adyen's servers, which are not there: what they would take is left out.

import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { options } from "./browser";
import { type Load, load } from "./loading";
import { Program } from "./program";

const ROUNDS = Number(process.env.ROUNDS ?? 9);

/** A shop's page with the card component and nothing else of the library, as its documentation has it. */
const component = `import { AdyenCheckout, Card } from "@adyen/adyen-web";
  import "@adyen/adyen-web/styles/adyen.css";
  const checkout = await AdyenCheckout({
    environment: "test", clientKey: "test_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", locale: "en-US", countryCode: "US", amount: { value: 4900, currency: "USD" },
    analytics: { enabled: false }, paymentMethodsResponse: { paymentMethods: [{ type: "scheme", name: "Cards", brands: ["visa", "mc", "amex"] }] },
  });
  new Card(checkout, { hasHolderName: true, holderNameRequired: true }).mount("#card");`;

/**
 * When each can be used. It is asked at every change of the page, and so must cost nothing
 * until then: ours is asked for the script's word, which is then put to the test.
 */
const usable = {
  // Typed digits are put in groups: the script is there, and not only the field.
  ours: `(() => {
    if (document.documentElement.dataset.ready === undefined) return false;
    const field = document.querySelector("[name=number]");
    field.value = "41111111";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return field.value.startsWith("4111 1111");
  })()`,
  adyen: `Boolean(document.querySelector("#card .adyen-checkout__card-input, #card .adyen-checkout__field"))`,
};

let program: Program;
let browser: Browser;
let server: Server;
const files: Record<string, { type: string; body: Buffer }> = {};

beforeAll(async () => {
  const entry = resolve(".cache/form/adyen.ts");
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, component);
  const made = await build({
    logLevel: "silent", configFile: false, define: { "process.env.NODE_ENV": '"production"' },
    build: { write: false, minify: true, target: "es2022", modulePreload: false, rollupOptions: { input: entry, output: { entryFileNames: "adyen.js", codeSplitting: false } } },
  });
  const { output } = made as unknown as { output: { fileName: string; code?: string; source?: string }[] };
  let links = "";
  for (const { fileName, code, source } of output) {
    const style = fileName.endsWith(".css");
    files[`/${fileName}`] = { type: style ? "text/css" : "text/javascript", body: brotliCompressSync(code ?? source ?? "") };
    links += style ? `<link rel="stylesheet" href="/${fileName}">` : `<script type="module" src="/${fileName}"></script>`;
  }
  files["/"] = {
    type: "text/html", body: brotliCompressSync(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>shop</title>${links}<div id="card"></div>`),
  };
  server = createServer((request, response) => {
    const file = files[request.url ?? ""];
    response.writeHead(file ? 200 : 404, { "Content-Encoding": "br", "Content-Type": file?.type ?? "text/plain", "Cache-Control": "no-store" });
    response.end(file?.body);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  program = await Program.start();
  // Whatever is not on this machine is known not to be there at once, and costs nobody time.
  browser = await chromium.launch({ ...options, args: [...(options.args ?? []), "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"] });
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
  server?.close();
});

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);

test("how soon a card can be typed", async () => {
  expect(Object.keys(files).length).toBe(3);
  const adyen = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const slow of [true, false]) {
    const loads: Record<keyof typeof usable, Load[]> = { ours: [], adyen: [] };
    for (let round = 0; round < ROUNDS; round++) {
      loads.ours.push(await load(browser, `${program.url}/checkout/${await program.session()}`, usable.ours, slow));
      loads.adyen.push(await load(browser, adyen, usable.adyen, slow));
    }
    const of = (name: keyof typeof usable, what: (load: Load) => number) => median(loads[name].map(what));
    console.log(slow ? "a quarter of this processor, fast 3G:" : "this processor, no network:");
    for (const name of ["ours", "adyen"] as const) {
      const tasks = loads[name].map(({ tasks }) => tasks.length);
      console.log(`  ${name.padEnd(6)} usable after ${of(name, (l) => l.usable).toFixed(0)} ms, ${of(name, (l) => l.trips)} round trip(s) one after the other, ` +
        `${kilobytes(of(name, (l) => l.bytes))} kB compressed by then and ${kilobytes(of(name, (l) => l.allBytes))} kB in all, layout shift ${of(name, (l) => l.shift).toFixed(4)}, ` +
        `tasks over 50 ms ${median(tasks)} (${of(name, (l) => l.tasks.reduce((sum, took) => sum + took, 0)).toFixed(0)} ms)`);
    }
    console.log(`  ours / Adyen's: time ${(of("ours", (l) => l.usable) / of("adyen", (l) => l.usable)).toFixed(2)}, bytes ${(of("ours", (l) => l.bytes) / of("adyen", (l) => l.bytes)).toFixed(2)}`);
  }
});
