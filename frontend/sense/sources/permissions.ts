// What this place may do: p granted, d denied, a asks first, - unknown. Differs between a
// page and a frame within one; changes when the shopper answers. Asking shows nothing.

const names = ["notifications", "geolocation", "camera", "microphone", "persistent-storage", "midi"];

export default async function permissions(): Promise<string | undefined> {
  if (!navigator.permissions) return undefined;
  const states = names.map((name) =>
    navigator.permissions.query({ name: name as PermissionName }).then(({ state }) => ({ granted: "p", denied: "d", prompt: "a" })[state], () => "-"));
  return (await Promise.all(states)).join("");
}
