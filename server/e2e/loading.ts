// One load of a page in a fresh context: when it can be used, and what that took.

import type { Browser } from "playwright-core";

export interface Load {
  /** From the navigation's start until the page can be used, in milliseconds. */
  usable: number;
  /** Requests of which each began when the one before had ended, until the page could be used. */
  trips: number;
  /** What came over the wire, heads and all, until then and in all. */
  bytes: number;
  allBytes: number;
  /** Cumulative Layout Shift, as web.dev defines it but in one window. */
  shift: number;
  /** The tasks longer than 50 ms, in milliseconds on the clock. */
  tasks: number[];
}

/** What Chromium's tools call fast 3G: milliseconds, and bytes a second. */
const fast3G = { offline: false, latency: 562.5, downloadThroughput: (1.44e6 / 8), uploadThroughput: (0.675e6 / 8) };

interface Noted {
  usable?: number;
  shift: number;
  tasks: number[];
}

/** Notes what happens in the page, and asks whether it can be used whenever something in it has changed. */
const watching = (usable: string) => `if (window === top) {
  const noted = (window.noted = { shift: 0, tasks: [] });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) noted.shift += entry.value; }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) noted.tasks.push(entry.duration); }).observe({ type: "longtask", buffered: true });
  new MutationObserver((_, watch) => {
    if (!${usable}) return;
    watch.disconnect();
    noted.usable = performance.now();
  }).observe(document, { attributes: true, childList: true, subtree: true });
}`;

/** Loads a page, on a slow processor and network or as it is. usable is an expression that is true in it once it can be used. */
export async function load(browser: Browser, address: string, usable: string, slow: boolean): Promise<Load> {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 }, locale: "en-US" });
  try {
    const page = await context.newPage();
    await page.addInitScript(watching(usable));
    const tools = await context.newCDPSession(page);
    const requests = new Map<string, { from: number; to?: number; bytes: number }>();
    let began = 0;
    tools.on("Network.requestWillBeSent", ({ requestId, timestamp, request }) => {
      if (!request.url.startsWith("http://127.0.0.1")) return;
      began ||= timestamp;
      requests.set(requestId, { from: timestamp, bytes: 0 });
    });
    tools.on("Network.loadingFinished", ({ requestId, timestamp, encodedDataLength }) => {
      const request = requests.get(requestId);
      if (request) Object.assign(request, { to: timestamp, bytes: encodedDataLength });
    });
    await tools.send("Network.enable");
    if (slow) {
      await tools.send("Network.emulateNetworkConditions", fast3G);
      await tools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    }
    await page.goto(address, { waitUntil: "commit" });
    await page.waitForLoadState("load");
    await page.waitForFunction(() => (window as unknown as { noted?: Noted }).noted?.usable, undefined, { polling: 1000, timeout: 60_000 });
    await page.waitForTimeout(slow ? 2000 : 500);
    const noted = await page.evaluate(() => (window as unknown as { noted: Noted }).noted);
    const end = began + noted.usable! / 1000;
    const before = [...requests.values()].filter(({ to }) => to !== undefined && to <= end).sort((a, b) => a.from - b.from);
    const sum = (of: { bytes: number }[]) => of.reduce((bytes, request) => bytes + request.bytes, 0);
    return { usable: noted.usable!, trips: chain(before), bytes: sum(before), allBytes: sum([...requests.values()]), shift: noted.shift, tasks: noted.tasks };
  } finally {
    await context.close();
  }
}

/** The longest row of requests that did not overlap. What is used before its end has come, such as a document, is one. */
function chain(requests: { from: number; to?: number }[]): number {
  const longest = requests.map(() => 1);
  requests.forEach((request, i) => {
    for (let j = 0; j < i; j++) if (requests[j]!.to! <= request.from) longest[i] = Math.max(longest[i]!, longest[j]! + 1);
  });
  return Math.max(1, ...longest);
}
