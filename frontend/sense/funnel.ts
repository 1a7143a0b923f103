// The collector's script on a shop's own pages: /sense.js, with the merchant and site in
// data attributes or by fc("init", merchant, site). It watches what the checkout's frame
// watches, under a sense key that the shop's server may pass on:
//
//   <script async src="https://pay.example/sense.js" data-merchant="mer_…" data-site="site_…"></script>
//   fc("key", (key) => …)
//
// It sets nothing but one name in session storage, so that the pages of one visit have
// one key, and never sees a card: those are typed in the checkout's frame.

import { collect } from "./collect";
import { watch } from "./events";
import { post, Sender } from "./send";

type Told = (key: string) => void;
type Command = [verb: "init", merchant: string, site?: string | undefined] | [verb: "key", told: Told];
interface Queue {
  (...command: Command): void;
  q?: Command[];
}

declare global {
  interface Window {
    fc?: Queue;
  }
}

const STORED = "pw.sense";
const script = document.currentScript as HTMLScriptElement;
const { origin } = new URL(script.src);

/** Session storage may be forbidden; then each page is a visit of its own. */
const stored = (key?: string): string => {
  try {
    if (key) sessionStorage.setItem(STORED, key);
    return sessionStorage.getItem(STORED) ?? "";
  } catch {
    return "";
  }
};

let begun = false;
let known = "";
const waiting: Told[] = [];

async function begin(merchant: string, site = ""): Promise<void> {
  if (begun) return;
  begun = true;
  const early: Parameters<Sender["note"]>[0][] = [];
  let sender: Sender | undefined;
  const seen = watch((event) => (sender ? sender.note(event) : early.push(event)));
  try {
    const answer = await fetch(`${origin}/sense/open`, {
      method: "POST", headers: { "Content-Type": "text/plain" }, body: JSON.stringify({ merchant, site, sense_key: stored() }), credentials: "omit",
    });
    if (!answer.ok) throw new Error(`it answered ${answer.status}: is ${location.origin} one of the site's origins?`);
    const { sense_key, nonce, off } = (await answer.json()) as { sense_key: string; nonce: string; off: string[] };
    const opened = new Sender({ sense_key, nonce }, post(`${origin}/sense/seen`), () => seen.habits());
    sender = opened;
    early.forEach((event) => opened.note(event));
    known = sense_key;
    stored(sense_key);
    waiting.splice(0).forEach((told) => told(sense_key));
    await collect((signals, done) => opened.signals(signals, done), off);
  } catch (reason) {
    seen.stop();
    console.warn("Paywicket: /sense.js", reason);
  }
}

const run = (...command: Command): void => {
  if (command[0] === "init") void begin(command[1], command[2]);
  else if (known) command[1](known);
  else waiting.push(command[1]);
};

const queued = window.fc?.q ?? [];
window.fc = run;
queued.forEach((command) => run(...command));
const { merchant, site } = script.dataset;
if (merchant) run("init", merchant, site);
