// How well devices are known again, on cases the matcher was not tuned on as well as those
// it was: by the real /sense.js in Chromium, Firefox and WebKit. What a device is like is
// played by a script before the collector's, the same in every browser; where visits come
// from, by a proxy in front.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, test } from "vitest";
import type { Visit } from "./devices";
import { chromium, type Driven, engines } from "./engines";
import { another, home, type Played, play, tuned, untuned } from "./played";
import { Program } from "./program";

let program: Program;
let front: Server;
let from = "203.0.113.7"; // where the next visits come from
let page = ""; // what is served next

beforeAll(async () => {
  front = createServer(async (request, response) => {
    if (request.url!.startsWith("/visit")) {
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end(page);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(program.url + request.url, {
      method: request.method!, headers: { "Content-Type": "text/plain", "X-Forwarded-For": from, Origin: origin() },
      ...(chunks.length ? { body: Buffer.concat(chunks) } : {}),
    });
    response.writeHead(answer.status, { "Content-Type": answer.headers.get("Content-Type") ?? "text/plain" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((ready) => front.listen(0, "127.0.0.1", ready));
  program = await Program.start("--origin", origin(), "--behind-proxy");
});

afterAll(async () => {
  await program?.stop();
  front?.close();
});

const origin = () => `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
let nth = 0;

/** Visits with a device that is played. keep keeps what the browser stored. */
async function visit(browser: Driven, played: Played, network: string, keep: boolean): Promise<Visit> {
  const { mid, site_id } = program.credentials;
  from = network;
  let told = "";
  page = `<!doctype html><script>sessionStorage.clear(); ${keep ? "" : "localStorage.clear();"} ${play(played)}
    window.fc = function () { (fc.q = fc.q || []).push(arguments); }; fc("init", "${mid}", "${site_id}"); fc("key", (key) => fetch("/told/" + key));</script><script src="/sense.js"></script>`;
  const asked = new Promise<string>((go) => {
    const hear = (request: { url?: string }) => {
      const found = /^\/told\/(sns_\w+)/.exec(request.url ?? "");
      if (found) {
        front.off("request", hear);
        go(found[1]!);
      }
    };
    front.on("request", hear);
  });
  await browser.go(`${origin()}/visit/${nth++}`);
  told = await asked;
  const session = await program.session({ sense_key: told });
  for (let tries = 0; tries < 100; tries++) {
    const seen = await program.api<Visit>("GET", `/v1/checkout_sessions/${session}/visit`);
    if (seen.device) return seen;
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error(`the page sent no signals under ${told}`);
}

const ways = { "signals alone": [false, false], "with the network": [true, false], "with the stored name": [false, true] } as const;
let networks = 0;

/** Visits as the device was, then as it is played, and tells whether it was taken for the same. */
async function same(browser: Driven, played: Played, [network, name]: readonly [boolean, boolean]): Promise<Visit & { same: boolean }> {
  const there = `10.1.${networks++ & 255}.1`;
  const before = await visit(browser, home, there, false);
  const after = await visit(browser, { ...home, ...played }, network ? there : `10.2.${networks & 255}.1`, name);
  for (const device of new Set([before.device, after.device])) await program.api("DELETE", `/v1/devices/${device}`);
  return { ...after, same: after.device === before.device };
}

async function report(browser: Driven, way: keyof typeof ways): Promise<void> {
  const pairs = Object.entries(tuned).flatMap(([a, one], i) => Object.entries(tuned).slice(i + 1).map(([b, other]) => [`${a}, ${b}`, { ...one, ...other }] as const));
  const percent = (n: number, of: number) => `${n}/${of}`;
  const how = ways[way];
  let kept = 0, paired = 0, fresh = 0, possible = 0, apart = 0;
  const wrong: string[] = [];
  for (const [name, played] of Object.entries(tuned)) {
    const seen = await same(browser, played, how);
    if (seen.same) kept++;
    else if (seen.verdict !== "possible") wrong.push(`${name}: ${seen.reasons.join(", ")}`);
  }
  if (browser.name === "Chromium") for (const [, played] of pairs) if ((await same(browser, played, how)).same) paired++;
  for (const [name, played] of Object.entries(untuned)) {
    const seen = await same(browser, played, how);
    if (seen.same) fresh++;
    else if (seen.verdict === "possible") possible++;
    else wrong.push(name);
  }
  // Another device brings no stored name along; it may be in the same house.
  for (const [name, played] of Object.entries(another)) {
    const seen = await same(browser, played, [how[0], false]);
    if (!seen.same) apart++;
    else wrong.push(`merged: ${name}`);
  }
  const mean = (fresh / Object.keys(untuned).length + apart / Object.keys(another).length) / 2;
  console.log(`${browser.name}, ${way}: the nine changes ${percent(kept, 9)}${browser.name === "Chromium" ? `, their pairs ${percent(paired, pairs.length)}` : ""}; not tuned on: same kept ${percent(fresh, Object.keys(untuned).length)} (and ${possible} told as possible), ` +
    `different separated ${percent(apart, Object.keys(another).length)}, mean ${(100 * mean).toFixed(0)} %${wrong.length ? ` (${wrong.join("; ")})` : ""}`);
}

test("recognition", async () => {
  for (const [name, start] of Object.entries(engines)) {
    if (!name.includes(process.env.ENGINE ?? "")) continue;
    for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
      const engine = await start(); // Firefox without a screen stops drawing after some hundred pages
      await report(await engine.open(), way).finally(() => engine.close());
    }
  }
});

test("two hundred devices that are not one", async () => {
  const engine = await chromium();
  const browser = await engine.open();
  const seen = new Set<string>();
  let merged = 0;
  for (let i = 0; i < 200; i++) {
    const [cores, memory, platform, unit] = [[2, 4, 6, 8, 12][i % 5], [2, 4, 8][Math.floor(i / 5) % 3], ["Win32", "MacIntel"][Math.floor(i / 15) % 2], `Unit ${Math.floor(i / 30)}`];
    const { device } = await visit(browser, { ...home, cores: cores!, memory: memory!, platform: platform!, unit: unit! }, "203.0.113.7", false);
    if (seen.has(device!)) merged++;
    seen.add(device!);
  }
  await engine.close();
  console.log(`200 devices of one house that differ in graphics unit, processors, memory or system: ${merged} merged`);
});
