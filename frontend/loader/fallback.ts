// What stands in the place of a checkout that could not be shown.

/** Puts a few words and a button into a container. The result takes them out again. */
export function showFallback(container: Node, words: string, retry: () => void): () => void {
  const box = document.createElement("div");
  box.setAttribute("role", "alert");
  // Through the object model: a page's policy may forbid style attributes.
  box.style.cssText = "padding:1em;border:1px solid;border-radius:8px";
  const button = document.createElement("button");
  button.type = "button"; // there may be a form around it
  button.textContent = "Try again";
  button.onclick = retry;
  button.style.cssText = "display:block;margin-top:1em;padding:1em;font:inherit";
  box.append(words, button);
  container.appendChild(box);
  return () => box.remove();
}
