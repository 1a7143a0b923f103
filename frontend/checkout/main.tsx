// The script of the checkout's document.

import { render } from "preact";
import { Peer } from "../shared/channel";
import type { PageData } from "../shared/wire.gen";
import { App } from "./app";
import { Checkout } from "./state";

const root = document.getElementById("checkout");
const carried = document.getElementById("page-data")?.getAttribute("content");

if (root && carried) {
  const data = JSON.parse(carried) as PageData;
  // On its own, outside any shop's page, there is nobody to tell.
  const framed = window.parent !== window;
  const peer = framed ? new Peer(window.parent, data.origins, () => peer.tell("ready", {})) : { tell: () => undefined };
  const checkout = new Checkout(data, peer as Peer);
  render(<App checkout={checkout} />, root);

  // The frame is as tall as what is in it.
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    if (height !== told) peer.tell("height", { height: (told = height) });
  }).observe(root);
}
