// Whether a program says that it drives the browser. Honest drivers say so, others
// hide it: true tells a lot, false tells nothing.

export default function automation(): boolean {
  return navigator.webdriver;
}
