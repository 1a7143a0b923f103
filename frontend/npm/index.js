// Loads /paywicket.js of a Paywicket server. The checkout itself is never part of a bundle:
// it comes from that server, so that it is as new as what it talks to.

/** @type {Map<string, Promise<import("./index.js").Paywicket>>} */
const loading = new Map();

/** The page's policy for the script's address, where it has Trusted Types; made once. */
let policy;

function trusted(address) {
  const { trustedTypes } = window;
  if (!trustedTypes) return address;
  try {
    policy ??= trustedTypes.createPolicy("paywicket", { createScriptURL: (url) => url });
    return policy.createScriptURL(address);
  } catch {
    return address; // the page allows no such policy, and may do without one
  }
}

function insert(address, { integrity, nonce }) {
  const script = document.createElement("script");
  script.crossOrigin = "anonymous"; // without it, a browser checks no integrity
  if (integrity) script.integrity = integrity;
  if (nonce) script.nonce = nonce;
  script.src = trusted(address);
  document.head.append(script);
  return script;
}

/** A tag that the page itself has and that is still to come. */
const coming = (address) =>
  document.readyState === "complete" ? undefined : [...document.scripts].find(({ src }) => src === address);

function load(address, options) {
  return new Promise((resolve, reject) => {
    if (window.Paywicket) return resolve(window.Paywicket);
    const script = coming(address) ?? insert(address, options);
    const fail = () => {
      loading.delete(address);
      script.remove();
      reject(new Error(`Paywicket: ${address} could not be loaded. Is the server up, is its integrity this one, and does this page's policy allow it?`));
    };
    script.addEventListener("load", () => (window.Paywicket ? resolve(window.Paywicket) : fail()), { once: true });
    script.addEventListener("error", fail, { once: true });
  });
}

export function loadPaywicket(host, options = {}) {
  // On a server there is no page to load anything into; what is rendered there waits.
  if (typeof document === "undefined") return new Promise(() => {});
  let address;
  try {
    address = new URL("/paywicket.js", host).href;
  } catch {
    return Promise.reject(new TypeError(`Paywicket: ${host} is no address such as https://pay.example.`));
  }
  let promise = loading.get(address);
  if (!promise) loading.set(address, (promise = load(address, options)));
  return promise;
}
