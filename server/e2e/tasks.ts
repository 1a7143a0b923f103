// What holds a page up, by the engine's own record of what it did.

import type { Browser, Page } from "playwright-core";

interface Traced {
  name: string;
  pid: number;
  tid: number;
  tdur?: number;
  args: { name?: string };
}

/**
 * The processor's time, in milliseconds, of every task longer than 50 ms that ran while
 * something was done with a page. It is not the time on the clock, in which whatever else
 * the machine does is counted too.
 */
export async function longTasks(browser: Browser, page: Page, act: () => Promise<unknown>): Promise<number[]> {
  await browser.startTracing(page, { categories: ["-*", "disabled-by-default-devtools.timeline"] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: Traced[] };
  const main = new Set(traceEvents.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain").map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === "RunTask" && main.has(`${pid} ${tid}`)).map(({ tdur }) => (tdur ?? 0) / 1000);
  if (tasks.length === 0) throw new Error("the trace has no tasks");
  return tasks.filter((took) => took > 50);
}
