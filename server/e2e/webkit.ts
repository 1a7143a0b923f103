// WebKit, by the WebDriver that comes with its GTK port, on a screen of its own that
// nobody sees.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import type { Driven, Engine, Setting } from "./engines";

const browser = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** What WebDriver calls an element, in the answers it gives. */
const element = "element-6066-11e4-a52e-4f735466cecf";

/** What WebDriver calls the keys that write nothing. */
const named: Record<string, string> = { Tab: "\uE004", Enter: "\uE007", Shift: "\uE008", Escape: "\uE00C", Backspace: "\uE003" };

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** The driver holds one browser at a time, which is private: opening another closes the one before. */
export async function webkit({ blocked = false }: Setting = {}): Promise<Engine> {
  const port = await freePort();
  // When this process ends, however it does, the pipe closes and the shell ends all it has started.
  const driver: ChildProcess = spawn("sh", ["-c", `xvfb-run -a /usr/bin/WebKitWebDriver --port=${port} & read -r end; kill 0`], {
    stdio: ["pipe", "ignore", "ignore"], detached: true,
    env: { ...process.env, LANG: "en_US.UTF-8", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", LIBGL_ALWAYS_SOFTWARE: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1" },
  });
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error} ${value.message}`);
    return value;
  };
  const args = ["--automation", ...(blocked ? ["--cookies-policy=never", "--enable-html5-local-storage=false"] : [])];
  const capabilities = { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary: browser, args } } };
  let session = "";
  const end = async () => {
    if (session) await call("DELETE", `/session/${session}`).catch(() => undefined);
    session = "";
  };
  const start = async () => {
    await end();
    for (let tries = 0; !session && tries < 60; tries++) {
      session = await call<{ sessionId: string }>("POST", "/session", { capabilities }).then(({ sessionId }) => sessionId, () => "");
      if (!session) await new Promise((go) => setTimeout(go, 250));
    }
    if (!session) throw new Error("WebKit did not start");
  };
  return {
    name: "WebKit",
    open: async () => {
      await start();
      return driven((method, path, body) => call(method, `/session/${session}${path}`, body), end);
    },
    close: async () => {
      await end();
      const ended = new Promise((gone) => driver.once("exit", gone));
      driver.stdin?.end();
      await ended;
    },
  };
}

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>;
type Found = Record<string, string>;

/** Notes what goes wrong in a document from here on: this WebDriver does not tell what is written to the console. */
function listen(): string[] {
  const here = window as unknown as { complaints?: string[] };
  if (here.complaints) return here.complaints;
  const said: string[] = (here.complaints = []);
  addEventListener("error", (event) => said.push(event.message));
  addEventListener("unhandledrejection", (event) => said.push(String(event.reason)));
  addEventListener("securitypolicyviolation", (event) => said.push(`${event.violatedDirective} refused ${event.blockedURI}`));
  return said;
}

function driven(call: Call, close: () => Promise<void>): Driven {
  const find = (selector: string) => call<Found>("POST", "/element", { using: "css selector", value: selector });
  const enter = async (frames: readonly string[]) => {
    await call("POST", "/frame", { id: null });
    for (const selector of frames) await call("POST", "/frame", { id: await find(selector) });
  };
  // Keys sent to a field within a frame are refused; as actions they go wherever the focus is.
  const strike = async (keys: string[], held: string[] = []) => {
    const strokes = keys.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    const actions = [...held.map((value) => ({ type: "keyDown", value })), ...strokes, ...held.map((value) => ({ type: "keyUp", value }))];
    await call("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  };
  const entered = new Set<string>(["[]"]);
  const run = async (frames: readonly string[], script: string, args: unknown[]) => {
    await enter(frames);
    entered.add(JSON.stringify(frames));
    return call("POST", "/execute/sync", { script: `(${listen.toString()})(); return (${script}).apply(null, arguments)`, args });
  };
  return {
    name: "WebKit",
    go: async (address) => void (await call("POST", "/url", { url: address })),
    evaluate: async (frames, script, ...given) => run(frames, script.toString(), given) as never,
    click: async (frames, selector) => {
      await enter(frames);
      await call("POST", `/element/${(await find(selector))[element]}/click`, {});
    },
    press: (keys) => {
      const each = keys.split("+").map((key) => named[key] ?? key);
      return strike(each.slice(-1), each.slice(0, -1));
    },
    write: (text) => strike([...text]),
    screenshot: async () => Buffer.from(await call<string>("GET", "/screenshot"), "base64"),
    complaints: async () => {
      const said: string[] = [];
      // A frame that has gone took what it said with it.
      for (const frames of entered) said.push(...((await run(JSON.parse(frames), listen.toString(), []).catch(() => [])) as string[]));
      return said;
    },
    close,
  };
}
