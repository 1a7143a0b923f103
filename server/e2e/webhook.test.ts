// Webhooks as a merchant's server in JavaScript sees them, verified by the specification's
// own library, before, during and after its secret is rotated.

import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Program } from "./program";

interface Came {
  body: string;
  headers: Record<string, string>;
}

let program: Program;
const came: Came[] = [];
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (bytes) => (body += String(bytes)));
  request.on("end", () => {
    came.push({ body, headers: single(request.headers) });
    response.writeHead(204).end();
  });
});

const single = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

beforeAll(async () => {
  program = await Program.start();
  await new Promise<void>((ready) => receiver.listen(0, "127.0.0.1", ready));
});

afterAll(async () => {
  receiver.close();
  await program.stop();
});

/** Has something happen, and gives the webhook that tells of it. */
async function next(): Promise<Came> {
  const before = came.length;
  await program.api("POST", "/v1/tokens", { number: "4111111111111111", exp_month: 12, exp_year: 2030 });
  for (let tries = 0; tries < 100 && came.length === before; tries++) await new Promise((wait) => setTimeout(wait, 50));
  const message = came[before];
  if (!message) throw new Error("no webhook came");
  return message;
}

const verify = (secret: string, { body, headers }: Came) => new Webhook(secret).verify(body, headers) as { type: string };

test("the specification's JavaScript library takes what is sent, and nothing else", async () => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const endpoint = await program.api<{ id: string; secret: string }>("POST", "/v1/webhook_endpoints", { url, events: ["token.created"] });
  const first = await next();
  expect(verify(endpoint.secret, first).type).toBe("token.created");
  expect(() => verify(endpoint.secret, { ...first, body: first.body.replace("1111", "1112") })).toThrow();
  expect(() => verify(endpoint.secret, { ...first, headers: { ...first.headers, "webhook-id": "evt_other" } })).toThrow();
  const stale = String(Number(first.headers["webhook-timestamp"]) - 301);
  expect(() => verify(endpoint.secret, { ...first, headers: { ...first.headers, "webhook-timestamp": stale } })).toThrow();

  const rotated = await program.api<{ secret: string }>("POST", `/v1/webhook_endpoints/${endpoint.id}/rotate`, { overlap: 3600 });
  const during = await next();
  expect(verify(endpoint.secret, during).type).toBe("token.created");
  expect(verify(rotated.secret, during).type).toBe("token.created");

  const last = await program.api<{ secret: string }>("POST", `/v1/webhook_endpoints/${endpoint.id}/rotate`, { overlap: 0 });
  const after = await next();
  expect(verify(last.secret, after).type).toBe("token.created");
  expect(() => verify(rotated.secret, after)).toThrow();
  expect(() => verify(endpoint.secret, after)).toThrow();
});
