// A screen that never lies: five hundred cards are submitted over connections that are
// cut at a random byte, on the way there or back. Whatever was lost, the checkout ends on
// the screen of what really happened, and so does one that is opened anew.

import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Checkout } from "../../frontend/checkout/state";
import type { PageData } from "../../frontend/shared/wire.gen";
import { Program } from "./program";

const submits = 500;
const together = 25;
/** About what a submit and its answer take, in bytes; some cuts come after the end. */
const longest = 2200;

let program: Program;
const plainFetch = globalThis.fetch;

beforeAll(async () => {
  program = await Program.start("--processor-timeout", "2s");
});

afterAll(async () => {
  globalThis.fetch = plainFetch;
  await program.stop();
});

/** A way to the server whose first connection is cut after so many bytes, both ways counted. */
async function cutter(after: number): Promise<{ origin: string; close: () => void }> {
  const to = new URL(program.url);
  let cut = false;
  const sockets = new Set<Socket>();
  const proxy: Server = createServer((client) => {
    const server = connect(Number(to.port), to.hostname);
    sockets.add(client).add(server);
    const first = !cut;
    cut = true;
    let left = after;
    const pass = (from: Socket, into: Socket) => {
      from.on("error", () => undefined);
      from.on("close", () => into.destroy());
      from.on("data", (bytes: Buffer) => {
        if (!first || bytes.length <= left) {
          left -= bytes.length;
          return void into.write(bytes);
        }
        into.write(bytes.subarray(0, left), () => {
          client.resetAndDestroy();
          server.end();
        });
        left = 0;
      });
    };
    pass(client, server);
    pass(server, client);
  });
  await new Promise<void>((ready) => proxy.listen(0, "127.0.0.1", ready));
  return {
    origin: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What the document of a session carries. */
async function pageData(session: string): Promise<PageData> {
  const text = await (await plainFetch(`${program.url}/checkout/${session}`)).text();
  const carried = /id="page-data">(.*?)<\/script>/.exec(text)?.[1] ?? "";
  return JSON.parse(carried) as PageData;
}

const silent = { tell: () => undefined };
const ended = ["paid", "form", "used-up"];

/** Waits until a checkout shows where it ended. */
async function end(checkout: Checkout): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    if (ended.includes(checkout.phase.value)) return screen(checkout);
    await new Promise((wait) => setTimeout(wait, 50));
  }
  return `still ${checkout.phase.value}`;
}

const screen = (checkout: Checkout): string => {
  const { phase, result } = checkout;
  return phase.value === "form" && result.value?.status === "declined" ? "declined" : phase.value;
};

const cards = ["4111111111111111", "4000000000009995", "5555555555554444"];

async function submit(nth: number): Promise<{ shown: string; again: string; truth: string }> {
  const session = await program.session();
  const data = await pageData(session);
  const { origin, close } = await cutter(Math.floor(Math.random() * longest));
  try {
    // The checkout asks its own origin; here that is the way that will be cut.
    const checkout = new Checkout(data, silent, 250);
    routes.set(session, origin);
    await checkout.submit({ number: cards[nth % cards.length] ?? "", exp_month: 12, exp_year: 2030, cvv: "739", name: "Ada" });
    const shown = await end(checkout);
    const reopened = new Checkout(await pageData(session), silent, 250);
    const again = await end(reopened);
    const { payment } = await program.api<{ payment: string | null }>("GET", `/v1/checkout_sessions/${session}`);
    if (!payment) return { shown, again, truth: "form" };
    const { status } = await program.api<{ status: string }>("GET", `/v1/payments/${payment}`);
    return { shown, again, truth: { authorized: "paid", declined: "declined" }[status] ?? status };
  } finally {
    routes.delete(session);
    close();
  }
}

/** Which way a session's requests go. */
const routes = new Map<string, string>();

test(`${submits} submits that are cut end on the right screen`, { timeout: 240_000 }, async () => {
  globalThis.fetch = (input, init) => {
    const path = String(input);
    const session = /\/checkout\/(cs_[0-9a-z]+)/.exec(path)?.[1] ?? "";
    return path.startsWith("/") ? plainFetch((routes.get(session) ?? program.url) + path, { ...init, headers: { ...(init?.headers as Record<string, string>), Connection: "close" } }) : plainFetch(input, init);
  };
  const outcomes = new Map<string, number>();
  let next = 0;
  await Promise.all(
    Array.from({ length: together }, async () => {
      while (next < submits) {
        const nth = next++;
        const { shown, again, truth } = await submit(nth);
        expect({ nth, shown, again }).toEqual({ nth, shown: truth, again: truth });
        outcomes.set(truth, (outcomes.get(truth) ?? 0) + 1);
      }
    }),
  );
  console.log("ended on", Object.fromEntries(outcomes));
  // Cuts before, within and after.
  expect([...outcomes.keys()].sort()).toEqual(["declined", "form", "paid"]);
  for (const count of outcomes.values()) expect(count).toBeGreaterThan(submits / 20);
  const approved = (await program.ledger()).filter((row) => row.status === "approved");
  expect(approved.length).toBe(outcomes.get("paid"));
});
