import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConfirmData } from "../shared/wire.gen";
import { follow } from "./follow";

let standing: string | Error;
const tell = vi.fn();
const again = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  tell.mockClear();
  again.mockClear();
  vi.stubGlobal("fetch", () => {
    if (standing instanceof Error) return Promise.reject(standing);
    return Promise.resolve({ headers: new Headers(standing ? { "Paywicket-Status": standing } : {}) });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const data = (status: string, watch: number): ConfirmData => ({ order: "1", status, origins: [], watch });

test.each(["approved", "declined", "cancelled", "expired"])("%s is told at once", (status) => {
  follow(data(status, 0), { tell }, again);
  expect(tell.mock.calls).toEqual([["outcome", { order: "1", status }]]);
});

test("what has changed is shown anew; a lost answer changes nothing", async () => {
  standing = "processing";
  follow(data("processing", 60_000), { tell }, again);
  await vi.advanceTimersByTimeAsync(10_000);
  standing = new TypeError("offline");
  await vi.advanceTimersByTimeAsync(10_000);
  standing = "";
  await vi.advanceTimersByTimeAsync(10_000);
  expect(again).not.toHaveBeenCalled();
  standing = "approved";
  await vi.advanceTimersByTimeAsync(2_000);
  expect(again).toHaveBeenCalledOnce();
  expect(tell).not.toHaveBeenCalled();
});

test.each(["processing", "challenge"])("%s for too long is told as processing, and no longer asked about", async (status) => {
  standing = status;
  follow(data(status, 10_000), { tell }, again);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tell.mock.calls).toEqual([["outcome", { order: "1", status: "processing" }]]);
  standing = "approved";
  await vi.advanceTimersByTimeAsync(60_000);
  expect(again).not.toHaveBeenCalled();
});

test("a question is left alone until its time is over", async () => {
  standing = "cancelled";
  follow(data("asked", 600_000), { tell }, again);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(again).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(again).toHaveBeenCalledOnce();
});
