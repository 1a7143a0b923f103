// The collector's script in the checkout's document.

import type { PageData } from "../shared/wire.gen";
import { collect } from "./collect";
import { watch } from "./events";
import { Sender } from "./send";
import { sources } from "./sources";

const carried = document.getElementById("page-data")?.getAttribute("content");
if (carried) {
  const sender = new Sender((JSON.parse(carried) as PageData).sense_key);
  watch((event) => sender.note(event));
  void collect(sources).then((signals) => sender.signals(signals));
}
