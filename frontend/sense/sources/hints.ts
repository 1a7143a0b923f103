// What client hints say when they are asked: processor, bits, model, version of the system
// and of the browser. Chromium only. Model and processor are stable, versions move with
// updates; the automation of a browser may say what it likes.

interface Hints {
  getHighEntropyValues(names: string[]): Promise<Record<string, unknown>>;
}

const names = ["architecture", "bitness", "model", "platformVersion", "uaFullVersion"];

export default async function hints(): Promise<string[] | undefined> {
  const data = (navigator as { userAgentData?: Hints }).userAgentData;
  if (!data?.getHighEntropyValues) return undefined;
  const told = await data.getHighEntropyValues(names);
  return names.map((name) => String(told[name] ?? "").slice(0, 60));
}
