// The shop's own page: it listens to the checkout and asks the shop's server what
// its webhook receiver was told.
"use strict";

const checkout = document.querySelector("paywicket-checkout");
const show = (id, text) => { document.getElementById(id).textContent = text; };

checkout.addEventListener("token", (event) => {
  const paid = event.detail;
  show("token", paid.token ?? "(the card was not kept)");
  show("brand", paid.brand);
  show("last4", paid.last4);
  show("payment", paid.payment);
  document.getElementById("paid").hidden = false;
  followWebhooks(paid.payment);
});
checkout.addEventListener("decline", (event) => followWebhooks(event.detail.payment));
checkout.addEventListener("processing", (event) => followWebhooks(event.detail.payment));

let following = false;

// Webhooks reach the server, not this page, so the page asks for a while.
async function followWebhooks() {
  if (following) return;
  following = true;
  for (let tries = 0; tries < 60; tries++) {
    const answer = await fetch(`/shop/orders/${checkout.dataset.order}`);
    if (answer.ok) showWebhooks((await answer.json()).webhooks);
    await new Promise((wait) => setTimeout(wait, 1000));
  }
  following = false;
}

function showWebhooks(webhooks) {
  if (webhooks.length === 0) return;
  document.getElementById("told").hidden = false;
  document.getElementById("webhooks").replaceChildren(...webhooks.map((webhook) => {
    const item = document.createElement("li");
    item.textContent = `${webhook.type}, signature verified, at ${new Date(webhook.received_at).toLocaleTimeString()}`;
    item.title = webhook.id;
    return item;
  }));
}
