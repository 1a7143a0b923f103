// The collector's script in the checkout's document. It is begun when the form has been
// drawn and the browser has nothing better to do.

import type { PageData } from "../shared/wire.gen";
import { collect } from "./collect";
import { watch } from "./events";
import { post, Sender } from "./send";

const carried = document.getElementById("page-data")?.textContent;
if (carried) {
  const { sense_key, sense_nonce: nonce, sense_off } = JSON.parse(carried) as PageData;
  const seen = watch((event) => sender.note(event));
  const sender = new Sender({ sense_key, nonce }, post("/sense/seen"), () => seen.habits());
  const begin = () => void collect((signals, done) => sender.signals(signals, done), sense_off);
  if ("requestIdleCallback" in window) requestIdleCallback(begin, { timeout: 1000 });
  else setTimeout(begin);
  // The card is about to leave: what was seen so far goes before it.
  addEventListener("paywicket:paying", () => sender.flush(true));
}
