// How large the collector is and how long it takes, beside the three open libraries, in
// one run: each in a fresh Chromium, under a policy that allows nothing but its own script.

import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "vite";
import { afterAll, beforeAll, test } from "vitest";
import { launchWhole } from "./browser";

const ROUNDS = 9;

/** What starts each; it gives the milliseconds until the first signals are there, and until all are. */
const collectors: Record<string, string> = {
  "paywicket": `import { collect } from "../../frontend/sense/collect"; let first;
    window.run = async () => { const start = performance.now(); await collect(() => { first ??= performance.now() - start; }); return [first, performance.now() - start]; };`,
  "FingerprintJS 5.2.0": `import F from "@fingerprintjs/fingerprintjs"; window.run = async () => { const start = performance.now(); await (await F.load()).get(); const t = performance.now() - start; return [t, t]; };`,
  "ThumbmarkJS 1.11.0": `import { Thumbmark } from "@thumbmarkjs/thumbmarkjs"; window.run = async () => { const start = performance.now(); await new Thumbmark({ logging: false }).get(); const t = performance.now() - start; return [t, t]; };`,
  "ClientJS 0.2.1": `import { ClientJS } from "clientjs"; window.run = async () => { const start = performance.now(); new ClientJS().getFingerprint(); const t = performance.now() - start; return [t, t]; };`,
};

const scripts: Record<string, string> = {};
let server: Server;

beforeAll(async () => {
  for (const [name, source] of Object.entries(collectors)) {
    const entry = resolve(".cache", "collectors", `${Object.keys(scripts).length}.ts`);
    mkdirSync(dirname(entry), { recursive: true });
    writeFileSync(entry, source);
    const made = await build({
      logLevel: "silent", configFile: false,
      build: { write: false, minify: true, lib: { entry, formats: ["iife"], name: "it" } },
    });
    const [{ output }] = made as unknown as [{ output: { code: string }[] }];
    scripts[name] = output[0]!.code;
  }
  server = createServer((request, response) => {
    const [, kind, name] = decodeURIComponent(request.url ?? "").split("/");
    response.setHeader("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'");
    response.setHeader("Content-Type", kind === "script" ? "text/javascript" : "text/html");
    response.end(kind === "script" ? scripts[name!] : `<!doctype html><p>page<script src="/script/${encodeURIComponent(name ?? "")}"></script>`);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
});

afterAll(() => void server?.close());

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

test("collectors", async () => {
  const times: Record<string, { first: number[]; all: number[]; long: number[] }> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of Object.keys(collectors)) {
      const browser = await launchWhole();
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/page/${encodeURIComponent(name)}`);
      await page.waitForTimeout(200);
      const [first, all, long] = await page.evaluate(async () => {
        const long: number[] = [];
        new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
        const [first, all] = await (window as never as { run(): Promise<[number, number]> }).run();
        await new Promise((go) => setTimeout(go, 60));
        return [first, all, long] as const;
      });
      const of = (times[name] ??= { first: [], all: [], long: [] });
      of.first.push(first);
      of.all.push(all);
      of.long.push(...long);
      await browser.close();
    }
  }
  console.log(`${"".padEnd(22)}${"brotli".padStart(8)}${"first".padStart(10)}${"all".padStart(10)}  long tasks (median of ${ROUNDS})`);
  for (const [name, { first, all, long }] of Object.entries(times)) {
    const size = brotliCompressSync(scripts[name]!, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
    console.log(`${name.padEnd(22)}${String(size).padStart(8)}${`${median(first).toFixed(0)} ms`.padStart(10)}${`${median(all).toFixed(0)} ms`.padStart(10)}  ${long.length}`);
  }
});
